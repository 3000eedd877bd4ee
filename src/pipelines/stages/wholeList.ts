/**
 * Around a flow that lists everything: what was there and is not listed any more is retired, once the list is known to be whole.
 */
import { Chunk, Effect, Stream } from "effect"
import type { CdfError, FlowError, PlexError, StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { FlowName } from "../../domain/Flow.js"
import { keyIn, type Listed, type ListedKind, listedKinds } from "../../domain/Listed.js"
import { closesValve } from "../../domain/SafetyValve.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import { Ledger, type LedgerRow } from "../../services/Ledger.js"
import { Plex } from "../../services/Plex.js"
import { inStage } from "../../services/Pulse.js"
import { dropFacilityFacts, facilityFact, keepFacilityFacts } from "../facilityFacts.js"
import { FlowRun } from "../FlowRun.js"
import { plexKeys } from "../plexKeys.js"
import { Shown } from "../Shown.js"
import { dropUnseen } from "./bury.js"
import { endedUnlessWriting, knowHeld, listEnded } from "./discover.js"
import { isStopping } from "./read.js"
import { expire } from "./retention.js"
import { retire, type Retiring } from "./retire.js"

/** Objects of one kind before and after a list. */
interface Census {
  readonly kind: ListedKind
  readonly live: number
  readonly vanished: number
}

/** What a list showed of the objects of one kind. */
interface Showing {
  readonly kind: ListedKind
  /** Whether the record of the row came as a dead letter. */
  readonly asLetter: (row: LedgerRow) => boolean
  readonly hasVanished: (row: LedgerRow) => boolean
}

const showingOf = ({ kind, of }: ReturnType<typeof listedKinds>[number], shown: Shown) =>
  Effect.map(FlowRun, ({ facility: { ids } }): Showing => {
    const asLetter = ({ externalId, plexId }: LedgerRow) =>
      shown.hasRecord(plexId) || shown.hasRecord(keyIn(ids, of, externalId))
    return {
      kind,
      asLetter,
      hasVanished: (row) => row.retiredAt === undefined && !shown.hasObject(row) && !asLetter(row)
    }
  })

/** A sequence lives as long as one of its relationships does, be it by a record that is a dead letter. */
const spareSequences = (listed: Listed, shown: Shown, rows: Chunk.Chunk<LedgerRow>) =>
  Effect.gen(function* () {
    const { ids } = (yield* FlowRun).facility
    const { sequences } = listed
    if (sequences === undefined || Chunk.isEmpty(rows)) return
    const sources = [...rows].flatMap(({ links: [source] }) => source ?? [])
    for (const key of (yield* plexKeys(ids, "part", sources)).values())
      shown.object("sequences", ids.of(sequences, key))
  })

const countVanished = (listed: Listed, { asLetter, hasVanished, kind }: Showing, shown: Shown) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    return yield* Stream.runFoldEffect(Stream.chunks(ledger.eachOf(flow, kind)), 0, (count, rows) =>
      Effect.as(
        kind === "relationships" ? spareSequences(listed, shown, Chunk.filter(rows, asLetter)) : Effect.void,
        count + Chunk.size(Chunk.filter(rows, hasVanished))
      )
    )
  })

const retireVanished = ({ hasVanished, kind }: Showing) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    yield* ledger.eachOf(flow, kind).pipe(
      Stream.filter(hasVanished),
      Stream.map(({ externalId }): ExternalId => externalId),
      Stream.grouped(1000),
      Stream.runForEach((externalIds) => retire(kind, Chunk.toReadonlyArray(externalIds)))
    )
  })

const inWords = ({ kind, live, vanished }: Census): string => `${vanished} of ${live} ${kind}`

const valveFact = (flow: FlowName, kind: ListedKind): string => `safety valve of ${flow}, ${kind}`

/**
 * The objects of a kind against which a list is judged: those that were there before it. While the valve is closed: before the list
 * that closed it, so that what came since does not open it.
 */
const judgedAgainst = (kind: ListedKind, live: number) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const closedAt = yield* facilityFact(valveFact(flow, kind))
    return closedAt === undefined ? live : Math.min(live, Number(closedAt))
  })

const closed = (census: ReadonlyArray<Census>) =>
  Effect.gen(function* () {
    const { flow, tally } = yield* FlowRun
    tally.closeValve(
      `the list does not show ${census.map(inWords).join(" and ")} that were there: nothing was retired; ` +
        `if they are gone indeed, run plex-cdf reconcile --accept-removals ${flow}`
    )
    yield* keepFacilityFacts(new Map(census.map(({ kind, live }) => [valveFact(flow, kind), String(live)])))
  })

const cleared = (listed: Listed) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    yield* dropFacilityFacts(listedKinds(listed).map(({ kind }) => valveFact(flow, kind)))
  })

/** Retires what vanished, unless that is too much to be believed; tells whether the list was. */
const judge = (listed: Listed, shown: Shown, before: ReadonlyMap<ListedKind, number>) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    const census = yield* Effect.forEach(listedKinds(listed), (each) =>
      Effect.gen(function* () {
        const { kind } = each
        const showing = yield* showingOf(each, shown)
        const vanished = yield* countVanished(listed, showing, shown)
        const live = vanished === 0 ? 0 : yield* judgedAgainst(kind, before.get(kind) ?? 0)
        return { kind, live, vanished, showing }
      })
    )
    const vanished = census.filter((each) => each.vanished > 0)
    if (vanished.some(closesValve) && !options.acceptRemovals.has(flow)) {
      yield* closed(vanished)
      return false
    }
    yield* cleared(listed)
    if (vanished.length > 0 && shown.unreadable > 0) {
      tally.degrade(
        `${shown.unreadable} records have no key that can be read: ${vanished.map(inWords).join(" and ")} ` +
          "that the list does not show were not retired"
      )
      return true
    }
    for (const { showing } of vanished) yield* retireVanished(showing)
    return true
  })

/**
 * Runs a flow that lists everything of some kinds. Afterwards, where the list came whole, what it does not show is retired and
 * what was retired long enough is deleted, and dead letters of records that are gone go; a list that broke off, was cut or stopped retires nothing. Tells whether the list can be
 * taken for all that there is: where not, nothing may be derived from it.
 */
export const wholeList =
  (listed: Listed) =>
  <E extends FlowError, R>(
    flow: Effect.Effect<unknown, E, R>
  ): Effect.Effect<boolean, E | CdfError | PlexError | StateError, R | DeadLetters | Retiring> =>
    Effect.gen(function* () {
      const run = yield* FlowRun
      const ledger = yield* Ledger
      const begin = yield* (yield* Plex).now
      yield* inStage("discover")(knowHeld(listed))
      const before = new Map<ListedKind, number>()
      for (const { kind } of listedKinds(listed)) before.set(kind, yield* ledger.countLive(run.flow, kind))
      const shown = new Shown()
      yield* flow.pipe(Effect.provideService(FlowRun, { ...run, shown }), endedUnlessWriting)
      yield* listEnded
      if (shown.isCut || (yield* isStopping)) return false
      if (!(yield* inStage("retire")(judge(listed, shown, before)))) return false
      yield* inStage("retire")(expire)
      yield* dropUnseen
      yield* ledger.confirm({ watermark: { flow: run.flow, to: begin } })
      return true
    })
