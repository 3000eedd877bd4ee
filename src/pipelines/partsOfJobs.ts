/**
 * The parts that jobs make, by job id: from the ledger, else from Plex, job by job.
 */
import { Effect, Option, Schema } from "effect"
import type { PlexError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { pathOf } from "../domain/plex/PlexPath.js"
import { Job } from "../domain/records/Job.js"
import { present } from "../domain/Text.js"
import { AppConfig } from "../services/AppConfig.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { FlowRun } from "./FlowRun.js"

const decodeJob = Schema.decodeUnknownOption(Job)

/** What Plex may refuse without the record being any less: then it has one link less. */
const refusals: ReadonlySet<PlexError["reason"]> = new Set(["NotFound", "Refused", "NotSubscribed", "Forbidden"])

/** The part of one job; none where Plex does not know the job or does not tell. */
const partOf = (jobId: string) =>
  Effect.gen(function* () {
    const path = pathOf("scheduling", "v1", "jobs", jobId)
    if (path === undefined) return undefined
    const answer = yield* Effect.catchIf(
      (yield* Plex).get(path),
      (error: PlexError) => refusals.has(error.reason),
      () => Effect.succeed(undefined)
    )
    return Option.match(decodeJob(answer), { onNone: () => undefined, onSome: ({ partId }) => present(partId) })
  })

/** Tells the assets of the parts of each of these jobs. */
export const partsOfJobs = (jobIds: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { ids } = (yield* FlowRun).facility
    const { plex } = yield* AppConfig
    const partPrefix = ids.prefix("part")
    const parts = new Map<string, ReadonlyArray<ExternalId>>()
    for (const [jobId, { links }] of yield* (yield* Ledger).byPlexIds("jobs", jobIds)) {
      const linked = links.filter((link) => link.startsWith(partPrefix))
      // A job whose part does not exist yet has no link: Plex tells which one to wait for.
      if (linked.length > 0) parts.set(jobId, linked)
    }
    const unknown = [...new Set(jobIds)].filter((jobId) => !parts.has(jobId))
    const found = yield* Effect.forEach(unknown, (jobId) => Effect.map(partOf(jobId), (part) => ({ jobId, part })), {
      concurrency: plex.concurrency
    })
    for (const { jobId, part } of found) if (part !== undefined) parts.set(jobId, [ids.of("part", part)])
    return (jobId: string): ReadonlyArray<ExternalId> => parts.get(jobId) ?? []
  })
