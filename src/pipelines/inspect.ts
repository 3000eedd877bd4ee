/**
 * One object looked at from all sides: what Plex says of it now, what the state knows, what CDF holds, and how these differ. Nothing is
 * written: the flow that makes the object is run over its record alone, with what it would write caught.
 */
import { Deferred, Effect, Layer, Logger, LogLevel } from "effect"
import { type PatchedField, patchedFields } from "../domain/cdf/PatchedFields.js"
import type { LinkTarget } from "../domain/cdf/Complete.js"
import type { Patch } from "../domain/cdf/Patch.js"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import { rowDifferences } from "../domain/cdf/RowDifference.js"
import type { FlowError } from "../domain/Errors.js"
import { ExternalId } from "../domain/ExternalId.js"
import { type Facility, makeFacility } from "../domain/Facility.js"
import { type Findings, judge, type Judgement, type PlexAnswer } from "../domain/Findings.js"
import { extractors, type FlowName, flows } from "../domain/Flow.js"
import { keptContent } from "../domain/KeptContent.js"
import { retiredAtOf } from "../domain/Marks.js"
import type { Origin } from "../domain/Origin.js"
import type { TimeSlice } from "../domain/TimeSlice.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { CallObserver } from "../services/CallObserver.js"
import { Cdf } from "../services/Cdf.js"
import { DeadLetters, type KeptDeadLetter } from "../services/DeadLetters.js"
import { Ledger, type LedgerRow, type PendingLink } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import type { Progress } from "../services/Progress.js"
import { inPlaces } from "../services/SettingPlaces.js"
import { definitions } from "./extractors.js"
import { byId, byPlexKey, foreign, type Held, isKnown, type Met } from "./meant.js"
import { followPlex } from "./FlowOptions.js"
import { narrowed, overheard, type Question, questionOf, type Records } from "./question.js"
import { ExtractorRun, type Flow, type FlowServices, runFlow } from "./runFlow.js"
import { hierarchy } from "./tree.js"
import { noTestimony, type Testimony, witnessing } from "./witness.js"

/** A call to Plex. */
export interface AskedCall {
  readonly operation: string
  readonly window: string | undefined
  /** Records given. */
  readonly items: number | undefined
  readonly milliseconds: number
}

/** All that was found out about one object. */
export interface Inspection extends Judgement {
  readonly externalId: ExternalId
  readonly kind: ResourceKind | undefined
  readonly flow: FlowName | undefined
  readonly plex: PlexAnswer & {
    /** What was asked, and what it cost. */
    readonly asked: ReadonlyArray<AskedCall>
    /** Its records; of history the rows of its moment, at most ten; without secrets, and without people unless these are wanted. */
    readonly records: ReadonlyArray<unknown>
    /** What the mapping makes of them. */
    readonly wanted: unknown
  }
  readonly ledger: LedgerRow | undefined
  readonly cdf: Held | undefined
  readonly differences: ReadonlyArray<PatchedField>
  readonly pending: ReadonlyArray<{ readonly to: LinkTarget; readonly since: number | undefined }>
  readonly deadLetters: ReadonlyArray<KeptDeadLetter>
}

const metadataOf = (held: Held | undefined): Readonly<Record<string, string>> | undefined =>
  held !== undefined && "metadata" in held ? held.metadata : undefined

/** What is marked is of the facility that the marks name; what cannot be marked is told by its id alone. */
const isOurs = ({ pcn }: Facility, held: Held): boolean => {
  const metadata = metadataOf(held)
  return metadata === undefined || metadata["pcn"] === pcn
}

const flowOf = (
  settings: Settings,
  name: FlowName
): { readonly flow: Flow | undefined; readonly off: string | undefined } => {
  const extractor = extractors.find((one) => flows[one].some((known) => known === name))
  if (name === "hierarchy" || extractor === undefined) return { flow: hierarchy, off: undefined }
  const flow = definitions[extractor].plan(settings).find((one) => one.name === name)
  const off = settings.flowsDisabled.has(name)
    ? inPlaces(settings)("switched off by FLOWS_DISABLED")
    : settings.extractors[extractor].enabled
      ? flow?.off
      : `the extractor ${extractor} is off`
  return { flow, off }
}

