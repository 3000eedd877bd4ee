/**
 * Jobs as events, under keys that are theirs alone, and the offer of each to the sweep over their operations.
 */
import { Chunk, Effect, Either, Stream } from "effect"
import { NumberClaims, type Settlement } from "../domain/ContestedNumbers.js"
import type { CdfError, FlowError, PlexError, StateError } from "../domain/Errors.js"
import { toMillis } from "../domain/Instant.js"
import { jobStatuses } from "../domain/JobStatus.js"
import { pathOf } from "../domain/plex/PlexPath.js"
import { Job, jobEvent, jobOutline } from "../domain/records/Job.js"
import type { Offer } from "../domain/SweepObject.js"
import { present } from "../domain/Text.js"
import { AppConfig } from "../services/AppConfig.js"
import { Ledger, type LedgerRow } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { besideRecords, FlowRun } from "./FlowRun.js"
import { jobToSweep } from "./jobOperations.js"
import { decode } from "./stages/decode.js"
import { mapWith } from "./stages/map.js"
import { type Sink, toCdf } from "./stages/write.js"

/** A job under the key that its event has: its number, unless that is contested. */
interface KeyedJob {
  readonly job: Job
  readonly key: string | undefined
  /** What the ledger knows of the job, whatever its key was. */
  readonly row?: LedgerRow | undefined
}

/** What a run knows of jobs from before. */
export interface KnownJobs {
  /** Ids of those whose operations are looked at again and again. */
  readonly open: ReadonlySet<string>
  /** Ids of those whose routing CDF was found to have lost, where that was asked. */
  readonly lost: ReadonlySet<string>
  /** When the last whole list was read. */
  readonly lastList: number | undefined
}

/** Writes jobs as they come; those whose number others have too wait for `settle`. */
export interface JobWriter {
  readonly write: <E, R>(
    jobs: Stream.Stream<Job, E, R>
  ) => Effect.Effect<void, E | CdfError | StateError, R | Sink | Plex>
  /** To be run once, when all are written: jobs that share a number get their keys. */
  readonly settle: (list: "complete" | "partial") => Effect.Effect<void, FlowError, Sink | Plex>
  /** In place of `settle`, where all of them are going to come again. */
  readonly drop: Effect.Effect<void, never, FlowRun>
}

export const jobWriter = (known: KnownJobs): Effect.Effect<JobWriter, PlexError, AppConfig | FlowRun | Plex> =>
  Effect.gen(function* () {
    const claims = new NumberClaims()
    const heldBack = new Map<string, Job>()
    const events = yield* asEvents(known)
    return {
      write: (jobs) => jobs.pipe(admit(claims, heldBack), events, toCdf("events")),
      settle: (list) => settle(claims.settle(list), heldBack, events),
      drop: Effect.map(FlowRun, ({ tally }) => tally.add("duplicates", heldBack.size))
    }
  })

/** What CDF holds of some jobs. */
interface HeldJobs {
  /** Ids of jobs whose event has the plain number as its key, by number. */
  readonly byNumber: ReadonlyMap<string, string>
  /** The rows of jobs that have an event, under whatever key, by their ids. */
  readonly known: ReadonlyMap<string, LedgerRow>
}

/** Tells what CDF holds of the jobs of a chunk. */
const heldOf = (chunk: Chunk.Chunk<Job>) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const ledger = yield* Ledger
    const jobs = Chunk.toReadonlyArray(chunk)
    const numbers = new Map(
      jobs.flatMap(({ jobNumber }) => {
        const number = present(jobNumber)
        return number === undefined ? [] : [[facility.ids.of("job", number), number] as const]
      })
    )
    const known = yield* ledger.byPlexIds(
      "jobs",
      jobs.flatMap(({ id }) => id ?? [])
    )
    const holders = new Map(
      [...known.values()]
        .filter(({ externalId, kind }) => kind === "events" && numbers.has(externalId))
        .map(({ externalId, plexId }) => [externalId, plexId])
    )
    const others = [...numbers.keys()].filter((externalId) => !holders.has(externalId))
    for (const [externalId, { plexId }] of yield* ledger.rows("events", others)) holders.set(externalId, plexId)
    return {
      byNumber: new Map([...holders].map(([externalId, plexId]) => [numbers.get(externalId) ?? "", plexId])),
      known
    } satisfies HeldJobs
  })

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
        const { isCompleted } = jobStatuses(facility.tables)
        return Stream.mapChunksEffect(records, (chunk) =>
          Effect.map(heldOf(chunk), ({ byNumber, known }) => {
            for (const [number, id] of byNumber) if (id !== "") claims.know(number, id)
            const wanted = includeCompleted
              ? chunk
              : Chunk.filter(chunk, (job) => !isCompleted(job) || !job.id || known.has(job.id))
            tally.add("filtered", Chunk.size(chunk) - Chunk.size(wanted))
            const admitted = Chunk.filter(wanted, (job) => {
              const { id } = job
              const number = present(job.jobNumber)
              if (!id || number === undefined || claims.claim(number, id) === "mine") return true
              if (heldBack.has(id)) tally.add("duplicates")
              heldBack.set(id, job)
              return false
            })
            return Chunk.map(admitted, (job): KeyedJob => ({ job, key: undefined, row: known.get(job.id ?? "") }))
          })
        )
      })
    )

