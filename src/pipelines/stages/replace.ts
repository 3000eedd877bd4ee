/**
 * Sets are replaced as a whole: what a set does not show any more is retired, unless a sweep would empty too many of them.
 */
import { Effect, Option, Schema, Stream } from "effect"
import type { CdfError, PlexError, StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import { emptiesTooMany } from "../../domain/SafetyValve.js"
import { type Confirmation, Ledger, type LedgerRow } from "../../services/Ledger.js"
import { FlowRun } from "../FlowRun.js"
import { retire, type Retiring } from "./retire.js"

/** What is to be kept of sets, together with the looks at them. */
export type KeptSets = Pick<Confirmation, "facts">

/** The set of one object, as Plex shows it. */
export interface ShownSet {
  /** Of the object. */
  readonly key: string
  /** Plex keys of all its records; empty where one cannot be read. */
  readonly keys: ReadonlyArray<string>
  /** The sequence that goes with the last record. */
  readonly sequence: ExternalId | undefined
}

/** The set of one object that is only the rows of a sequence. */
export interface ShownRows {
  /** Plex keys of all its records. */
  readonly keys: ReadonlyArray<string>
  /** Whether CDF holds some of it. */
  readonly isHeld: boolean
}

/** The objects that the records of these sets are in CDF. */
export interface ShownMembers {
  readonly kind: "relationships" | "assets"
  readonly sets: ReadonlyArray<ShownSet>
  readonly idOf: (key: string) => ExternalId
  /** The object of whose set a row of the ledger is; nothing where that cannot be told. */
  readonly ownersOf: (
    rows: ReadonlyArray<LedgerRow>
  ) => Effect.Effect<ReadonlyMap<ExternalId, string>, CdfError | StateError, Retiring>
}

const Keys = Schema.parseJson(Schema.Array(Schema.String))
const decodeKeys = Schema.decodeOption(Keys)
const encodeKeys = Schema.encodeSync(Keys)

/** Under which the members of a set are kept. */
const factOf = (key: string): string => `set ${key}`
/** Kept once what the ledger knew before sets were kept is told apart by set. */
const sorted = "sets are known"

const rowsPerQuestion = 1000

/** One for each run of a sweep: the valve looks at all sets that the run has seen. */
export class SetReplacement {
  /** Sets that held something before, and those of them that hold nothing now. */
  #held = 0
  #emptied = 0

  /** Retires the members that their sets do not show any more; gives what is to be kept of the sets. */
  readonly members = (shown: ShownMembers): Effect.Effect<KeptSets, CdfError | PlexError | StateError, Retiring> =>
    Effect.gen(this, function* () {
      const { flow } = yield* FlowRun
      const before = yield* membersBefore(shown)
      const compared = shown.sets.map((set) => {
        const held = before.get(set.key) ?? []
        const now = new Set(set.keys)
        const isReadable = !now.has("")
        const vanished = isReadable ? held.filter((key) => !now.has(key)) : []
        const members = isReadable ? [...now] : [...new Set([...held, ...now])].filter((key) => key !== "")
        return { set, held, vanished, members, isEmptied: held.length > 0 && members.length === 0 }
      })
      const closed = yield* this.#closes(
        compared.filter(({ held }) => held.length > 0).length,
        compared.filter(({ isEmptied }) => isEmptied).length
      )
      const believed = compared.filter(({ isEmptied }) => !(closed && isEmptied))
      const vanished = new Map(
        believed.flatMap(({ set, vanished }) => vanished.map((key) => [shown.idOf(key), set.key] as const))
      )
      const leaving = yield* stillOf(shown, vanished)
      yield* retire(shown.kind, leaving)
      const stayed = yield* aliveOf(shown.kind, leaving)
      yield* retire(
        "sequences",
        believed.flatMap(({ set }) => (set.keys.length === 0 ? (set.sequence ?? []) : []))
      )
      const facts = believed.map(({ members, set, vanished }) => {
        const kept = vanished.filter((key) => stayed.has(shown.idOf(key)))
        return [factOf(set.key), encodeKeys([...members, ...kept].sort())] as const
      })
      return { facts: { flow, facts: new Map(facts) } }
    })

  /** Retires all members of sets whose object Plex has no more. */
  readonly gone = (shown: ShownMembers): Effect.Effect<void, CdfError | PlexError | StateError, Retiring> =>
    Effect.gen(function* () {
      const { flow } = yield* FlowRun
      const before = yield* membersBefore(shown)
      const members = shown.sets.flatMap(({ key }) =>
        (before.get(key) ?? []).map((member) => [shown.idOf(member), key] as const)
      )
      yield* retire(shown.kind, yield* stillOf(shown, new Map(members)))
      yield* retire(
        "sequences",
        shown.sets.flatMap(({ sequence }) => sequence ?? [])
      )
      yield* (yield* Ledger).dropFacts(
        flow,
        shown.sets.map(({ key }) => factOf(key))
      )
    })

  /** Those of these sets that are believed, where one is only the rows of a sequence: the valve closes on empty ones alone. */
  readonly believed = <S extends ShownRows>(
    sets: ReadonlyArray<S>
  ): Effect.Effect<ReadonlyArray<S>, never, FlowRun> => {
    const isEmptied = ({ isHeld, keys }: ShownRows): boolean => isHeld && keys.length === 0
    const closed = this.#closes(sets.filter(({ isHeld }) => isHeld).length, sets.filter(isEmptied).length)
    return Effect.map(closed, (closed) => (closed ? sets.filter((set) => !isEmptied(set)) : sets))
  }

  /** Whether so many sets are empty all at once that this is not believed. */
  #closes(held: number, emptied: number): Effect.Effect<boolean, never, FlowRun> {
    return Effect.map(FlowRun, ({ flow, options, tally }) => {
      this.#held += held
      this.#emptied += emptied
      const counts = { held: this.#held, emptied: this.#emptied }
      if (emptied === 0 || options.acceptRemovals.has(flow) || !emptiesTooMany(counts)) return false
      tally.closeValve(
        `${this.#emptied} of ${this.#held} sets are empty all at once: none of ${emptied} was emptied in CDF`
      )
      return true
    })
  }
}

