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
import { mapWith } from "./stages/map.js"
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
    const held = new Map<string, Job>()
    const note = yield* noteOpen(workList)
    yield* list("/scheduling/v1/jobs").pipe(
      decode(Job),
      omitCompleted(yield* holder),
      claimNumbers(claims, held, yield* holder),
      Stream.map((job): KeyedJob => ({ job, key: undefined })),
      note,
      asEvents,
      toCdf("events")
    )
    yield* settle(claims, held, note)
  })

/** What CDF holds of jobs by number: from the ledger, from CDF itself as long as the ledger knows nothing. */
const holder = Effect.gen(function* () {
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
  return (numbers: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const byId = new Map(numbers.map((number) => [facility.ids.of("job", number), number]))
      const holders = new Map<string, string>()
      for (const [externalId, { plexId }] of yield* ledger.rows("events", [...byId.keys()])) {
        holders.set(byId.get(externalId) ?? "", plexId)
      }
      if (!cold) return holders
      const unknown = [...byId].flatMap(([externalId, number]) => (holders.has(number) ? [] : [externalId]))
      for (const { externalId, metadata } of yield* cdf.byids("events", unknown)) {
        const number = externalId === undefined ? undefined : byId.get(externalId)
        if (number !== undefined) holders.set(number, metadata["plex_id"] ?? "")
      }
      return holders
    })
})

type Holder = Effect.Effect.Success<typeof holder>

const numbersOf = (chunk: Chunk.Chunk<Job>): ReadonlyArray<string> =>
  Chunk.toReadonlyArray(chunk).flatMap(({ jobNumber }) => present(jobNumber) ?? [])

/** Without `JOBS_INCLUDE_COMPLETED`, completed jobs that were never seen open are left out. */
const omitCompleted =
  (holderOf: Holder) =>
  <E, R>(records: Stream.Stream<Job, E, R>) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const settings = yield* AppConfig
        const { facility, tally } = yield* FlowRun
        if (settings.jobs.includeCompleted) return records
        const { isOpen } = jobStatuses(facility.tables)
        return Stream.mapChunksEffect(records, (chunk) =>
          Effect.map(holderOf(numbersOf(chunk)), (holders) => {
            const kept = Chunk.filter(chunk, (job) => isOpen(job) || holders.get(job.jobNumber ?? "") === job.id)
            tally.add("filtered", Chunk.size(chunk) - Chunk.size(kept))
            return kept
          })
        )
      })
    )

/** Lets the first job of each number through and holds the others back until the list has ended. */
const claimNumbers =
  (claims: NumberClaims, held: Map<string, Job>, holderOf: Holder) =>
  <E, R>(records: Stream.Stream<Job, E, R>) =>
    Stream.mapChunksEffect(records, (chunk) =>
      Effect.map(holderOf(numbersOf(chunk)), (holders) => {
        for (const [number, id] of holders) if (id !== "") claims.know(number, id)
        return Chunk.filter(chunk, (job) => {
          const { id } = job
          const number = present(job.jobNumber)
          if (!id || number === undefined || claims.claim(number, id) === "mine") return true
          held.set(id, job)
          return false
        })
      })
    )

/** Jobs that share a number get their keys; one that was written under the number and loses it is written again. */
const settle = (
  claims: NumberClaims,
  held: ReadonlyMap<string, Job>,
  note: Effect.Effect.Success<ReturnType<typeof noteOpen>>
) =>
  Effect.gen(function* () {
    const { tally } = yield* FlowRun
    const { contested, write } = claims.settle((yield* isStopping) ? "partial" : "complete")
    tally.add("ambiguous", contested)
    const keys = new Map(write.map(({ id, key }) => [id, key]))
    const keyed = (job: Job): KeyedJob => ({ job, key: keys.get(job.id ?? "") })
    yield* Stream.fromIterable(held.values()).pipe(Stream.map(keyed), note, asEvents, toCdf("events"))
    const displaced = write.filter(({ writtenAsNumber }) => writtenAsNumber)
    yield* Stream.fromIterable(displaced).pipe(
      Stream.mapEffect(({ id }) => jobById(id), { concurrency: 4 }),
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
      mapWith(
        () => Effect.void,
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
