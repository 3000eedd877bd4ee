/**
 * Sweeps: objects that the ledger offers, looked at a chunk at a time: changed ones first, then those not looked at for longest.
 */
import { Array, Clock, Effect, Either, Schema } from "effect"
import type { FlowError, StateError } from "../../domain/Errors.js"
import type { Extractor, FlowName } from "../../domain/Flow.js"
import type { Listed } from "../../domain/Listed.js"
import { gone, type SweepObject } from "../../domain/SweepObject.js"
import { AppConfig } from "../../services/AppConfig.js"
import { type Confirmation, Ledger } from "../../services/Ledger.js"
import { inStage } from "../../services/Pulse.js"
import { besideRecords, FlowRun } from "../FlowRun.js"
import { noteRefused } from "../whollyKnown.js"
import { endedUnlessWriting, knowHeld, listEnded } from "./discover.js"
import { isStopping } from "./read.js"
import { forgetSets } from "./replace.js"
import { expire } from "./retention.js"
import type { Retiring } from "./retire.js"
import { readSets, type Swept, tellRefused } from "./sets.js"

/** What is particular to one sweep. */
export interface SweepRule<O, S, R> {
  /** What the flow that offers the objects tells of each. */
  readonly content: Schema.Schema<O, string>
  readonly read: (object: O) => Effect.Effect<S, FlowError, R>
  /** How many of the records that were counted as read are in a set, to be written. */
  readonly sizeOf: (set: S) => number
  /** Brings CDF to what these sets hold; gives what is to be kept together with the looks. */
  readonly write: (sets: ReadonlyArray<Swept<O, S>>) => Effect.Effect<Kept, FlowError, R>
  /** Takes away what hangs on objects that Plex has no more. */
  readonly gone: (objects: ReadonlyArray<O>) => Effect.Effect<void, FlowError, R>
  /** What the sets are in CDF. */
  readonly listed: Listed
}

/** What a chunk of looks leaves behind, beside the looks. */
export interface Kept extends Pick<Confirmation, "facts" | "jobOperations"> {
  /** Keys of objects that are looked at again until a look leaves them out: something of them is a dead letter, or not believed. */
  readonly unsettled?: ReadonlySet<string>
}

/** Objects that are looked at together; while they are written the next ones are read: a kill may cost the calls of both. */
const objectsPerChunk = 200

const anHour = 3_600_000

/** A resident process tells how far a sweep is at least this often: each run ends, and the next goes on where it stopped. */
const residentRun = 600_000

/** Nothing is looked at again sooner, unless it changed: as often as its extractor runs, but at most once an hour. */
export const pauseOf = (interval: number): number => Math.max(interval, anHour)

/** Whether a resident sweep has anything to look at now; a state that does not tell is asked by the run itself. */
export const isAnythingToLookAt = (
  extractor: Extractor,
  sweep: FlowName
): Effect.Effect<boolean, never, AppConfig | Ledger> =>
  Effect.gen(function* () {
    const { extractors } = yield* AppConfig
    const lookedBefore = (yield* Clock.currentTimeMillis) - pauseOf(extractors[extractor].interval)
    const next = yield* (yield* Ledger).sweepObjects(sweep, { due: false, lookedBefore, limit: 1 })
    return next.length > 0
  }).pipe(Effect.orElseSucceed(() => true))

const keysOf = (objects: ReadonlyArray<{ readonly object: SweepObject }>) => objects.map(({ object }) => object.key)

const isSame = (one: SweepObject | undefined, other: SweepObject): boolean =>
  one?.fingerprint === other.fingerprint && one.content === other.content

const recordsIn = <O, S, R>({ sizeOf }: SweepRule<O, S, R>, sets: ReadonlyArray<{ readonly set: S }>): number =>
  sets.reduce((sum, { set }) => sum + sizeOf(set), 0)

/**
 * Writes what was read, from what is offered of each object now, as its own flow may have read it anew meanwhile; notes the look
 * when CDF has said yes. An object that changed while it was written is written `again`: its records have been counted by then.
 * Those of an object that is not offered any more are left out.
 */
