/**
 * Around a flow that lists everything: what was there and is not listed any more is retired, once the list is known to be whole.
 */
import { Chunk, Effect, Stream } from "effect"
import type { CdfError, FlowError, PlexError, StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { FlowName } from "../../domain/Flow.js"
import { keyIn, type Listed, type ListedKind, listedKinds } from "../../domain/Listed.js"
import { closesValve, type Removal } from "../../domain/SafetyValve.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import { Ledger, type LedgerRow, type LiveObjects, type StandingRow } from "../../services/Ledger.js"
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
  readonly all: Removal
  /** Those by which the list is judged. */
  readonly judged: Removal
  /** The latest of these, by its `since`. */
  readonly latest: number
  readonly showing: Showing
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

/** What has vanished; and of what was there at an instant how much is not retired, and how much of that has vanished. */
const countRows = (listed: Listed, { asLetter, hasVanished, kind }: Showing, shown: Shown, instant: number) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const wasThere = ({ retiredAt, since }: StandingRow) =>
      retiredAt === undefined && (since === undefined || since <= instant)
    const none = { vanished: 0, there: { live: 0, vanished: 0 } }
    return yield* Stream.runFoldEffect(Stream.chunks(ledger.eachOf(flow, kind)), none, ({ there, vanished }, rows) => {
      const gone = Chunk.filter(rows, hasVanished)
      return Effect.as(
        kind === "relationships" ? spareSequences(listed, shown, Chunk.filter(rows, asLetter)) : Effect.void,
        {
          vanished: vanished + Chunk.size(gone),
          there: {
            live: there.live + Chunk.size(Chunk.filter(rows, wasThere)),
            vanished: there.vanished + Chunk.size(Chunk.filter(gone, wasThere))
          }
        }
      )
    })
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

const inWords = (kind: ListedKind, { live, vanished }: Removal): string => `${vanished} of ${live} ${kind}`

const valveFact = (flow: FlowName, kind: ListedKind): string => `safety valve of ${flow}, ${kind}`

/** The latest of what was there before the list that closed the valve, by its `since`; nothing while the valve is open. */
const latestWhenClosed = (kind: ListedKind) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const latest = yield* facilityFact(valveFact(flow, kind))
    return latest === undefined ? undefined : Number(latest)
  })

/**
 * A list is judged by the objects that were there before it. While the valve is closed: before the list that closed it, as long as
 * any of them is, so that nothing that came since opens it or keeps it closed.
 */
const takeCensus = (listed: Listed, shown: Shown, before: LiveObjects, each: ReturnType<typeof listedKinds>[number]) =>
  Effect.gen(function* () {
    const { kind } = each
    const showing = yield* showingOf(each, shown)
    const closedAt = yield* latestWhenClosed(kind)
    const latest = closedAt ?? before.latest
    const { there, vanished } = yield* countRows(listed, showing, shown, latest)
    const all: Removal = { live: before.count, vanished }
    const judged = closedAt === undefined || there.live === 0 ? all : there
    return { kind, all, judged, latest, showing } satisfies Census
  })

const closed = (census: ReadonlyArray<Census>) =>
  Effect.gen(function* () {
    const { flow, tally } = yield* FlowRun
    const missing = census.map(({ judged, kind }) => inWords(kind, judged))
    tally.closeValve(
      `the list does not show ${missing.join(" and ")} that were there: nothing was retired; ` +
        `if they are gone indeed, run plex-cdf reconcile --accept-removals ${flow}`
    )
    yield* keepFacilityFacts(new Map(census.map(({ kind, latest }) => [valveFact(flow, kind), String(latest)])))
  })

const cleared = (listed: Listed) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    yield* dropFacilityFacts(listedKinds(listed).map(({ kind }) => valveFact(flow, kind)))
  })

/** Retires what vanished, unless that is too much to be believed; tells whether the list was. */
const judge = (listed: Listed, shown: Shown, before: ReadonlyMap<ListedKind, LiveObjects>) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    const census = yield* Effect.forEach(listedKinds(listed), (each) =>
      takeCensus(listed, shown, before.get(each.kind) ?? { count: 0, latest: 0 }, each)
    )
    if (census.some(({ judged }) => closesValve(judged)) && !options.acceptRemovals.has(flow)) {
      yield* closed(census.filter(({ judged }) => judged.vanished > 0))
      return false
    }
    yield* cleared(listed)
    const vanished = census.filter(({ all }) => all.vanished > 0)
    if (vanished.length > 0 && shown.unreadable > 0) {
      const missing = vanished.map(({ all, kind }) => inWords(kind, all))
      tally.degrade(
        `${shown.unreadable} records have no key that can be read: ${missing.join(" and ")} ` +
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
      const before = new Map<ListedKind, LiveObjects>()
      for (const { kind } of listedKinds(listed)) before.set(kind, yield* ledger.live(run.flow, kind))
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
