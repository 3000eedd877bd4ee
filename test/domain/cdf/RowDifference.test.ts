import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import type { FieldDifference } from "../../../src/domain/cdf/FieldDifference.js"
import type { Cell, Row } from "../../../src/domain/cdf/Resource.js"
import { fieldInWords, type NamedRows, rowDifferences } from "../../../src/domain/cdf/RowDifference.js"

const rowsOf = (columns: ReadonlyArray<string>, rows: ReadonlyArray<readonly [number, ...ReadonlyArray<Cell>]>) => ({
  columns,
  rows: rows.map(([rowNumber, ...values]): Row => ({ rowNumber, values }))
})

const steps = rowsOf(
  ["code", "quantity"],
  [
    [0, "Cut", 1],
    [1, "Weld", 2],
    [2, "Paint", null]
  ]
)

const anyCell = FastCheck.constantFrom<Cell>(null, "", "a", 0, 1)
const anyRows: FastCheck.Arbitrary<NamedRows> = FastCheck.record({
  columns: FastCheck.shuffledSubarray(["a", "b", "constructor"]),
  rows: FastCheck.uniqueArray(
    FastCheck.record({ rowNumber: FastCheck.nat(4), values: FastCheck.tuple(anyCell, anyCell, anyCell) }),
    { selector: ({ rowNumber }) => rowNumber }
  )
})

/** Of the columns and rows that both have, the cells that are not the same: row and column of each. */
const cellsBetween = (one: NamedRows, other: NamedRows): ReadonlyArray<string> =>
  one.columns.flatMap((name, at) =>
    one.rows.flatMap(({ rowNumber, values }) => {
      const there = other.rows.find((row) => row.rowNumber === rowNumber)
      const place = other.columns.indexOf(name)
      return place === -1 || there === undefined || (values[at] ?? null) === (there.values[place] ?? null)
        ? []
        : [`${rowNumber} ${name}`]
    })
  )

describe("How the rows of two sequences differ", () => {
  it("is their number where there are more on one side, and the first cell of each column", () => {
    const changed = rowsOf(
      ["quantity", "code"],
      [
        [2, 4, "Coat"],
        [1, 3, "Weld"]
      ]
    )
    assert.deepStrictEqual(rowDifferences(steps, changed), [
      { field: "rows", before: 3, after: 2 },
      { field: "rows.code", cell: { row: 2, more: 0 }, before: "Paint", after: "Coat" },
      { field: "rows.quantity", cell: { row: 1, more: 1 }, before: 2, after: 3 }
    ])
  })

  it("is the first row that the other side lacks where as many are other rows", () => {
    const fromOne = { ...steps, rows: steps.rows.map((row) => ({ ...row, rowNumber: row.rowNumber + 1 })) }
    assert.deepStrictEqual(rowDifferences(steps, fromOne)[0], { field: "rows", before: "row 0", after: "row 3" })
  })

  it("is told of the columns that both have, and no cell is the same as an empty one", () => {
    const fewer = rowsOf(["code"], [[0, "Cut"], [1, "Weld"], [2]])
    assert.deepStrictEqual(rowDifferences(steps, fewer), [
      { field: "rows.code", cell: { row: 2, more: 0 }, before: "Paint", after: undefined }
    ])
    const last = (...quantity: ReadonlyArray<Cell>) => ({
      ...steps,
      rows: [...steps.rows.slice(0, 2), { rowNumber: 2, values: ["Paint", ...quantity] }]
    })
    assert.deepStrictEqual(rowDifferences(steps, last()), [])
    assert.deepStrictEqual(rowDifferences(steps, last(3)), [
      { field: "rows.quantity", cell: { row: 2, more: 0 }, before: undefined, after: 3 }
    ])
  })

  it.prop("names each column with a cell that differs, and counts these", { one: anyRows, other: anyRows }, (sides) => {
    const { one, other } = sides
    const cells = cellsBetween(one, other)
    const columns = rowDifferences(one, other).filter(({ cell }) => cell !== undefined)
    const told = ({ cell, field }: FieldDifference) => `${cell?.row} ${field.slice("rows.".length)}`
    assert.includeMembers([...cells], columns.map(told))
    assert.strictEqual(
      columns.reduce((sum, { cell }) => sum + 1 + (cell?.more ?? 0), 0),
      cells.length
    )
    for (const { after, before } of columns) assert.notStrictEqual(before, after)
    // The first one of its column.
    for (const column of columns) {
      const rows = cells
        .filter((cell) => cell.endsWith(` ${column.field.slice("rows.".length)}`))
        .map(Number.parseFloat)
      assert.strictEqual(column.cell?.row, Math.min(...rows))
    }
  })

  it.prop("is told the other way round from the other side", { one: anyRows, other: anyRows }, ({ one, other }) => {
    const turned = rowDifferences(other, one).map(({ after, before, ...of }) => ({
      ...of,
      before: after,
      after: before
    }))
    assert.sameDeepMembers([...rowDifferences(one, other)], turned)
  })

  it.prop("is nothing between rows and themselves, in whatever order", { one: anyRows }, ({ one }) => {
    assert.deepStrictEqual(rowDifferences(one, { ...one, rows: one.rows.toReversed() }), [])
  })
})

describe("A column that differs", () => {
  it("is told with its first row, and in how many more", () => {
    assert.strictEqual(
      fieldInWords({ field: "rows.quantity", cell: { row: 3, more: 4 } }),
      "rows.quantity (row 3 and 4 more)"
    )
    assert.strictEqual(fieldInWords({ field: "rows.quantity", cell: { row: 3, more: 0 } }), "rows.quantity (row 3)")
    assert.strictEqual(fieldInWords({ field: "name" }), "name")
  })
})