/** Runs the flow over what Plex says of the object; gives why that could not be. */
const replay = (
  met: Met & { readonly origin: Origin },
  flow: Flow,
  question: Question,
  seen: Testimony,
  records: Records
) =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const stop = yield* Deferred.make<void>()
    const plex = narrowed(yield* Plex, question, records, Deferred.succeed(stop, undefined))
    const source = overheard(yield* PlexDataSource, question, records)
    const subject = { ...met, flow: flow.name, swept: question.swept }
    const extractor = extractors.find((one) => flows[one].some((known) => known === flow.name)) ?? "master-data"
    const run = new ExtractorRun(extractor, makeFacility(settings.facility), stop, {
      ...followPlex,
      backfill: question.period,
      once: true
    })
    // What stops a list after its record leaves it degraded; the flow is run although it may be off.
    const report = yield* runFlow(run, { ...flow, off: undefined }).pipe(
      Effect.provide(
        Layer.mergeAll(witnessing(subject, seen), Layer.succeed(Plex, plex), Layer.succeed(PlexDataSource, source))
      ),
      Effect.provideService(AppConfig, { ...settings, flowsDisabled: new Set<string>() })
    )
    return report.finished ? undefined : report.notice
  }).pipe(Logger.withMinimumLogLevel(LogLevel.None))

const answerOf = (
  { externalId, origin }: { readonly externalId: ExternalId; readonly origin: Origin },
  question: Question,
  seen: Testimony,
  records: Records,
  failure: string | undefined
): PlexAnswer => {
  if (seen.wanted !== undefined) return origin.flow === "hierarchy" ? { state: "made" } : { state: "listed" }
  const letter = seen.letters.find(({ key }) => key === origin.key || key === externalId || records.length > 0)
  if (letter !== undefined && records.length > 0) {
    return { state: "letter", reason: letter.path === undefined ? letter.reason : `${letter.path}: ${letter.reason}` }
  }
  if (failure !== undefined) return { state: "failed", reason: failure }
  return records.length > 0 && question.period === undefined && question.swept === undefined
    ? { state: "failed", reason: "Plex has its record, and the flow leaves it out" }
    : { state: "absent" }
}

const mostRecords = 10

/** Whether a record of history lies behind the watermark of its flow. */
const isBehind = ({ origin }: { readonly origin: Origin }, period: TimeSlice | undefined) =>
  Effect.gen(function* () {
    if (period === undefined) return undefined
    const watermark = yield* (yield* Ledger).watermark(origin.flow)
    return watermark === undefined ? undefined : period.end <= watermark
  })

/** The external ids of assets that CDF or a patch names by number. */
const namesFor = (patch: Patch | undefined, held: Held | undefined) =>
  Effect.gen(function* () {
    const change = patch?.update["assetIds"]
    const added: unknown = change !== undefined && "add" in change ? change.add : undefined
    const ids = [
      ...(Array.isArray(added) ? added : []),
      ...(held !== undefined && "assetIds" in held ? held.assetIds : [])
    ].filter((id): id is number => typeof id === "number" && id > 0)
    if (change === undefined || ids.length === 0) return new Map<number, ExternalId>()
    const assets = yield* (yield* Cdf).assetsByNumericIds([...new Set(ids)])
    return new Map(
      assets.flatMap(({ externalId, id }) => (externalId === undefined ? [] : [[id, externalId] as const]))
    )
  })

/** The dead letters of an object: by its key, its Plex key or its id. */
const lettersOf = ({ externalId, origin, row }: Met) =>
  Effect.gen(function* () {
    const deadLetters = yield* DeadLetters
    const names = [
      ...new Set([externalId, origin?.key, row?.plexId].filter((name) => name !== undefined && name !== ""))
    ]
    const found = yield* Effect.forEach(names, (name) => deadLetters.find(name ?? "", origin?.flow))
    return found.flat()
  })

const pendingOf = ({ externalId, kind }: Met, pending: ReadonlyArray<PendingLink>, seen: Testimony) => {
  const kept = pending.filter((link) => link.kind === kind && link.from === externalId)
  const since = new Map(kept.map((link) => [JSON.stringify(link.to), link.since]))
  // What the flow says now counts; where it said nothing, what is kept.
  const now = seen.wanted === undefined ? kept.map(({ to }) => to) : seen.pending
  return now.map((to) => ({ to, since: since.get(JSON.stringify(to)) }))
}

const ofRows = (rows: Testimony["rows"]): ReadonlyArray<PatchedField> =>
  rows === undefined
    ? []
    : rowDifferences(rows.held, rows.wanted).map(({ after, before, ...of }) => ({ ...of, cdf: before, plex: after }))

