/**
 * Services for a flow that is run only to see what it makes of one object: they answer as ever, note what concerns the object, and
 * keep nothing.
 */
import { Effect, Layer, Stream } from "effect"
import { claim, unclearLinks } from "../domain/cdf/ClaimedLinks.js"
import type { LinkTarget } from "../domain/cdf/Complete.js"
import { type Patch, patchOf } from "../domain/cdf/Patch.js"
import type { ResourceKind, Resources, Row } from "../domain/cdf/Resource.js"
import type { NamedRows } from "../domain/cdf/RowDifference.js"
import type { StoredResources } from "../domain/cdf/Stored.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { encodeMemory, memoryFact } from "../domain/HistoryMemory.js"
import { listFact } from "../domain/Listed.js"
import type { SweepObject } from "../domain/SweepObject.js"
import { Cdf } from "../services/Cdf.js"
import { type DeadLetter, DeadLetters } from "../services/DeadLetters.js"
import { factsOfFacility, Ledger, type LedgerKey } from "../services/Ledger.js"
import type { FlowName } from "../domain/Flow.js"

/** What a flow was seen to make of the object. */
export interface Testimony {
  /** What it would be in CDF; nothing where the flow came to no such object. */
  wanted: Resources[ResourceKind] | undefined
  /** What would be changed of what CDF holds; nothing where that is as it should be, or not there. */
  patch: Patch | undefined
  /** Of a sequence, what rows CDF was found to hold and what they would be; nothing where these were not compared. */
  rows: { readonly held: NamedRows; readonly wanted: NamedRows } | undefined
  /** The hash of what it would be. */
  hash: string | undefined
  /** Links whose asset does not exist yet. */
  pending: ReadonlyArray<LinkTarget>
  /** What it could not deliver, of whatever object. */
  readonly letters: Array<DeadLetter>
}

export const noTestimony = (): Testimony => ({
  wanted: undefined,
  patch: undefined,
  rows: undefined,
  hash: undefined,
  pending: [],
  letters: []
})

/** What is looked at. */
export interface Subject extends LedgerKey {
  readonly flow: FlowName
  /** What CDF holds of it. */
  readonly held: StoredResources[ResourceKind] | undefined
  /** Of a flow that is a sweep: the object by which it comes to this one. */
  readonly swept: SweepObject | undefined
}

/** A hash that no content has, and no digest: what is compared is looked at. */
const unlike = { hash: "?", digest: undefined }

const ledgerOf = (ledger: typeof Ledger.Service, subject: Subject, seen: Testimony): typeof Ledger.Service => {
  const { externalId, flow, kind, swept } = subject
  let offered = swept === undefined ? [] : [swept]
  return {
    ...ledger,
    rows: (asked, ids) =>
      Effect.map(ledger.rows(asked, ids), (rows) => {
        const row = rows.get(externalId)
        return asked !== kind || row === undefined ? rows : new Map([...rows, [externalId, { ...row, ...unlike }]])
      }),
    byPlexIds: (asked, keys) =>
      Effect.map(
        ledger.byPlexIds(asked, keys),
        (rows) =>
          new Map(
            Array.from(rows, ([key, row]) => [
              key,
              row.kind === kind && row.externalId === externalId ? { ...row, ...unlike } : row
            ])
          )
      ),
    // Nothing is missed on a list that shows one record.
    eachOf: () => Stream.empty,
    live: () => Effect.succeed({ count: 0, latest: 0 }),
    retiredBefore: () => Effect.succeed([]),
    // What CDF holds is known, as far as it is of any concern.
    facts: (asked, keys) =>
      Effect.map(ledger.facts(asked, keys), (facts) => {
        const known = new Map(facts)
        if (asked === factsOfFacility && keys?.includes(listFact(flow)) === true) known.set(listFact(flow), "ended")
        if (asked === flow && keys?.includes(memoryFact) === true) known.set(memoryFact, encodeMemory({ since: 0 }))
        return known
      }),
    sweepObjects: () =>
      Effect.sync(() => {
        const next = offered
        offered = []
        return next
      }),
    offered: (sweep, keys) =>
      swept !== undefined && sweep === flow && keys.includes(swept.key)
        ? Effect.succeed(new Map([[swept.key, swept]]))
        : ledger.offered(sweep, keys),
    confirm: ({ deadLetters = [], pending = [], rows = [] }) =>
      Effect.sync(() => {
        seen.letters.push(...deadLetters)
        const row = rows.find((one) => one.kind === kind && one.externalId === externalId)
        if (row === undefined) return
        seen.hash = row.hash
        seen.pending = pending.flatMap(({ from, kind: of, to }) => (of === kind && from === externalId ? [to] : []))
      }),
    meet: () => Effect.void,
    keepDigests: () => Effect.void,
    forget: () => Effect.void,
    doubt: () => Effect.void,
    distrust: Effect.void,
    clear: Effect.void,
    prune: () => Effect.succeed(0),
    meetNaturalKeys: () => Effect.void,
    giveUpLinks: () => Effect.succeed(0),
    moveWatermark: () => Effect.void,
    keepFacts: () => Effect.void,
    dropFacts: () => Effect.void,
    withdraw: () => Effect.void
  }
}

