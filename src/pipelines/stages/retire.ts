/**
 * Objects whose record Plex has no more: retired by the policy for removed records.
 */
import { Effect } from "effect"
import type { StoredResources } from "../../domain/cdf/Stored.js"
import type { CdfError, PlexError, StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import { marking, retiredAtOf } from "../../domain/Marks.js"
import { isOurs } from "../../domain/Ownership.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import { IdResolver } from "../../services/IdResolver.js"
import { Ledger, type LedgerRow, unknownHash } from "../../services/Ledger.js"
import { Plex } from "../../services/Plex.js"
import { FlowRun } from "../FlowRun.js"
import { losingNumbers } from "../formerNumbers.js"
import { type RemovableKind, remove } from "./remove.js"
import { sendEach } from "./sendEach.js"

/** Services that retiring needs. */
export type Retiring = AppConfig | Cdf | FlowRun | IdResolver | Ledger | Plex

type Held = StoredResources[RemovableKind]

/** What the ledger is to know of objects that were to be retired. */
interface Retirement {
  readonly rows: ReadonlyArray<LedgerRow>
  readonly forgotten: ReadonlyArray<LedgerRow>
}

const nothing: Retirement = { rows: [], forgotten: [] }

/** The row of an asset that CDF does not hold any more: should the asset come back, what was linked to it is known. */
export const gone = (row: LedgerRow, at: number): LedgerRow => ({
  ...row,
  hash: unknownHash,
  id: undefined,
  retiredAt: at
})

/** The rows of sequences go, whatever becomes of the sequences. */
const emptySequences = (held: ReadonlyArray<Held>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const { cdf: settings } = yield* AppConfig
    const sequences = held.flatMap((one) =>
      "columns" in one && one.externalId !== undefined ? [{ ...one, externalId: one.externalId }] : []
    )
    const surplus = yield* Effect.forEach(
      sequences,
      ({ columns, externalId }) =>
        Effect.map(
          cdf.rows(
            externalId,
            columns.flatMap((column) =>
              column.externalId === undefined ? [] : [{ externalId: column.externalId, valueType: "STRING" }]
            )
          ),
          (rows) => ({ externalId, rowNumbers: rows.map(({ rowNumber }) => rowNumber) })
        ),
      { concurrency: settings.concurrency }
    )
    yield* cdf.deleteRows(surplus.filter(({ rowNumbers }) => rowNumbers.length > 0))
  })

/** Marks what is not marked yet; what CDF will not mark stays live, and the flow says so. */
const mark = (
  kind: Exclude<RemovableKind, "relationships">,
  rows: ReadonlyArray<LedgerRow>,
  held: ReadonlyMap<ExternalId, Held>,
  at: number
) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const { tally } = yield* FlowRun
    const objects = rows.flatMap(({ externalId }) => held.get(externalId) ?? [])
    yield* emptySequences(objects)
    const since = new Map(
      objects.map((one) => [one.externalId, "metadata" in one ? retiredAtOf(one.metadata) : undefined])
    )
    const refused = yield* sendEach(
      rows
        .filter(({ externalId }) => since.get(externalId) === undefined)
        .map(({ externalId }) => {
          const one = held.get(externalId)
          const metadata = one !== undefined && "metadata" in one ? one.metadata : {}
          return { externalId, update: { metadata: marking(kind, metadata, at) } }
        }),
      (some) => cdf.update(kind, some)
    )
    const left = new Set(refused.map(({ item }) => item.externalId))
    const [example] = refused
    if (example !== undefined) {
      tally.degrade(`CDF refuses to mark ${refused.length} ${kind} as retired, for example: ${example.error.detail}`)
    }
    const marked = rows.filter(({ externalId }) => !left.has(externalId))
    return { ...nothing, rows: marked.map((row) => ({ ...row, retiredAt: since.get(row.externalId) ?? at })) }
  })

