import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Decimal, parseDecimal, sumDecimals, toDouble } from "../../src/domain/Decimal.js"

/** A whole number of 10^-scale units, and the decimal that it stands for. */
const scaled = FastCheck.tuple(
  FastCheck.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
  FastCheck.integer({ min: 0, max: 25 })
)

const textOf = ([units, scale]: readonly [bigint, number]): string => {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0")
  const at = digits.length - scale
  return `${units < 0n ? "-" : ""}${digits.slice(0, at)}${scale === 0 ? "" : `.${digits.slice(at)}`}`
}

describe("parseDecimal", () => {
  it("writes numbers plainly, without exponent or trailing zeros", () => {
    const cases: ReadonlyArray<readonly [number | string, string]> = [
      [0.1 + 0.2, "0.30000000000000004"],
      [-0, "0"],
      ["-0.00", "0"],
      [1e21, "1000000000000000000000"],
      [5e-324, `0.${"0".repeat(323)}5`],
      ["9007199254740993", "9007199254740993"],
      ["12345678901234567890.12345678901234567890", "12345678901234567890.1234567890123456789"],
      ["+007.50", "7.5"],
      [".5", "0.5"],
      ["5.", "5"],
      [" 1.2e3 ", "1200"],
      ["-18.25E-2", "-0.1825"]
    ]
    for (const [value, expected] of cases) assert.strictEqual(parseDecimal(value) as string | undefined, expected)
  })

  it("refuses what is no finite number", () => {
    for (const value of [Number.NaN, Infinity, "1e400", "-1e309", "", ".", "-", "1,5", "0x10", "1e", "NaN", "1 2"]) {
      assert.isUndefined(parseDecimal(value), String(value))
    }
  })

  it.prop("keeps every double exactly", [FastCheck.double({ noNaN: true, noDefaultInfinity: true })], ([value]) => {
    const decimal = parseDecimal(value)
    assert.match(decimal ?? "", /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
    assert.strictEqual(Number(decimal), value + 0)
  })

  it.prop("writes the same number the same way, however it comes", [scaled, FastCheck.nat(5)], ([number, zeros]) => {
    const plain = parseDecimal(textOf(number))
    const [units, scale] = number
    assert.strictEqual(parseDecimal(textOf([units * 10n ** BigInt(zeros), scale + zeros])), plain)
    assert.strictEqual(parseDecimal(`${units}e-${scale}`), plain)
    assert.strictEqual(parseDecimal(plain ?? ""), plain)
  })
})

describe("sumDecimals", () => {
  it("is exact", () => {
    const sum = (...terms: ReadonlyArray<string>): string => sumDecimals(terms.map((term) => Decimal.make(term)))
    assert.strictEqual(sum(), "0")
    assert.strictEqual(sum("0.1", "0.2"), "0.3")
    assert.strictEqual(sum("9007199254740993", "-1"), "9007199254740992")
    assert.strictEqual(sum("0.5", "-0.75"), "-0.25")
    assert.strictEqual(sum("-0.5", "0.5"), "0")
    assert.strictEqual(sum("99.995", "0.005"), "100")
  })

  it.prop("agrees with whole numbers of the same scale, in any order", [FastCheck.array(scaled)], ([numbers]) => {
    const most = 25
    const terms = numbers.map((number) => parseDecimal(textOf(number)) ?? Decimal.make("0"))
    const total = numbers.reduce((sum, [units, scale]) => sum + units * 10n ** BigInt(most - scale), 0n)
    assert.strictEqual(sumDecimals(terms), parseDecimal(textOf([total, most])))
    assert.strictEqual(sumDecimals(terms.toReversed()), sumDecimals(terms))
  })
})

describe("toDouble", () => {
  it("is the nearest double", () => {
    assert.strictEqual(toDouble(Decimal.make("0.3")), 0.3)
    assert.strictEqual(toDouble(Decimal.make("9007199254740993")), 9007199254740992)
  })
})