/** The external ids of assets that an event is linked to, of which it is not known whether we linked them. */
const namesOf = (cdf: typeof Cdf.Service, unclear: ReadonlyArray<number>) =>
  Effect.map(
    unclear.length === 0 ? Effect.succeed([]) : cdf.assetsByNumericIds(unclear),
    (assets) =>
      new Map<number, ExternalId>(
        assets.flatMap(({ externalId, id }) => (externalId === undefined ? [] : [[id, externalId]]))
      )
  )

const withoutRows = ({ columns, rows }: NamedRows, numbers: ReadonlyArray<number>): NamedRows => ({
  columns,
  rows: rows.filter(({ rowNumber }) => !numbers.includes(rowNumber))
})

/** Rows of the same number are in the place of those there were: they are written whole. */
const withRows = (there: NamedRows, written: ReadonlyArray<Row>): NamedRows => ({
  columns: there.columns,
  rows: [
    ...withoutRows(
      there,
      written.map(({ rowNumber }) => rowNumber)
    ).rows,
    ...written
  ]
})

const cdfOf = (
  cdf: typeof Cdf.Service,
  { externalId, held, kind: of }: Subject,
  seen: Testimony
): typeof Cdf.Service => ({
  ...cdf,
  rows: (sequence, columns) =>
    Effect.tap(cdf.rows(sequence, columns), (rows) =>
      Effect.sync(() => {
        if (of !== "sequences" || sequence !== externalId) return
        const held = { columns: columns.map((column) => column.externalId), rows }
        // As long as nothing is written.
        seen.rows = { held, wanted: held }
      })
    ),
  insertRows: (sequences) =>
    Effect.tap(cdf.insertRows(sequences), () =>
      Effect.sync(() => {
        const mine = sequences.find((one) => one.externalId === externalId)
        if (mine === undefined || seen.rows === undefined) return
        seen.rows = { ...seen.rows, wanted: withRows(seen.rows.wanted, mine.rows) }
      })
    ),
  deleteRows: (sequences) =>
    Effect.tap(cdf.deleteRows(sequences), () =>
      Effect.sync(() => {
        const mine = sequences.find((one) => one.externalId === externalId)
        if (mine === undefined || seen.rows === undefined) return
        seen.rows = { ...seen.rows, wanted: withoutRows(seen.rows.wanted, mine.rowNumbers) }
      })
    ),
  upsert: (kind, wanted) =>
    Effect.gen(function* () {
      const mine = kind === of ? wanted.findLast(({ resource }) => resource.externalId === externalId) : undefined
      if (mine !== undefined) {
        const [now] = held === undefined ? [] : yield* cdf.byids(kind, [externalId])
        const names = now === undefined ? undefined : yield* namesOf(cdf, unclearLinks(mine, now))
        seen.wanted = mine.resource
        seen.patch =
          now === undefined || names === undefined ? undefined : patchOf(kind, claim(mine, now, names).wanted, now)
      }
      return yield* cdf.upsert(kind, wanted)
    })
})

/** Services for the flow of the subject, over those of the facility; `Cdf` must be one that writes nothing. */
export const witnessing = (
  subject: Subject,
  seen: Testimony
): Layer.Layer<Cdf | DeadLetters | Ledger, never, Cdf | DeadLetters | Ledger> =>
  Layer.mergeAll(
    Layer.effect(
      Ledger,
      Effect.map(Ledger, (ledger) => ledgerOf(ledger, subject, seen))
    ),
    Layer.effect(
      Cdf,
      Effect.map(Cdf, (cdf) => cdfOf(cdf, subject, seen))
    ),
    Layer.effect(
      DeadLetters,
      Effect.map(DeadLetters, (deadLetters) => ({
        ...deadLetters,
        add: (letters) => Effect.sync(() => void seen.letters.push(...letters)),
        drop: () => Effect.succeed(0),
        tried: () => Effect.void,
        landed: () => Effect.void
      }))
    )
  )
