import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import {
  columnsOf,
  doubleCell,
  doubleColumn,
  flagCell,
  integerCell,
  integerColumn,
  momentCell,
  rowsOf,
  textCell,
  textColumn
} from "../../../src/domain/cdf/Cells.js"
import { Fit } from "../../../src/domain/cdf/Limits.js"
import { Decimal } from "../../../src/domain/Decimal.js"
import { Instant } from "../../../src/domain/Instant.js"

const decimal = (text: string) => Decimal.make(text)

describe("cells", () => {
  it("cuts texts to 256 characters at a code point, counted, and replaces what UTF-8 cannot hold", () => {
    const fit = new Fit()
    assert.strictEqual(textCell("x".repeat(256), fit), "x".repeat(256))
    assert.strictEqual(textCell("x".repeat(257), fit), `${"x".repeat(255)}…`)
    assert.strictEqual(textCell(`${"x".repeat(254)}😀😀`, fit), `${"x".repeat(254)}…`)
    assert.strictEqual(textCell("a\u0000b\uD800", fit), "a\uFFFDb\uFFFD")
    assert.strictEqual(textCell("", fit), null)
    assert.strictEqual(textCell(null, fit), null)
    assert.strictEqual(fit.cuts, 2)
  })

  it("writes integers only where they are exact", () => {
    assert.strictEqual(integerCell(decimal("20")), 20)
    assert.strictEqual(integerCell(decimal("-9007199254740991")), -9007199254740991)
    assert.strictEqual(integerCell(decimal("9007199254740993")), null)
    assert.strictEqual(integerCell(decimal("20.5")), null)
    assert.strictEqual(integerCell(decimal("1.00000000000000001")), null)
    assert.strictEqual(integerCell(undefined), null)
  })

  it("writes doubles that CDF takes", () => {
    assert.strictEqual(doubleCell(decimal("5.25")), 5.25)
    assert.strictEqual(doubleCell(decimal(`1${"0".repeat(100)}`)), null)
    assert.strictEqual(doubleCell(null), null)
  })

  it("writes booleans as words and moments as epoch milliseconds", () => {
    assert.strictEqual(flagCell(false), "false")
    assert.strictEqual(flagCell(null), null)
    assert.strictEqual(momentCell(Instant.make("2026-06-11T14:03:22.4170001Z")), 1781186602417)
    assert.strictEqual(momentCell(undefined), null)
  })
})

describe("columns", () => {
  it("give rows numbered by position, absent cells as null", () => {
    interface Step {
      readonly number?: Decimal | undefined
      readonly code?: string | undefined
      readonly weight?: Decimal | undefined
    }
    const columns = [
      integerColumn("number", (step: Step) => step.number),
      textColumn("code", (step: Step) => step.code),
      doubleColumn("weight", (step: Step) => step.weight)
    ]
    assert.deepStrictEqual(columnsOf(columns), [
      { externalId: "number", valueType: "LONG" },
      { externalId: "code", valueType: "STRING" },
      { externalId: "weight", valueType: "DOUBLE" }
    ])
    const fit = new Fit()
    const steps = [{ number: decimal("10"), code: "Cut" }, { weight: decimal("0.5") }, { code: "c".repeat(300) }]
    assert.deepStrictEqual(rowsOf(columns, steps, fit), [
      { rowNumber: 0, values: [10, "Cut", null] },
      { rowNumber: 1, values: [null, null, 0.5] },
      { rowNumber: 2, values: [null, `${"c".repeat(255)}…`, null] }
    ])
    assert.strictEqual(fit.cuts, 1)
  })

  it.prop(
    "count the cells that are cut, and no other",
    [FastCheck.array(FastCheck.integer({ min: 250, max: 262 }))],
    ([sizes]) => {
      const fit = new Fit()
      rowsOf([textColumn("size", (size: number) => "x".repeat(size)), textColumn("none", () => null)], sizes, fit)
      assert.strictEqual(fit.cuts, sizes.filter((size) => size > 256).length)
    }
  )
})