/** Deletes; what cannot be deleted is marked instead. */
const discard = (
  kind: RemovableKind,
  rows: ReadonlyArray<LedgerRow>,
  held: ReadonlyMap<ExternalId, Held>,
  at: number
) =>
  Effect.gen(function* () {
    const { tally } = yield* FlowRun
    const left = yield* remove(
      kind,
      rows.map(({ externalId }) => externalId)
    )
    const deleted = rows.filter(({ externalId }) => !left.has(externalId))
    if (left.size > 0) {
      const [example] = left
      yield* Effect.logWarning("CDF does not delete objects that were to be retired").pipe(
        Effect.annotateLogs({ count: left.size, key: example ?? "" })
      )
    }
    if (left.size > 0 && kind === "relationships") tally.degrade(`CDF refuses to delete ${left.size} relationships`)
    const rest = rows.filter(({ externalId }) => left.has(externalId))
    const marked = kind === "relationships" ? nothing : yield* mark(kind, rest, held, at)
    return kind === "assets"
      ? { rows: [...marked.rows, ...deleted.map((row) => gone(row, at))], forgotten: [] }
      : { rows: marked.rows, forgotten: deleted }
  })

/** One call's worth. What CDF does not hold any more, or somebody moved out of our data sets, is forgotten only. */
const retireChunk = (kind: RemovableKind, rows: ReadonlyArray<LedgerRow>) =>
  Effect.gen(function* () {
    const { policy } = (yield* AppConfig).removed
    const { facility, tally } = yield* FlowRun
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const at = yield* (yield* Plex).now
    const found: ReadonlyArray<Held> = yield* cdf.byids(
      kind,
      rows.map(({ externalId }) => externalId)
    )
    const held = new Map(found.flatMap((one) => (one.externalId === undefined ? [] : [[one.externalId, one] as const])))
    const missing = rows.filter(({ externalId }) => !held.has(externalId))
    const there = rows.filter(({ externalId }) => held.has(externalId))
    const ours = there.filter(({ externalId }) => isOurs(facility, held.get(externalId)?.dataSetId))
    const moved = there.filter(({ externalId }) => !isOurs(facility, held.get(externalId)?.dataSetId))
    yield* ledger.doubt(
      kind,
      ours.map(({ externalId }) => externalId)
    )
    const { forgotten, rows: kept } =
      kind === "relationships" || policy === "delete"
        ? yield* discard(kind, ours, held, at)
        : policy === "mark"
          ? yield* mark(kind, ours, held, at)
          : { ...nothing, rows: ours.map((row) => ({ ...row, retiredAt: at })) }
    const pending = yield* ledger.pendingOf(
      kind,
      kept.map(({ externalId }) => externalId)
    )
    if (kind === "assets") yield* (yield* IdResolver).forget(missing.map(({ externalId }) => externalId))
    const numberless = new Set(kept.flatMap((row) => (row.id === undefined ? [row.externalId] : [])))
    yield* ledger.confirm({
      ...(yield* losingNumbers([...missing, ...ours.filter(({ externalId }) => numberless.has(externalId))])),
      rows: [...kept, ...(kind === "assets" ? missing.map((row) => gone(row, at)) : [])],
      pending,
      forgotten: [...forgotten, ...moved, ...(kind === "assets" ? [] : missing)]
    })
    tally.add("retired", kept.length + forgotten.length)
  })

/** Objects that are asked for, changed and confirmed together. */
const perChunk = 1000

/**
 * Retires these objects of the running flow, by the policy for removed records; relationships are always deleted. Those that are
 * retired already or are no objects of the flow are left alone. Cut anywhere, it may be done again: what was marked keeps its mark.
 */
export const retire = (
  kind: RemovableKind,
  externalIds: ReadonlyArray<ExternalId>
): Effect.Effect<void, CdfError | PlexError | StateError, Retiring> =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    for (let begin = 0; begin < externalIds.length; begin += perChunk) {
      const known = yield* ledger.rows(kind, externalIds.slice(begin, begin + perChunk))
      const live = [...known.values()].filter((row) => row.flow === flow && row.retiredAt === undefined)
      if (live.length > 0) yield* retireChunk(kind, live)
    }
  })
