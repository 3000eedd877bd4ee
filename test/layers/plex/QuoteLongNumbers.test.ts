import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { quoteLongNumbers } from "../../../src/layers/plex/QuoteLongNumbers.js"

const parse = (json: string): unknown => JSON.parse(quoteLongNumbers(json))

describe("numbers longer than a double", () => {
  for (const number of [
    "9007199254740993",
    "-9007199254740993",
    "12345678901234567890",
    "0.12345678901234567891",
    "12345678901234.56789012",
    "1234567890.12345678901e5",
    "1e-400",
    "-1.5E-0400",
    "1.2e-324"
  ]) {
    it(`arrive as text: ${number}`, () => {
      assert.strictEqual(parse(number), number)
      assert.deepStrictEqual(parse(`[${number}]`), [number])
      assert.deepStrictEqual(parse(`{ "a" : ${number} , "b":[1,${number}]}`), { a: number, b: [1, number] })
    })
  }

  it("are not numbers that a double holds", () => {
    const json =
      "[9007199254740991,0.30000000000000004,12345678901234560000,1.50000000000000000,-0.1,1e100,1e-320,5e-324]"
    assert.strictEqual(quoteLongNumbers(json), json)
  })

  it("are not digits inside of strings, nor in keys", () => {
    const json = String.raw`{"a:12345678901234567890":"[12345678901234567890, \"b\":12345678901234567890","c\\":12345678901234567890}`
    assert.deepStrictEqual(parse(json), {
      "a:12345678901234567890": '[12345678901234567890, "b":12345678901234567890',
      "c\\": "12345678901234567890"
    })
  })

  it("leave a number beyond the doubles to the decoder, as Infinity", () => {
    assert.deepStrictEqual(parse("[1e400,-1e400]"), [Infinity, -Infinity])
    assert.deepStrictEqual(parse("[1e400,9007199254740993]"), [Infinity, "9007199254740993"])
  })

  it("do not take long for a long text", () => {
    const long = JSON.stringify(["x".repeat(1_000_000), "\\".repeat(1_000_000), 1]).replace(/1\]$/, "9007199254740993]")
    assert.strictEqual(quoteLongNumbers(long), long.replace(/9007199254740993\]$/, '"9007199254740993"]'))
  })

  const awkward = FastCheck.constantFrom("", '"', "\\", ":", ",", "[", "12345678901234567890", "-1.5", "e", " ")
  const text = FastCheck.array(awkward, { maxLength: 6 }).map((parts) => parts.join(""))
  const value = FastCheck.letrec((tie) => ({
    value: FastCheck.oneof(
      { maxDepth: 3 },
      text,
      FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
      FastCheck.maxSafeInteger(),
      FastCheck.constant(null),
      FastCheck.array(tie("value"), { maxLength: 4 }),
      FastCheck.dictionary(text, tie("value"), { maxKeys: 4 })
    )
  })).value

  it("are none in JSON that JavaScript wrote, which stays as it is", () => {
    FastCheck.assert(
      FastCheck.property(value, FastCheck.constantFrom(0, 1), (any, indent) => {
        const json = JSON.stringify([any, "12345678901234567890"], null, indent)
        assert.strictEqual(quoteLongNumbers(json), json)
      }),
      { numRuns: 1_000 }
    )
  })

  it("arrive exactly, between anything else", () => {
    const digits = FastCheck.stringMatching(/^[1-9]\d{19,25}[1-9]$/)
    FastCheck.assert(
      FastCheck.property(value, text, digits, (any, key, long) => {
        const json = JSON.stringify([any, { [`k${key}`]: [0] }, any]).replace(/\[0\]\},/, `[${long}]},`)
        FastCheck.pre(json.includes(`[${long}]},`))
        const plain: unknown = JSON.parse(JSON.stringify([any, { [`k${key}`]: [long] }, any]))
        assert.deepStrictEqual(parse(json), plain)
      }),
      { numRuns: 500 }
    )
  })
})