const writeSets = <O, S, R>(
  rule: SweepRule<O, S, R>,
  read: ReadonlyArray<Swept<SweepObject, S>>,
  again = false
): Effect.Effect<void, FlowError, R | FlowRun | Ledger> =>
  Effect.gen(function* () {
    if (read.length === 0) return
    const { flow, tally } = yield* FlowRun
    const ledger = yield* Ledger
    const decode = Schema.decodeEither(rule.content)
    const offered = yield* ledger.offered(flow, keysOf(read))
    const current = read.flatMap(({ object: { key }, set }) => {
      const object = offered.get(key)
      return object === undefined || object.fingerprint === gone ? [] : [{ object, set }]
    })
    const sets = current.flatMap(({ object, set }) =>
      Either.match(decode(object.content), { onLeft: () => [], onRight: (content) => [{ object: content, set }] })
    )
    const written = inStage("write")(rule.write(sets))
    if (!again) tally.add("filtered", recordsIn(rule, read) - recordsIn(rule, sets))
    const kept = yield* again ? besideRecords(written) : written
    const after = yield* ledger.offered(flow, keysOf(current))
    const settled = current.filter(({ object }) => isSame(after.get(object.key), object))
    yield* look(
      settled.map(({ object }) => object),
      kept
    )
    tally.add("looked", settled.length)
    yield* writeSets(
      rule,
      current.filter(({ object }) => after.has(object.key) && !isSame(after.get(object.key), object)),
      true
    )
  })

const look = (
  objects: ReadonlyArray<SweepObject>,
  { unsettled = new Set(), ...kept }: Kept = {}
): Effect.Effect<void, StateError, FlowRun | Ledger> =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const at = yield* Clock.currentTimeMillis
    const looked = objects.map((object) => ({ ...object, again: object.again || unsettled.has(object.key) }))
    yield* (yield* Ledger).confirm({ ...kept, looked: { sweep: flow, objects: looked, at } })
  })

/** A chunk whose sets were read, and that is to be written. */
interface ReadChunk<O, S> {
  /** Of all its objects, as they are offered until the chunk is written. */
  readonly keys: ReadonlySet<string>
  /** Whose content is of another version of the program. */
  readonly unreadable: ReadonlyArray<string>
  /** Those that Plex has no more. */
  readonly vanished: ReadonlyArray<{ readonly object: SweepObject; readonly content: O }>
  readonly sets: ReadonlyArray<Swept<SweepObject, S>>
  readonly refused: ReadonlyArray<{ readonly object: SweepObject; readonly error: FlowError }>
}

/** Reads one chunk; CDF and the ledger stay as they are. */
const readChunk = <O, S, R>(rule: SweepRule<O, S, R>, objects: ReadonlyArray<SweepObject>) =>
  Effect.gen(function* () {
    const { tally } = yield* FlowRun
    const decode = Schema.decodeEither(rule.content)
    const readable = objects.flatMap((object) =>
      Either.match(decode(object.content), {
        onLeft: () => [],
        onRight: (content) => [{ object, content }]
      })
    )
    const told = new Set(readable.map(({ object }) => object.key))
    const unreadable = objects.flatMap(({ key }) => (told.has(key) ? [] : [key]))
    const [present, vanished] = Array.partition(readable, ({ object }) => object.fingerprint === gone)
    tally.passed(unreadable.length + vanished.length)
    const read = ({ content }: { readonly content: O }) =>
      Effect.ensuring(
        rule.read(content),
        Effect.sync(() => tally.passed())
      )
    const { refused, sets } = yield* inStage("read")(readSets(present, read))
    const chunk: ReadChunk<O, S> = {
      keys: new Set(objects.map(({ key }) => key)),
      unreadable,
      vanished,
      sets: sets.map(({ object: { object }, set }) => ({ object, set })),
      refused: refused.map(({ error, object: { object } }) => ({ object, error }))
    }
    return chunk
  })

