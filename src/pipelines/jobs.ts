/**
 * Jobs: each an event; what their operations say (workcenters, start, routing) comes with a sweep over the open ones.
 */
import { Chunk, Effect, Option, Stream } from "effect"
import { NumberClaims } from "../domain/ContestedNumbers.js"
import { jobStatuses } from "../domain/JobStatus.js"
import { toMillis } from "../domain/Instant.js"
import { pathOf } from "../domain/plex/PlexPath.js"
import { Job, jobEvent, jobKey } from "../domain/records/Job.js"
import { JobOperation, summarize } from "../domain/records/JobOperation.js"
import { jobRoutingSequence } from "../domain/records/JobRouting.js"
import { present } from "../domain/Text.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { besideRecords, FlowRun, inLedgerAs } from "./FlowRun.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { flow } from "./runFlow.js"
import { decode } from "./stages/decode.js"
import { map, mapWith } from "./stages/map.js"
import { isStopping, list } from "./stages/read.js"
import { toSequences } from "./stages/sequences.js"
import { inChunks, listOfObject, sweep, type Swept } from "./stages/sweep.js"
import { toCdf } from "./stages/write.js"

/** A job under the key that its event has: its number, unless that is contested. */
interface KeyedJob {
  readonly job: Job
  readonly key: string | undefined
}

/** The jobs whose operations are to be read, by id. */
type WorkList = Map<string, KeyedJob>

export const jobs: ExtractorDefinition = {
  name: "jobs",
  plan: () => {
    const workList: WorkList = new Map()
    return [
      flow("jobs", jobEvents(workList)),
      flow("job-operations", jobOperations(workList), { fedBy: ["jobs"], sweep: true })
    ]
  }
}

const jobEvents = (workList: WorkList) =>
  Effect.gen(function* () {
    const claims = new NumberClaims()
    const heldBack = new Map<string, Job>()
    const note = yield* noteOpen(workList)
    yield* list("/scheduling/v1/jobs").pipe(
      decode(Job),
      admit(claims, heldBack),
      Stream.map((job): KeyedJob => ({ job, key: undefined })),
      note,
      asEvents,
      toCdf("events")
    )
    yield* settle(claims, heldBack, note)
  })

/** What CDF holds of some jobs. */
interface HeldJobs {
  /** Ids of jobs whose event has the plain number as its key, by number. */
  readonly byNumber: ReadonlyMap<string, string>
  /** Ids of jobs that have an event, under whatever key. */
  readonly known: ReadonlySet<string>
}

/** Tells what CDF holds of the jobs of a chunk: from the ledger, from CDF itself as long as the ledger knows nothing. */
const heldJobs = Effect.gen(function* () {
  const { facility } = yield* FlowRun
  const ledger = yield* Ledger
  const cdf = yield* Cdf
  const cold =
    !(yield* ledger.knows("jobs")) &&
    Option.isSome(
      yield* Stream.runHead(
        cdf.list("events", { type: "production_job", externalIdPrefix: facility.ids.prefix("job") })
      )
    )
  return (chunk: Chunk.Chunk<Job>) =>
    Effect.gen(function* () {
      const jobs = Chunk.toReadonlyArray(chunk)
      const numbers = new Map(
        jobs.flatMap(({ jobNumber }) => {
          const number = present(jobNumber)
          return number === undefined ? [] : [[facility.ids.of("job", number), number] as const]
        })
      )
      const byNumber = new Map<string, string>()
      const known = new Set(
        (yield* ledger.byPlexIds(
          "jobs",
          jobs.flatMap(({ id }) => id ?? [])
        )).keys()
      )
      for (const [externalId, { plexId }] of yield* ledger.rows("events", [...numbers.keys()])) {
        byNumber.set(numbers.get(externalId) ?? "", plexId)
      }
      if (!cold) return { byNumber, known } satisfies HeldJobs
      const keys = [
        ...numbers.keys(),
        ...jobs.flatMap((job) => otherKeys(job).map((key) => facility.ids.of("job", key)))
      ]
      for (const { externalId, metadata } of yield* cdf.byids("events", [...new Set(keys)])) {
        const number = externalId === undefined ? undefined : numbers.get(externalId)
        const id = metadata["plex_id"] ?? ""
        known.add(id)
        if (number !== undefined && !byNumber.has(number)) byNumber.set(number, id)
      }
      return { byNumber, known } satisfies HeldJobs
    })
})

/** Keys that a job's event may have other than its number. */
const otherKeys = ({ id, jobNumber }: Job): ReadonlyArray<string> => {
  const number = present(jobNumber)
  if (!id) return []
  return number === undefined ? [id] : [`${number}_${id.slice(0, 8)}`]
}

/**
 * Lets the first job of each number through and holds the others back until the list has ended. Without
 * `JOBS_INCLUDE_COMPLETED`, completed jobs that were never seen open are left out.
 */
