import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Either, FastCheck, Stream } from "effect"
import { ElementCutter, longestElement } from "../../../src/layers/plex/ElementCutter.js"
import { elementsOf } from "../../../src/layers/plex/ListReader.js"

/** The bytes cut at these distances, over and over. */
const pieces = (text: string, sizes: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const bytes = Buffer.from(text)
  const parts: Array<Uint8Array> = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length]!
    parts.push(bytes.subarray(at, at + size))
    at += size
  }
  return parts
}

const read = (text: string, sizes: ReadonlyArray<number>) =>
  Stream.fromIterable(pieces(text, sizes)).pipe(Stream.rechunk(1), elementsOf, Stream.runCollect)

const awkward = FastCheck.constantFrom("", '"', "\\", '\\"', "[", "]", "{", "}", ",", ":", "é", "🏭", "\u0000", "a")
const text = FastCheck.array(awkward, { maxLength: 8 }).map((parts) => parts.join(""))
const value = FastCheck.letrec((tie) => ({
  value: FastCheck.oneof(
    { maxDepth: 3 },
    text,
    FastCheck.integer(),
    FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
    FastCheck.boolean(),
    FastCheck.constant(null),
    FastCheck.array(tie("value"), { maxLength: 4 }),
    FastCheck.dictionary(text, tie("value"), { maxKeys: 4 })
  )
})).value
const sizes = FastCheck.array(FastCheck.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 })

describe("the elements of a list", () => {
  it.effect.prop(
    "are what JSON.parse gives, wherever the network cuts the body",
    [FastCheck.array(value, { maxLength: 12 }), sizes, FastCheck.constantFrom(0, 1, 2)],
    ([list, borders, indent]) =>
      Effect.gen(function* () {
        const json = JSON.stringify(list, null, indent)
        const parsed: unknown = JSON.parse(json)
        assert.deepStrictEqual<unknown>(Chunk.toReadonlyArray(yield* read(json, borders)), parsed)
      }),
    { fastCheck: { numRuns: 150 } }
  )

  it.effect.prop(
    "are none when the body was cut anywhere before its end",
    [FastCheck.array(value, { maxLength: 5 }), sizes, FastCheck.nat()],
    ([list, borders, at]) =>
      Effect.gen(function* () {
        const json = JSON.stringify(list)
        const failure = yield* Effect.flip(read(json.slice(0, at % json.length), borders))
        assert.strictEqual(failure._tag, "NotAList")
      }),
    { fastCheck: { numRuns: 100 } }
  )

  for (const wrong of [
    "<html></html>",
    '{"data":[]}',
    "null",
    "[1,]",
    "[,1]",
    "[1,,2]",
    "[1}",
    "[1] [2]",
    "[1]x",
    "[1 2]",
    '["a]',
    "[tru]",
    ""
  ]) {
    it.effect(`are refused in ${JSON.stringify(wrong)}, wherever it is cut`, () =>
      Effect.forEach([1, 2, 3, 100], (size) => Effect.flip(read(wrong, [size])))
    )
  }

  it.effect("come in chunks of a thousand and more, whatever the pieces", () =>
    Effect.gen(function* () {
      const list = JSON.stringify(Array.from({ length: 2_500 }, (_, n) => n))
      const chunks = yield* Stream.fromIterable(pieces(list, [10])).pipe(
        Stream.rechunk(1),
        elementsOf,
        Stream.chunks,
        Stream.runCollect
      )
      const lengths = [...chunks].map((chunk) => chunk.length)
      assert.strictEqual(
        lengths.reduce((a, b) => a + b),
        2_500
      )
      assert.strictEqual(lengths.length, 3)
      for (const length of lengths.slice(0, -1)) assert.isAtLeast(length, 1_000)
    })
  )

  it("may not be longer than 16 MiB each", () => {
    const cutter = new ElementCutter()
    const mebibyte = Buffer.alloc(1024 * 1024, 0x61)
    assert.isTrue(Either.isRight(cutter.cut(Buffer.from('[1,"'))))
    for (let size = 1 + mebibyte.length; size <= longestElement; size += mebibyte.length) {
      assert.deepStrictEqual(cutter.cut(mebibyte), Either.right(""))
    }
    const refused = cutter.cut(mebibyte)
    assert.include(Either.isLeft(refused) ? refused.left.expected : "", "16 MiB")
  })
})
