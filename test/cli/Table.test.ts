import { assert, describe, it } from "@effect/vitest"
import { stripVTControlCharacters } from "node:util"
import stringWidth from "string-width"
import type { Screen } from "../../src/cli/Screen.js"
import { style } from "../../src/cli/Style.js"
import { cut, table } from "../../src/cli/Table.js"

const screen = (width: number | undefined, colours = false): Screen => ({
  width,
  style: style({ isTTY: colours }, {})
})

const headings = ["flow", "status", "read", "retired", "notes"]
const failed = { text: "failed", tone: "bad" } as const
const rows = [
  ["parts", { text: "succeeded", tone: "good" } as const, 16_921, 0, ""],
  ["部品の一覧", failed, 7, 0, "Plex GET /mdm/v1/parts: Unavailable (status 503), and so on for a long while"]
]

describe("a table", () => {
  it("has columns as wide as their widest cell, numbers to the right with separators, and no blanks at the ends", () => {
    assert.deepStrictEqual(
      table(
        ["flow", "read"],
        [
          ["parts", 16_921],
          ["jobs", 0]
        ]
      ),
      ["flow     read", "-----  ------", "parts  16,921", "jobs        ·"]
    )
    for (const line of table(headings, rows)) assert.strictEqual(line, line.trimEnd())
  })

  it("counts wide characters as two columns, and colours as none", () => {
    const [first = "", , parts = "", wide = ""] = table(headings, rows)
    const column = stringWidth(first.slice(0, first.indexOf("status")))
    assert.strictEqual(stringWidth(parts.slice(0, parts.indexOf("succeeded"))), column)
    assert.strictEqual(stringWidth(wide.slice(0, wide.indexOf("failed"))), column)
    const coloured = table(headings, rows, screen(undefined, true))
    assert.deepStrictEqual(coloured.map(stripVTControlCharacters), table(headings, rows))
    assert.include(coloured[3], "\u001b[31mfailed\u001b[39m")
    const [, , last = ""] = table(["flow", "status"], [["jobs", failed]], screen(undefined, true))
    assert.isTrue(last.endsWith("\u001b[39m"), "no blanks before or after the end of the colour")
  })

  it("is never wider than the screen: it leaves out what says nothing, cuts texts, and at last gives each row its lines", () => {
    const heights = new Set<number>()
    for (let width = 30; width < 160; width++) {
      const lines = table(headings, rows, screen(width, true))
      heights.add(lines.length)
      for (const line of lines) {
        assert.isAtMost(stringWidth(line), width, line)
        assert.strictEqual(line, line.trimEnd())
      }
      const text = stripVTControlCharacters(lines.join("\n"))
      for (const told of ["failed", "succeeded", "16,921"]) assert.include(text, told, `at ${width}`)
    }
    assert.isAbove(heights.size, 1, "both forms were seen")
    const narrow = table(headings, rows, screen(60))
    assert.notInclude(narrow[0], "retired")
    assert.isTrue(narrow[3]?.endsWith("…"), narrow[3])
    assert.include(table(headings, rows, screen(200))[0], "retired")
  })

  it("is its headings where it has no rows", () => {
    assert.deepStrictEqual(table(["flow", "read"], [], screen(80)), ["flow  read", "----  ----"])
  })
})

describe("a text that is cut", () => {
  it("keeps whole characters and tells that something is missing", () => {
    assert.strictEqual(cut("abc", 3), "abc")
    assert.strictEqual(cut("abcd", 3), "ab…")
    assert.strictEqual(cut("部品の", 4), "部…")
    assert.strictEqual(cut("👩‍🔧👩‍🔧👩‍🔧", 4), "👩‍🔧…")
  })
})
