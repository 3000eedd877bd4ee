/**
 * Jobs: in full now and then, in between what is open and what was completed since; what their operations say comes with a sweep.
 */
import { Chunk, Effect, Option, Schema, Stream } from "effect"
import { momentOf, toPlexTime } from "../domain/Instant.js"
import { jobStatuses } from "../domain/JobStatus.js"
import type { Listed } from "../domain/Listed.js"
import { Job } from "../domain/records/Job.js"
import { present } from "../domain/Text.js"
import { AppConfig } from "../services/AppConfig.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { FlowRun } from "./FlowRun.js"
import { jobById, type KnownJobs, jobWriter } from "./jobEvents.js"
import { jobOperations, jobsWithRouting } from "./jobOperations.js"
import { jobsWithLostRouting } from "./lostRoutings.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { flow } from "./runFlow.js"
import { decode } from "./stages/decode.js"
import { lasting, offeringVanished } from "./stages/offer.js"
import { partOfList } from "./stages/partOfList.js"
import { isStopping, keep, list, observe, tallied } from "./stages/read.js"
import { wholeList } from "./stages/wholeList.js"

const jobsPath = "/scheduling/v1/jobs"

export const jobs: ExtractorDefinition = {
  name: "jobs",
  plan: () => [
    flow(
      "jobs",
      Effect.suspend(() => jobEvents)
    ),
    jobOperations
  ]
}

/** With more open jobs that are in neither answer, the full list is the cheaper question. */
const mostAskedById = 50

/** Of the clock's that differ, and not of a time that makes no sense. */
const tolerance = 5 * 60_000

/** What the last whole list left behind. */
interface LastList {
  readonly at: number
  /** The status texts of jobs on which work may go on, of this list and all before it. */
  readonly statuses: ReadonlyArray<string>
}

/** What the list of jobs is in CDF. */
const listed: Listed = { events: "job" }

const statusesFact = "open statuses"
const Statuses = Schema.parseJson(Schema.Array(Schema.String))
const decodeStatuses = Schema.decodeOption(Statuses)
const encodeStatuses = Schema.encodeSync(Statuses)

const jobEvents = Effect.gen(function* () {
  const { flow, options } = yield* FlowRun
  const ledger = yield* Ledger
  const open = yield* lasting("job-operations")
  const lost = options.whole ? yield* jobsWithLostRouting : new Set<string>()
  const known: KnownJobs = { open, lost, lastList: yield* ledger.watermark(flow) }
  const last = yield* lastList(known.lastList)
  if (last !== undefined && (yield* jobsSince(last, known))) return
  yield* fullList(known)
})

/** The last whole list; nothing where the next one is due. */
const lastList = (at: number | undefined) =>
  Effect.gen(function* () {
    const { options } = yield* FlowRun
    const { jobs } = yield* AppConfig
    const now = yield* (yield* Plex).now
    if (at === undefined || options.once || options.whole) return undefined
    if (at + jobs.fullListInterval <= now || at > now + tolerance) return undefined
    return Option.getOrUndefined(Option.map(yield* openStatuses, (statuses): LastList => ({ at, statuses })))
  })

const openStatuses = Effect.gen(function* () {
  const { flow } = yield* FlowRun
  const facts = yield* (yield* Ledger).facts(flow, [statusesFact])
  return Option.flatMap(Option.fromNullable(facts.get(statusesFact)), decodeStatuses)
})

/** Every job; then it is known which status texts there are, and which jobs are not there any more. */
const fullList = (known: KnownJobs) =>
  Effect.gen(function* () {
    const { facility, flow } = yield* FlowRun
    const { isFinishedStatus } = jobStatuses(facility.tables)
    // Also those of earlier lists: that no job had one at the time of a list says nothing of the next job.
    const statuses = new Set<string>(Option.getOrElse(yield* openStatuses, () => []))
    const writer = yield* jobWriter(known)
    yield* list(jobsPath).pipe(
      decode(Job),
      observe((chunk) => {
        for (const { jobStatus } of chunk) {
          if (present(jobStatus) !== undefined && !isFinishedStatus(jobStatus ?? "")) statuses.add(jobStatus ?? "")
        }
      }),
      writer.write
    )
    const stopping = yield* isStopping
    yield* writer.settle(stopping ? "partial" : "complete")
    if (stopping) return
    yield* (yield* Ledger).keepFacts(flow, new Map([[statusesFact, encodeStatuses([...statuses].sort())]]))
  }).pipe(wholeList(listed), offeringVanished("job-operations", jobsWithRouting))

/**
 * What is open, what was completed since the last whole list, and each job that was open and is in neither answer. Gives whether
 * that was all; not where so many are in neither that the full list is to be asked for.
 */
const jobsSince = (last: LastList, known: KnownJobs) =>
  Effect.gen(function* () {
    const { drift, facility } = yield* FlowRun
    const { history } = yield* AppConfig
    drift?.select()
    const { isOpen } = jobStatuses(facility.tables)
    const completedSince = last.at - history.overlap
    const asked = new Set(last.statuses)
    const missing = new Set(known.open)
    const isWanted = (job: Job) =>
      isOpen(job) ||
      asked.has(job.jobStatus ?? "") ||
      (momentOf(job.completedDate) ?? -Infinity) >= completedSince ||
      known.open.has(job.id ?? "")
    const writer = yield* jobWriter(known)
    const open = last.statuses.length === 0 ? Stream.empty : list(jobsPath, { jobStatuses: last.statuses })
    // Completed ones last: of a job that is in both answers, that is the newer state.
    const completed = list(jobsPath, { completedDateBegin: toPlexTime(completedSince) })
    yield* Stream.concat(open, completed).pipe(
      decode(Job),
      keep(isWanted),
      observe((chunk) => {
        for (const { id } of chunk) missing.delete(id ?? "")
      }),
      writer.write
    )
    if (yield* isStopping) return true
    if (missing.size > mostAskedById) {
      yield* writer.drop
      return false
    }
    yield* oneByOne(missing).pipe(decode(Job), writer.write)
    yield* writer.settle("partial")
    return true
  }).pipe(partOfList(listed))

/** Jobs by their ids; those that Plex does not know any more are left to the next full list. */
const oneByOne = (ids: Iterable<string>) =>
  Stream.unwrap(
    Effect.map(AppConfig, ({ plex }) =>
      Stream.fromIterable(ids).pipe(
        Stream.mapEffect(
          (id) =>
            Effect.catchIf(
              Effect.map(jobById(id), Chunk.of),
              ({ reason }) => reason === "NotFound",
              () => Effect.succeed(Chunk.empty<unknown>())
            ),
          { concurrency: plex.concurrency }
        ),
        Stream.flattenChunks
      )
    )
  ).pipe(tallied)