/** Jobs that share a number get their keys; one that was written under the number and loses it is written again. */
const settle = (
  { contested, write }: Settlement,
  heldBack: ReadonlyMap<string, Job>,
  events: Effect.Effect.Success<ReturnType<typeof asEvents>>
) =>
  Effect.gen(function* () {
    const { plex } = yield* AppConfig
    const { tally } = yield* FlowRun
    tally.add("ambiguous", contested)
    const keys = new Map(write.map(({ id, key }) => [id, key]))
    const keyed = (job: Job): KeyedJob => ({ job, key: keys.get(job.id ?? "") })
    yield* Stream.fromIterable(heldBack.values()).pipe(Stream.map(keyed), events, toCdf("events"))
    const displaced = write.filter(({ writtenAsNumber }) => writtenAsNumber)
    yield* Stream.fromIterable(displaced).pipe(
      Stream.mapEffect(({ id }) => jobById(id), { concurrency: plex.concurrency }),
      decode(Job),
      Stream.map(keyed),
      events,
      toCdf("events"),
      besideRecords
    )
  })

/** One job as Plex has it now. */
export const jobById = (id: string): Effect.Effect<unknown, PlexError, Plex> =>
  Effect.flatMap(Plex, (plex) => plex.get(pathOf("scheduling", "v1", "jobs", id) ?? "/scheduling/v1/jobs/unknown"))

/**
 * Events from jobs and what is known of their operations. The sweep over these is offered the jobs on which work may go on, those
 * on which it did when they were last seen, those that are new, those whose routing CDF was found to have lost, and those completed
 * within the look-back.
 */
const asEvents = ({ lost, lastList, open: wasOpen }: KnownJobs) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const { extractors } = yield* AppConfig
    const { isOpen } = jobStatuses(facility.tables)
    const since = (yield* (yield* Plex).now) - extractors.jobs.lookback
    const isRecent = ({ completedDate }: Job) => typeof completedDate === "string" && toMillis(completedDate) >= since
    const isWaitedFor = ({ id }: Job) => wasOpen.has(id ?? "") || lost.has(id ?? "")
    const offerOf = ({ job, key }: KeyedJob): Offer => ({
      sweep: "job-operations",
      object: (isNew) => {
        const open = isOpen(job)
        const isWorthALook = open || isWaitedFor(job) || isRecent(job) || (isNew && lastList !== undefined)
        return isWorthALook ? jobToSweep(job, key, open) : undefined
      }
    })
    return mapWith(
      (chunk: Chunk.Chunk<KeyedJob>) =>
        Effect.flatMap(Ledger, (ledger) =>
          ledger.jobOperations(Chunk.toReadonlyArray(chunk).flatMap(({ job }) => job.id ?? []))
        ),
      (facility, operations) => {
        const event = jobEvent(facility)
        return (keyed: KeyedJob) =>
          Either.map(event(keyed.job, operations.get(keyed.job.id ?? ""), keyed.key), (draft) => ({
            ...draft,
            offer: offerOf(keyed)
          }))
      },
      (facility, operations) => (keyed) => {
        const outline = jobOutline(facility, keyed.job, operations.get(keyed.job.id ?? ""), keyed.key)
        if (outline === undefined) return undefined
        const row = keyed.row?.externalId === outline.externalId ? keyed.row : undefined
        return { ...outline, row, offer: offerOf(keyed) }
      }
    )
  })