const admit =
  (claims: NumberClaims, heldBack: Map<string, Job>) =>
  <E, R>(records: Stream.Stream<Job, E, R>) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { includeCompleted } = (yield* AppConfig).jobs
        const { facility, tally } = yield* FlowRun
        const { isOpen } = jobStatuses(facility.tables)
        const heldOf = yield* heldJobs
        return Stream.mapChunksEffect(records, (chunk) =>
          Effect.map(heldOf(chunk), ({ byNumber, known }) => {
            for (const [number, id] of byNumber) if (id !== "") claims.know(number, id)
            const wanted = includeCompleted
              ? chunk
              : Chunk.filter(chunk, (job) => isOpen(job) || !job.id || known.has(job.id))
            tally.add("filtered", Chunk.size(chunk) - Chunk.size(wanted))
            return Chunk.filter(wanted, (job) => {
              const { id } = job
              const number = present(job.jobNumber)
              if (!id || number === undefined || claims.claim(number, id) === "mine") return true
              if (heldBack.has(id)) tally.add("duplicates")
              heldBack.set(id, job)
              return false
            })
          })
        )
      })
    )

/** Jobs that share a number get their keys; one that was written under the number and loses it is written again. */
const settle = (
  claims: NumberClaims,
  heldBack: ReadonlyMap<string, Job>,
  note: Effect.Effect.Success<ReturnType<typeof noteOpen>>
) =>
  Effect.gen(function* () {
    const { plex } = yield* AppConfig
    const { tally } = yield* FlowRun
    const { contested, write } = claims.settle((yield* isStopping) ? "partial" : "complete")
    tally.add("ambiguous", contested)
    const keys = new Map(write.map(({ id, key }) => [id, key]))
    const keyed = (job: Job): KeyedJob => ({ job, key: keys.get(job.id ?? "") })
    yield* Stream.fromIterable(heldBack.values()).pipe(Stream.map(keyed), note, asEvents, toCdf("events"))
    const displaced = write.filter(({ writtenAsNumber }) => writtenAsNumber)
    yield* Stream.fromIterable(displaced).pipe(
      Stream.mapEffect(({ id }) => jobById(id), { concurrency: plex.concurrency }),
      decode(Job),
      Stream.map(keyed),
      note,
      asEvents,
      toCdf("events"),
      besideRecords
    )
  })

const jobById = (id: string) =>
  Effect.flatMap(Plex, (plex) => plex.get(pathOf("scheduling", "v1", "jobs", id) ?? "/scheduling/v1/jobs/unknown"))

/** Events from jobs and what is known of their operations. */
const asEvents = mapWith(
  (chunk: Chunk.Chunk<KeyedJob>) =>
    Effect.flatMap(Ledger, (ledger) =>
      ledger.jobOperations(Chunk.toReadonlyArray(chunk).flatMap(({ job }) => job.id ?? []))
    ),
  (facility, operations) => {
    const event = jobEvent(facility)
    return ({ job, key }: KeyedJob) => event(job, operations.get(job.id ?? ""), key)
  }
)

/** Notes the jobs whose operations are worth a call: the open ones, and those completed within the look-back. */
const noteOpen = (workList: WorkList) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const { extractors } = yield* AppConfig
    const { isOpen } = jobStatuses(facility.tables)
    const since = (yield* (yield* Plex).now) - extractors.jobs.lookback
    const isWorthIt = (job: Job) =>
      isOpen(job) || (typeof job.completedDate === "string" && toMillis(job.completedDate) >= since)
    return <E, R>(keyed: Stream.Stream<KeyedJob, E, R>): Stream.Stream<KeyedJob, E, R> =>
      Stream.mapChunks(keyed, (chunk) => {
        for (const each of chunk) if (each.job.id && isWorthIt(each.job)) workList.set(each.job.id, each)
        return chunk
      })
  })

const jobOperations = (workList: WorkList) =>
  Effect.suspend(() =>
    sweep([...workList.values()], ({ job }) =>
      listOfObject(pathOf("scheduling", "v1", "jobs", job.id ?? "", "operations")).pipe(decode(JobOperation))
    ).pipe(inChunks(writeOperations))
  )

/** The job's event with what its operations say, its routing, and then what is known of them from now on. */
const writeOperations = (chunk: ReadonlyArray<Swept<KeyedJob, JobOperation>>) =>
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const ledger = yield* Ledger
    tally.add("read", chunk.length)
    const operations = new Map(chunk.map(({ object, records }) => [object.job.id ?? "", summarize(records)]))
    const event = jobEvent(facility)
    yield* Stream.fromIterable(chunk).pipe(
      map(
        () =>
          ({ object: { job, key } }: Swept<KeyedJob, JobOperation>) =>
            event(job, operations.get(job.id ?? ""), key)
      ),
      toCdf("events"),
      inLedgerAs("jobs")
    )
    const sequence = jobRoutingSequence(facility)
    yield* Stream.fromIterable(chunk).pipe(
      Stream.filter(({ records }) => records.length > 0),
      Stream.map(({ object: { job, key }, records }) =>
        sequence(key ?? Option.getOrElse(Option.getRight(jobKey(job)), () => job.id ?? ""), job, records)
      ),
      toSequences
    )
    yield* ledger.keepJobOperations(operations)
  })