/** The sets are told apart once more from what the ledger knows: it has met something that they do not know. */
export const forgetSets: Effect.Effect<void, StateError, FlowRun | Ledger> = Effect.gen(function* () {
  const { flow } = yield* FlowRun
  yield* (yield* Ledger).dropFacts(flow, [sorted])
})

/** Those that are in no other set by now. */
const stillOf = (shown: ShownMembers, vanished: ReadonlyMap<ExternalId, string>) =>
  Effect.gen(function* () {
    const rows = yield* (yield* Ledger).rows(shown.kind, [...vanished.keys()])
    const owners = yield* shown.ownersOf([...rows.values()])
    return [...vanished].flatMap(([externalId, key]) => ((owners.get(externalId) ?? key) === key ? [externalId] : []))
  })

/** Those that CDF did not let go: they stay members, so that the next look tries again. */
const aliveOf = (kind: ShownMembers["kind"], externalIds: ReadonlyArray<ExternalId>) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const rows = [...(yield* (yield* Ledger).rows(kind, externalIds)).values()]
    const alive = rows.filter((row) => row.flow === flow && row.retiredAt === undefined)
    return new Set(alive.map(({ externalId }) => externalId))
  })

/** What the sets held when they were last looked at. */
const membersBefore = (shown: ShownMembers) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const names = shown.sets.map(({ key }) => factOf(key))
    if (!(yield* ledger.facts(flow, [sorted])).has(sorted)) yield* sortRows(shown)
    const facts = yield* ledger.facts(flow, names)
    return new Map(
      shown.sets.map(({ key }) => [
        key,
        Option.getOrElse(Option.flatMap(Option.fromNullable(facts.get(factOf(key))), decodeKeys), () => [])
      ])
    )
  })

/** Once: what the ledger knows of all sets, by set. */
const sortRows = ({ kind, ownersOf, sets }: ShownMembers) =>
  Effect.gen(function* () {
    const shownIn = new Map(sets.flatMap(({ key, keys }) => keys.map((member) => [member, key] as const)))
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const members = new Map<string, Array<string>>()
    yield* ledger.eachOf(flow, kind).pipe(
      Stream.filter(({ retiredAt }) => retiredAt === undefined),
      Stream.grouped(rowsPerQuestion),
      Stream.runForEach((rows) =>
        Effect.map(ownersOf([...rows].filter(({ plexId }) => !shownIn.has(plexId))), (owners) => {
          for (const { externalId, plexId } of rows) {
            const owner = shownIn.get(plexId) ?? owners.get(externalId)
            if (owner === undefined) continue
            const keys = members.get(owner)
            if (keys === undefined) members.set(owner, [plexId])
            else keys.push(plexId)
          }
        })
      )
    )
    const facts = [...members].map(([key, keys]) => [factOf(key), encodeKeys(keys)] as const)
    yield* ledger.keepFacts(flow, new Map([...facts, [sorted, "yes"]]))
  })
