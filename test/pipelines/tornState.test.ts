/**
 * A state file that is not what was written: either it is refused by name, or the next pass ends with the CDF that it would have
 * ended with.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { openState } from "../../src/layers/state/StateDatabase.js"
import { layerStateMemory } from "../../src/layers/state/StateMemory.js"
import { newFile } from "../layers/state/Variants.js"
import { listsOf } from "../support/SmallLists.js"
import { cdfLines, inTime, layerStateAt, makeSmallPlant, shortPass } from "../support/SmallPlant.js"

/** Numbers from 0 to below `limit`, the same ones each time. */
const randomFrom = (seed: number) => {
  let state = seed
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

const lay = (path: string, bytes: Buffer) =>
  Effect.sync(() => {
    for (const end of ["-wal", "-shm"]) rmSync(path + end, { force: true })
    writeFileSync(path, bytes)
  })

/** A file that a pass has left. */
const written = Effect.gen(function* () {
  const path = yield* newFile
  const plant = makeSmallPlant({ state: layerStateAt(`file:${path}`) })
  yield* inTime(shortPass.pipe(Effect.provide(plant.layer)))
  return { path, plant, bytes: readFileSync(path) }
})

/** What the state is refused with; nothing where it is opened. */
const refusal = (path: string) =>
  Effect.map(Effect.exit(Effect.scoped(openState(`file:${path}`))), (opened) =>
    Exit.isFailure(opened) ? String(Cause.squash(opened.cause)) : undefined
  )

/** What the CDF holds after a pass over a ledger whose numbers were changed behind the program's back. */
const afterWrongNumbers = (change: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const { path, plant } = yield* written
    yield* Effect.scoped(Effect.flatMap(openState(`file:${path}`), change))
    plant.plex.lists = listsOf("later")
    yield* inTime(shortPass.pipe(Effect.provide(plant.layer)))
    return yield* cdfLines(plant)
  })

describe("A state file", () => {
  it.scoped(
    "whose ledger holds another number than was written costs a comparison, and the next pass ends as it should",
    () =>
      Effect.gen(function* () {
        const expected = yield* afterWrongNumbers(() => Effect.void)
        const asIf = yield* afterWrongNumbers((sql) => sql`UPDATE plex_cdf_ledger SET cdf_id = cdf_id + 1`)
        assert.deepStrictEqual(asIf, expected)
        const moved = yield* afterWrongNumbers((sql) => sql`UPDATE plex_cdf_ledger SET moment = moment - 60000`)
        assert.deepStrictEqual(moved, expected)
        const believed = yield* afterWrongNumbers(
          (sql) => sql`UPDATE plex_cdf_ledger SET cdf_id = cdf_id + 1, checksum = NULL`
        )
        assert.notDeepEqual(believed, expected, "a number that is believed links to another asset")
      }),
    30_000
  )

  it.scoped(
    "that is cut anywhere is refused by name",
    () =>
      Effect.gen(function* () {
        const { bytes, path } = yield* written
        const random = randomFrom(1)
        const borders = Array.from({ length: bytes.length / 4096 - 1 }, (_, at) => (at + 1) * 4096)
        const anywhere = Array.from({ length: 100 }, () => 1 + random(bytes.length - 1))
        for (const at of [...borders, ...anywhere]) {
          yield* lay(path, bytes.subarray(0, at))
          assert.include(yield* refusal(path), `STATE_URL names ${path}, which is damaged`, `cut at ${at}`)
        }
      }),
    30_000
  )

  it.scoped(
    "with a flipped bit in a text is refused by name, or the next pass ends as it should",
    () =>
      Effect.gen(function* () {
        const { bytes, path, plant } = yield* written
        plant.plex.lists = listsOf("later")
        yield* inTime(shortPass.pipe(Effect.provide(plant.layer)))
        const expected = yield* cdfLines(plant)
        const random = randomFrom(2)
        const texts = [...bytes.keys()].filter((at) =>
          /[ -~]{8}/.test(bytes.subarray(at - 4, at + 4).toString("latin1"))
        )
        let refused = 0
        let opened = 0
        for (let n = 0; n < 100; n++) {
          const damaged = Buffer.from(bytes)
          const at = texts[random(texts.length)] ?? 0
          damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << random(8)), at)
          yield* lay(path, damaged)
          const said = yield* refusal(path)
          if (said !== undefined) {
            refused++
            assert.include(said, path)
          } else if (++opened <= 2) {
            yield* lay(path, damaged)
            // The CDF as the first pass left it.
            const again = makeSmallPlant({
              state: Layer.unwrapEffect(Effect.sync(() => (first ? layerStateMemory : layerStateAt(`file:${path}`))))
            })
            let first = true
            yield* inTime(shortPass.pipe(Effect.provide(again.layer)))
            first = false
            again.plex.lists = listsOf("later")
            yield* inTime(shortPass.pipe(Effect.provide(again.layer)))
            assert.deepStrictEqual(yield* cdfLines(again), expected, `flipped at ${at}`)
          }
        }
        assert.isAbove(refused, 0)
        assert.isAbove(opened, 0)
      }),
    60_000
  )
})
