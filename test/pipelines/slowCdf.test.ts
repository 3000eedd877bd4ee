import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { Part, partAsset } from "../../src/domain/records/Part.js"
import { flow } from "../../src/pipelines/runFlow.js"
import { decode } from "../../src/pipelines/stages/decode.js"
import { map } from "../../src/pipelines/stages/map.js"
import { list } from "../../src/pipelines/stages/read.js"
import { toCdf } from "../../src/pipelines/stages/write.js"
import { hierarchy } from "../../src/pipelines/tree.js"
import { Plex } from "../../src/services/Plex.js"
import { fakeClient } from "../layers/http/FakeClient.js"
import { plexOver } from "../layers/plex/PlexFixture.js"
import { makePlant, report } from "../support/PipelineHarness.js"
import { partRow } from "./Rows.js"

const concurrency = 3
const batchSize = 500
/** Records of a chunk of a list; records of a piece of its body. */
const [chunk, piece] = [1_000, 250]

/** A list that never ends, which tells how many records were taken from it. */
const endlessList = () => {
  let given = 0
  const body = new ReadableStream({
    pull: (controller) => {
      const rows = Array.from({ length: piece }, (_, at) => JSON.stringify(partRow(given + at)))
      controller.enqueue(new TextEncoder().encode(`${given === 0 ? "[" : ","}${rows.join(",")}`))
      given += piece
    }
  })
  return { plex: plexOver(fakeClient(() => new Response(body)).client), given: () => given }
}

/** When nothing has moved for many turns of the event loop, nothing will. */
const settled = (moves: () => number) =>
  Effect.promise(async () => {
    for (let [still, seen] = [0, -1]; still < 50; still = moves() === seen ? still + 1 : 0) {
      seen = moves()
      await new Promise((done) => setImmediate(done))
    }
  })

/** A flow of parts into a CDF that takes a call only when it is let. */
const slow = (toLedger: typeof toCdf) => {
  const gate = Effect.unsafeMakeSemaphore(0)
  let open = 0
  let mostOpen = 0
  let taken = 0
  const plant = makePlant({
    cdf: { concurrency, batchSize },
    over: (cdf) => ({
      upsert: (kind, wanted) =>
        wanted.length < batchSize
          ? cdf.upsert(kind, wanted)
          : Effect.acquireUseRelease(
              Effect.sync(() => (mostOpen = Math.max(mostOpen, ++open))),
              () => Effect.zipRight(gate.take(1), cdf.upsert(kind, wanted)),
              () => Effect.sync(() => void open--)
            ).pipe(Effect.tap(() => Effect.sync(() => (taken += wanted.length))))
    })
  })
  const { given, plex } = endlessList()
  const run = list("/mdm/v1/parts").pipe(
    decode(Part),
    map(partAsset),
    toLedger("assets"),
    Effect.provideService(Plex, plex)
  )
  /** How many records are between Plex and CDF when nothing moves, for each call that CDF takes. */
  const between = Effect.gen(function* () {
    yield* report(hierarchy)
    const fiber = yield* Effect.fork(report(flow("parts", run)))
    const found: Array<number> = []
    for (let call = 0; call < 12; call++) {
      yield* settled(() => given() + taken + open)
      found.push(given() - taken)
      yield* gate.release(1)
    }
    yield* Fiber.interrupt(fiber)
    return { found, mostOpen, given: given() }
  }).pipe(Effect.provide(plant.layer))
  return between
}

/** Each call that goes on, and for either side of the stages a chunk and what was begun of the next one. */
const most = concurrency * batchSize + 2 * chunk

describe("a CDF that takes next to nothing", () => {
  it.effect("lets Plex be asked for no more than a few chunks ahead, and has no more calls open than it may", () =>
    Effect.gen(function* () {
      const { found, given, mostOpen } = yield* slow(toCdf)
      assert.isAtMost(Math.max(...found), most, found.join())
      assert.isAbove(given, most / 2)
      // As it takes more, more is read.
      assert.isAtLeast(given, 12 * batchSize)
      assert.strictEqual(mostOpen, concurrency)
    })
  )

  it.effect("would be seen to be run ahead of by a stage that keeps what it cannot hand on", () =>
    Effect.gen(function* () {
      const hoarding: typeof toCdf = (kind) => (drafts) => toCdf(kind)(Stream.bufferChunks(drafts, { capacity: 16 }))
      const { found } = yield* slow(hoarding)
      assert.isAbove(Math.max(...found), most)
    })
  )
})
