/**
 * What differs between what we wrote to CDF and what stands there for it on another side: a run with another prefix, or whatever
 * wrote the same before. Reads only.
 */
import { Chunk, Effect, Stream } from "effect"
import { comparable, linkedIds, namesIn } from "../domain/cdf/Comparable.js"
import { Comparison, type ComparisonReport } from "../domain/cdf/Comparison.js"
import { differenceOf, type FieldDifference } from "../domain/cdf/FieldDifference.js"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import { rowDifferences } from "../domain/cdf/RowDifference.js"
import type { CdfError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { Facility } from "../domain/Facility.js"
import { kindReader } from "../domain/KindWord.js"
import { madeByAnother } from "../domain/Ownership.js"
import { SeenKeys } from "../domain/SeenKeys.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import type { Counterpart, Counterparts } from "./counterparts.js"
import { heldRows } from "./heldRows.js"
import { type HeldObject, objectsUnder } from "./objectsUnder.js"

const kinds: ReadonlyArray<ResourceKind> = ["assets", "events", "timeseries", "sequences", "relationships", "labels"]

/** Objects that are asked for, named and compared together. */
const perChunk = 1000

/** An object of ours that the other side is said to have. */
interface Covered {
  readonly held: HeldObject
  readonly word: string
  readonly counterpart: Counterpart & { readonly externalId: ExternalId }
}

/** An asset that is gone, or that has no external id. */
const nameless = "?"

const noDifference: ReadonlyArray<FieldDifference> = []

/** How the rows of two sequences differ; where the scheme ignores `rows`, none is read. */
const rowsBetween = (held: HeldObject, other: HeldObject | undefined, { isIgnored }: Counterpart) =>
  "columns" in held && other !== undefined && "columns" in other && !isIgnored("rows")
    ? Effect.zipWith(heldRows(held, other), heldRows(other, held), rowDifferences)
    : Effect.succeed(noDifference)

/** Compares what is found of these; nothing is held longer than that. */
const comparePairs = (kind: ResourceKind, covered: ReadonlyArray<Covered>, others: Counterparts, into: Comparison) =>
  Effect.gen(function* () {
    const found: ReadonlyArray<HeldObject> = yield* (yield* Cdf).byids(
      kind,
      covered.map(({ counterpart }) => counterpart.externalId)
    )
    const there = new Map(
      found.flatMap((held) => (others.isTheirs(kind, held) ? [[held.externalId, held] as const] : []))
    )
    const ours = covered.map(({ held }) => held)
    const names = yield* (yield* IdResolver).reverse([...ours, ...there.values()].flatMap(linkedIds))
    const nameOf = (id: number): string => names.get(id) ?? nameless
    const called = yield* others.called([...ours.flatMap(linkedIds).map(nameOf), ...ours.flatMap(namesIn)])
    const translated = (name: string): string | undefined => (name === nameless ? nameless : called.get(name))
    // Only of sequences more is read for each pair.
    const rows =
      kind === "sequences"
        ? yield* Effect.forEach(
            covered,
            ({ counterpart, held }) => rowsBetween(held, there.get(counterpart.externalId), counterpart),
            { concurrency: (yield* AppConfig).cdf.concurrency }
          )
        : []
    for (const [at, { counterpart, held, word }] of covered.entries()) {
      const other = there.get(counterpart.externalId)
      const externalId = held.externalId ?? ""
      if (other === undefined) {
        into.onlyHere(kind, word, externalId)
        continue
      }
      const differences = [
        ...differenceOf(
          comparable(held, { byId: (id) => translated(nameOf(id)), byName: translated }),
          comparable(other, { byId: nameOf, byName: (name) => name })
        ),
        ...(rows[at] ?? [])
      ].filter(({ field }) => !counterpart.isIgnored(field))
      into.pair(kind, word, { externalId, counterpart: counterpart.externalId, differences })
      into.inDataSets(kind, held.dataSetId, other.dataSetId)
    }
  })

const compareKind = (facility: Facility, kind: ResourceKind, others: Counterparts, into: Comparison) =>
  Effect.gen(function* () {
    const { concurrency } = (yield* AppConfig).cdf
    const wordOf = kindReader(facility.ids)
    const met = new SeenKeys()
    yield* objectsUnder(facility.ids, kind).pipe(
      Stream.filter((held) => madeByAnother(facility.pcn, wordOf, kind, held) === undefined),
      Stream.rechunk(perChunk),
      Stream.chunks,
      Stream.mapEffect(
        (page) => {
          const covered = Chunk.toReadonlyArray(page).flatMap((held): ReadonlyArray<Covered> => {
            const externalId = held.externalId ?? ""
            const word = wordOf(kind, externalId)?.word ?? ""
            const counterpart = others.of(kind, held)
            if (counterpart?.externalId === undefined) {
              if (counterpart === undefined) into.uncovered(kind, word)
              else into.onlyHere(kind, word, externalId)
              return []
            }
            if (met.has(kind, counterpart.externalId)) into.contested(kind, word)
            met.add(kind, counterpart.externalId)
            return [{ held, word, counterpart: { ...counterpart, externalId: counterpart.externalId } }]
          })
          return comparePairs(kind, covered, others, into)
        },
        { concurrency, unordered: true }
      ),
      Stream.runDrain
    )
    yield* Stream.runForEachChunk(others.all(kind), (page) =>
      Effect.sync(() => {
        for (const { held, word } of page) {
          const externalId = held.externalId ?? ""
          if (!met.has(kind, externalId)) into.onlyThere(kind, word, externalId)
        }
      })
    )
  })

/**
 * Compares all that is ours with the other side, kind by kind: what is in both and alike, in both and different, in one only. Points of
 * series are not compared. `mostSamples` of each sort are named. Holds a page at a time and 53 bits of each id.
 */
export const compare = (
  facility: Facility,
  others: Counterparts,
  mostSamples: number
): Effect.Effect<ComparisonReport, CdfError, AppConfig | Cdf | IdResolver> =>
  Effect.gen(function* () {
    const comparison = new Comparison(mostSamples)
    yield* Effect.forEach(kinds, (kind) => compareKind(facility, kind, others, comparison), { discard: true })
    return comparison.report
  })