/** Writes what was read. A refused object is left as it is in CDF; its turn is over, and it comes round again as others do. */
const writeChunk = <O, S, R>(
  rule: SweepRule<O, S, R>,
  { refused, sets, unreadable, vanished }: ReadChunk<O, S>
): Effect.Effect<void, FlowError, R | FlowRun | Ledger> =>
  Effect.gen(function* () {
    const { flow, tally } = yield* FlowRun
    // In the words of another version: the flow that offers them offers them again.
    if (unreadable.length > 0) yield* (yield* Ledger).withdraw(flow, unreadable)
    if (vanished.length > 0) yield* rule.gone(vanished.map(({ content }) => content))
    yield* look(vanished.map(({ object }) => object))
    yield* writeSets(rule, sets)
    yield* look(
      refused.map(({ object }) => object),
      { unsettled: new Set(keysOf(refused)) }
    )
    tally.add("looked", refused.length)
  })

/**
 * Looks at everything new or changed, then at the others, the ones first that were not looked at for longest: where this is the only
 * run, at each once, as long as `SWEEP_MAX_MINUTES` last; else at those whose last look is long enough ago.
 */
export const sweep = <O, S, R>(rule: SweepRule<O, S, R>): Effect.Effect<void, FlowError, R | Retiring> =>
  Effect.gen(function* () {
    const { extractor, flow, options, tally } = yield* FlowRun
    const settings = yield* AppConfig
    const ledger = yield* Ledger
    const begin = yield* Clock.currentTimeMillis
    const all = options.once || options.whole
    const lookedBefore = all ? begin : begin - pauseOf(settings.extractors[extractor].interval)
    const most = all ? settings.sweep.mostMilliseconds : residentRun
    // How many a resident sweep looks at depends on when each was looked at.
    if (all) tally.expect((yield* ledger.sweepProgress(flow)).objects, "objects")
    const refused: Array<{ readonly error: FlowError }> = []
    let asked = 0
    /** Those that come next, without those that are being written; none when there is nothing more to do. */
    const next = (busy: ReadonlySet<string>) =>
      Effect.gen(function* () {
        // What refuses all that it was asked for so far refuses the rest, too.
        if ((asked > 0 && refused.length === asked) || (yield* isStopping)) return []
        const due = (yield* Clock.currentTimeMillis) - begin >= most
        const offered = yield* ledger.sweepObjects(flow, { due, lookedBefore, limit: objectsPerChunk + busy.size })
        return offered.filter(({ key }) => !busy.has(key)).slice(0, objectsPerChunk)
      })
    let chunk: ReadChunk<O, S> | undefined
    while (true) {
      const objects = yield* next(chunk?.keys ?? new Set())
      if (objects.length === 0 && chunk === undefined) break
      // Both come to their end: what fails the one is no reason to leave the other half done.
      const [written, read] = yield* Effect.all(
        [
          Effect.exit(chunk === undefined ? Effect.void : writeChunk(rule, chunk)),
          Effect.exit(objects.length === 0 ? Effect.succeed(undefined) : readChunk(rule, objects))
        ],
        { concurrency: 2 }
      )
      yield* written
      chunk = yield* read
      asked += chunk === undefined ? 0 : chunk.vanished.length + chunk.sets.length + chunk.refused.length
      refused.push(...(chunk?.refused ?? []))
    }
    if (refused.length > 0) yield* noteRefused(flow)
    return yield* tellRefused(refused, asked)
  }).pipe(knowingHeld(rule.listed))

/** What CDF holds of the sets is known before they are looked at, however the last run ended; afterwards what was retired long enough goes. */
const knowingHeld =
  (listed: Listed) =>
  <E extends FlowError, R>(looks: Effect.Effect<void, E, R>) =>
    Effect.gen(function* () {
      if (yield* knowHeld(listed)) yield* forgetSets
      yield* endedUnlessWriting(looks)
      yield* listEnded
      yield* expire
    })