const inspected = (met: Met, facility: Facility): Effect.Effect<Inspection, FlowError, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const { externalId, held, kind, origin, row } = met
    const deadLetters = yield* lettersOf(met)
    const seen = noTestimony()
    const records: Records = []
    const asked: Array<AskedCall> = []
    let answer: PlexAnswer = { state: "notAsked", reason: "no mapping makes such ids" }
    let behind: boolean | undefined
    let off: string | undefined

    if (origin !== undefined) {
      const { flow, off: why } = flowOf(settings, origin.flow)
      off = why
      const window = deadLetters.find((letter) => letter.window !== undefined)?.window
      const ask = Effect.gen(function* () {
        const known = { origin, row, held, window }
        const question = yield* questionOf(known, facility, settings.qualitySpecificationsSource === "rest")
        if ("reason" in question) {
          const none: PlexAnswer = { state: "notAsked", reason: question.reason }
          return none
        }
        behind = yield* isBehind({ origin }, question.period)
        if (flow === undefined) {
          const none: PlexAnswer = { state: "notAsked", reason: `${origin.flow} is no flow of these settings` }
          return none
        }
        const failure = yield* replay({ ...met, origin }, flow, question, seen, records)
        return answerOf({ externalId, origin }, question, seen, records, failure)
      })
      answer = yield* ask.pipe(
        Effect.catchTag("PlexError", ({ message }) => Effect.succeed<PlexAnswer>({ state: "failed", reason: message })),
        Effect.provideService(CallObserver, ({ duration, items, operation, upstream, window: period }) =>
          Effect.sync(() => {
            if (upstream.startsWith("plex"))
              asked.push({ operation, window: period, items, milliseconds: Math.round(duration) })
          })
        )
      )
    }

    const pending = pendingOf(met, yield* (yield* Ledger).pendingLinks, seen)
    const differences = [
      ...(seen.patch === undefined || held === undefined
        ? []
        : patchedFields(seen.patch, held, yield* namesFor(seen.patch, held))),
      ...ofRows(seen.rows)
    ]
    const metadata = metadataOf(held)
    const findings: Findings = {
      externalId,
      kind,
      flow: origin?.flow,
      off,
      plex: answer,
      ledger:
        row === undefined
          ? undefined
          : {
              retiredAt: row.retiredAt,
              sameRecord: seen.hash === undefined || row.hash === "" ? undefined : seen.hash === row.hash
            },
      cdf:
        held === undefined
          ? undefined
          : { ours: isOurs(facility, held), retiredAt: metadata === undefined ? undefined : retiredAtOf(metadata) },
      differences,
      pending: pending.map(({ to }) => to),
      letters: deadLetters.map(({ path, reason }) => (path === undefined ? reason : `${path}: ${reason}`)),
      behindWatermark: behind
    }
    return {
      externalId,
      kind,
      flow: origin?.flow,
      ...judge(findings),
      plex: {
        ...answer,
        asked,
        records: records.slice(0, mostRecords).map((record) => keptContent(record, facility.includePersonalData)),
        wanted: seen.wanted
      },
      ledger: row,
      cdf: held,
      differences,
      pending,
      deadLetters
    }
  })

const unknown = (text: string): Inspection => ({
  externalId: ExternalId.make(text),
  kind: undefined,
  flow: undefined,
  verdict: "unknown id",
  sentence: `nobody knows ${text}: no mapping makes such ids, no flow wrote such a key, and CDF holds none`,
  plex: { state: "notAsked", reason: "no mapping makes such ids", asked: [], records: [], wanted: undefined },
  ledger: undefined,
  cdf: undefined,
  differences: [],
  pending: [],
  deadLetters: []
})

/** Looks at the object that a text names: an external id, with or without its prefixes, or the Plex key of something that was written. */
export const inspect = (text: string): Effect.Effect<Inspection, FlowError, FlowServices | Progress> =>
  Effect.gen(function* () {
    const facility = makeFacility((yield* AppConfig).facility)
    const meant = yield* byId(facility, text)
    if (meant !== undefined && isKnown(meant)) return yield* inspected(meant, facility)
    const other = (yield* byPlexKey(facility, text)) ?? (yield* foreign(ExternalId.make(text)))
    const met = other ?? meant
    return met === undefined ? unknown(text) : yield* inspected(met, facility)
  })
