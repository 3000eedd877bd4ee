import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Exit, Stream } from "effect"
import { momentOf } from "../../../src/domain/Instant.js"
import { Part, partAsset } from "../../../src/domain/records/Part.js"
import { decode } from "../../../src/pipelines/stages/decode.js"
import { map } from "../../../src/pipelines/stages/map.js"
import { counted, keep, list, tallied, window, within } from "../../../src/pipelines/stages/read.js"
import { deadLetters, inFlow, makePlant } from "../../support/PipelineHarness.js"
import { plexError } from "../../support/PlexScripted.js"
import { lists, partRow, uuid } from "../Rows.js"

const values = <A, E, R>(stream: Stream.Stream<A, E, R>) => Effect.map(Stream.runCollect(stream), (chunk) => [...chunk])

describe("read", () => {
  it.effect("counts every record of a list", () => {
    const { layer } = makePlant({ plex: { lists: { [lists.parts]: [1, 2, 3] } } })
    return Effect.gen(function* () {
      const { exit, tally } = yield* inFlow(values(list(lists.parts)))
      assert.deepStrictEqual(yield* exit, [1, 2, 3])
      assert.strictEqual(tally.counts.read, 3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("counts what came before a list broke off, and fails", () => {
    const rows = Stream.concat(Stream.make(1, 2), Stream.fail(plexError("WrongBody")))
    const { layer } = makePlant({ plex: { lists: { [lists.parts]: rows } } })
    return Effect.gen(function* () {
      const { exit, tally } = yield* inFlow(Stream.runDrain(list(lists.parts)))
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual(tally.counts.read, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("hands nothing on after the stop, and finishes the chunk in hand", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const seen: Array<number> = []
      const { tally } = yield* inFlow(
        counted(Stream.make(1, 2, 3, 4).pipe(Stream.rechunk(2))).pipe(
          Stream.mapChunksEffect((chunk) =>
            Effect.zipRight(
              Deferred.succeed(stop, undefined),
              Effect.sync(() => (seen.push(...chunk), chunk))
            )
          ),
          Stream.runDrain
        ),
        { stop }
      )
      assert.deepStrictEqual(seen, [1, 2])
      assert.strictEqual(tally.counts.read, 2)
    }).pipe(Effect.provide(makePlant().layer))
  )

  it.effect("reads a set that must be whole to its end, stop or not", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      yield* Deferred.succeed(stop, undefined)
      const { exit, tally } = yield* inFlow(values(tallied(Stream.make(1, 2, 3))), { stop })
      assert.deepStrictEqual(yield* exit, [1, 2, 3])
      assert.strictEqual(tally.counts.read, 3)
    }).pipe(Effect.provide(makePlant().layer))
  )

  it.effect("applies the slice again, half-open, and counts what Plex gave beyond it", () => {
    const slice = { begin: Date.UTC(2026, 5, 1), end: Date.UTC(2026, 5, 2) }
    const rows = [
      "2026-05-31T23:59:59.999Z",
      "2026-06-01T00:00:00Z",
      "2026-06-01T23:59:59.999Z",
      "2026-06-02T00:00:00Z"
    ]
    const { layer, plex } = makePlant({ plex: { lists: { [lists.entries]: rows } } })
    return Effect.gen(function* () {
      const { exit, tally } = yield* inFlow(
        values(
          window(lists.entries, slice).pipe(
            Stream.map(String),
            within(slice, (at) => Date.parse(at))
          )
        )
      )
      assert.deepStrictEqual(yield* exit, rows.slice(1, 3))
      assert.strictEqual(tally.counts.filtered, 2)
      assert.deepStrictEqual(plex.calls[0]?.slice, slice)
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps records without a moment, so that they are told and not lost", () =>
    Effect.gen(function* () {
      const { exit } = yield* inFlow(
        values(Stream.make({ at: null }).pipe(within({ begin: 0, end: 1 }, ({ at }) => momentOf(at))))
      )
      assert.deepStrictEqual(yield* exit, [{ at: null }])
    }).pipe(Effect.provide(makePlant().layer))
  )

  it.effect("counts what a filter of ours leaves out", () =>
    Effect.gen(function* () {
      const { exit, tally } = yield* inFlow(values(Stream.make(1, 2, 3).pipe(keep((n) => n !== 2))))
      assert.deepStrictEqual(yield* exit, [1, 3])
      assert.strictEqual(tally.counts.filtered, 1)
    }).pipe(Effect.provide(makePlant().layer))
  )
})

describe("decode", () => {
  it.effect("sets a bad record aside with its key and path, and lets the rest go on", () =>
    Effect.gen(function* () {
      const bad = partRow(2, { leadTimeDays: "1e400" })
      const { exit, tally } = yield* inFlow(
        values(Stream.fromIterable<unknown>([partRow(1), bad, partRow(3)]).pipe(decode(Part)))
      )
      assert.deepStrictEqual(
        (yield* exit).map(({ id }) => id),
        [uuid(1), uuid(3)]
      )
      assert.strictEqual(tally.counts.deadLettered, 1)
      const [letter] = yield* deadLetters
      const { createdById: _, modifiedById: __, ...kept } = bad
      assert.deepInclude(letter, { flow: "parts", what: "record", key: uuid(2), path: "leadTimeDays", content: kept })
      assert.match(letter?.reason ?? "", /^a finite number/)
    }).pipe(Effect.provide(makePlant().layer))
  )

  it.effect("sets aside what is no record at all", () =>
    Effect.gen(function* () {
      const { tally } = yield* inFlow(values(Stream.fromIterable<unknown>([null, 7, "x"]).pipe(decode(Part))))
      assert.strictEqual(tally.counts.deadLettered, 3)
      assert.deepStrictEqual(
        (yield* deadLetters).map(({ content }) => content),
        [null, 7, "x"]
      )
    }).pipe(Effect.provide(makePlant().layer))
  )

  it.effect("keeps the chunks as they come", () =>
    Effect.gen(function* () {
      const { exit } = yield* inFlow(
        Stream.fromIterable([1, 2, 3].map((at) => partRow(at))).pipe(
          Stream.rechunk(2),
          decode(Part),
          Stream.chunks,
          Stream.map(Chunk.size),
          values
        )
      )
      assert.deepStrictEqual(yield* exit, [2, 1])
    }).pipe(Effect.provide(makePlant().layer))
  )
})

describe("map", () => {
  it.effect("sets a record without its key aside, with the name of the field", () =>
    Effect.gen(function* () {
      const rows = [partRow(1), partRow(2, { id: null })]
      const { exit, tally } = yield* inFlow(values(Stream.fromIterable(rows).pipe(decode(Part), map(partAsset))))
      assert.deepStrictEqual(
        (yield* exit).map(({ plexId }) => plexId),
        [uuid(1)]
      )
      assert.strictEqual(tally.counts.deadLettered, 1)
      assert.deepInclude((yield* deadLetters)[0], { path: "id", reason: "a key field is null, empty or missing" })
    }).pipe(Effect.provide(makePlant().layer))
  )
})
