/**
 * Operations of jobs, job by job: they complete the job's event (workcenters, start) and are the rows of its routing.
 */
import { Effect, Either, Option, Schema, Stream } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { pathOf } from "../domain/plex/PlexPath.js"
import { Job, jobEvent, jobKey } from "../domain/records/Job.js"
import { JobOperation, summarize } from "../domain/records/JobOperation.js"
import { jobRoutingSequence } from "../domain/records/JobRouting.js"
import { fingerprintOf, type SweepObject } from "../domain/SweepObject.js"
import { DeadLetters } from "../services/DeadLetters.js"
import { Ledger } from "../services/Ledger.js"
import { FlowRun, inLedgerAs } from "./FlowRun.js"
import { flow } from "./runFlow.js"
import { map } from "./stages/map.js"
import { SetReplacement } from "./stages/replace.js"
import { retire } from "./stages/retire.js"
import { asSet, type ListedSet, listOfObject, type Swept } from "./stages/sets.js"
import { toSequences } from "./stages/sequences.js"
import { sweep } from "./stages/sweep.js"
import { toCdf } from "./stages/write.js"

/** A job with the key of its event, where that is not its number. */
const SweptJob = Schema.parseJson(Schema.Struct({ job: Job, key: Schema.optional(Schema.String) }))

/** A job as the sweep needs it. `open`: its operations may change without the job. */
export const jobToSweep = (job: Job, key: string | undefined, open: boolean): SweepObject | undefined => {
  if (!job.id) return undefined
  const content = JSON.stringify({ job, key })
  return { key: job.id, fingerprint: fingerprintOf(content), content, again: open }
}

/**
 * Operations that could be read are no dead letters any more: the ledger has no row of theirs by which they would go. Gives the jobs of
 * which an operation or the routing still is one: a job that is not open would not be looked at again.
 */
const settleLetters = (
  sets: ReadonlyArray<Swept<typeof SweptJob.Type, ListedSet<JobOperation>>>,
  routingOf: (object: typeof SweptJob.Type) => ExternalId
) =>
  Effect.gen(function* () {
    const { begun, flow } = yield* FlowRun
    const deadLetters = yield* DeadLetters
    const read = sets.flatMap(({ set }) => set.records.flatMap(({ jobOperationId }) => jobOperationId || []))
    yield* deadLetters.landed(flow, read, begun)
    const letters = new Set((yield* deadLetters.list({ flow })).map(({ key }) => key))
    const isUnsettled = ({ object, set }: (typeof sets)[number]) =>
      [...set.keys, routingOf(object)].some((key) => letters.has(key))
    return new Set(sets.flatMap((swept) => (isUnsettled(swept) ? (swept.object.job.id ?? []) : [])))
  })

/** The routings that CDF holds of these jobs, under whatever key, by their ids. */
const heldRoutings = (jobs: ReadonlyArray<typeof SweptJob.Type>) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const rows = yield* (yield* Ledger).byPlexIds(
      flow,
      jobs.flatMap(({ job }) => job.id ?? [])
    )
    const live = [...rows].filter(([, { retiredAt }]) => retiredAt === undefined)
    return new Map(live.map(([id, { externalId }]) => [id, externalId]))
  })

/** The jobs whose routing CDF holds, be they looked at any more or not. */
export const jobsWithRouting: Stream.Stream<SweepObject, StateError, Ledger> = Stream.unwrap(
  Effect.map(Ledger, (ledger) => ledger.eachOf("job-operations", "sequences"))
).pipe(
  Stream.filter(({ retiredAt }) => retiredAt === undefined),
  Stream.filterMap(({ plexId }) => Option.fromNullable(jobToSweep({ id: plexId }, undefined, false)))
)

export const jobOperations = flow(
  "job-operations",
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const event = jobEvent(facility)
    const sequence = jobRoutingSequence(facility)
    const replacement = new SetReplacement()
    const keyOf = ({ job, key }: typeof SweptJob.Type) =>
      key ?? Option.getOrElse(Either.getRight(jobKey(job)), () => job.id ?? "")
    const routingOf = (object: typeof SweptJob.Type) => facility.ids.of("job_routing", keyOf(object))
    yield* sweep({
      content: SweptJob,
      read: ({ job }) =>
        listOfObject(pathOf("scheduling", "v1", "jobs", job.id ?? "", "operations")).pipe(
          asSet(JobOperation, "jobOperationId"),
          // What a job has of operations is one record; those that are dead letters are beside it.
          Effect.tap(({ keys, records }) => Effect.sync(() => tally.add("read", 1 + keys.length - records.length)))
        ),
      sizeOf: () => 1,
      write: (sets) =>
        Effect.gen(function* () {
          const held = yield* heldRoutings(sets.map(({ object }) => object))
          const shown = sets.map(({ object, set }) => {
            const id = object.job.id ?? ""
            return { ...set, object, id, routing: routingOf(object), isHeld: held.has(id) }
          })
          const believed = yield* replacement.believed(shown)
          const known = new Map(believed.map(({ id, records }) => [id, summarize(records)]))
          const doubted = shown.flatMap(({ id }) => (known.has(id) ? [] : [id]))
          // What is not believed of a job leaves its event as it is.
          const operations = new Map([...(yield* (yield* Ledger).jobOperations(doubted)), ...known])
          yield* Stream.fromIterable(shown).pipe(
            map(
              () =>
                ({ id, object: { job, key } }: (typeof shown)[number]) =>
                  event(job, operations.get(id), key)
            ),
            toCdf("events"),
            inLedgerAs("jobs")
          )
          // Before the new ones are there: then the ledger knows two of a job, and tells the last.
          const filled = new Set(believed.flatMap(({ keys, routing }) => (keys.length > 0 ? [routing] : [])))
          const theirs = believed.flatMap(({ id, routing }) => [routing, held.get(id) ?? routing])
          yield* retire(
            "sequences",
            theirs.filter((routing) => !filled.has(routing))
          )
          yield* Stream.fromIterable(believed).pipe(
            Stream.filter(({ records }) => records.length > 0),
            Stream.map(({ object, records }) => sequence(keyOf(object), object.job, records)),
            toSequences
          )
          return { jobOperations: known, unsettled: new Set([...(yield* settleLetters(sets, routingOf)), ...doubted]) }
        }),
      gone: (jobs) => Effect.flatMap(heldRoutings(jobs), (routings) => retire("sequences", [...routings.values()])),
      listed: { sequences: "job_routing" }
    })
  }),
  { sweep: true }
)
