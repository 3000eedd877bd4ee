import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import {
  cutToBytes,
  cutToCharacters,
  joinPresent,
  marked,
  present,
  utf8Length,
  wellFormed
} from "../../src/domain/Text.js"

const anyText = FastCheck.oneof(
  FastCheck.string({ unit: "binary", maxLength: 300 }),
  FastCheck.array(FastCheck.constantFrom("a", "é", "…", "😀", "\ud800", "\udc00", "\u0000"), { maxLength: 300 }).map(
    (parts) => parts.join("")
  )
)
const formedText = anyText.map(wellFormed)

/** What is left of a text that was cut, without the mark. */
const head = (cut: string): string => cut.slice(0, -1)

describe("wellFormed", () => {
  it.prop("gives text that UTF-8 can hold, of the same length, and leaves good text alone", [anyText], ([text]) => {
    const formed = wellFormed(text)
    assert.strictEqual(Buffer.from(formed, "utf8").toString("utf8"), formed)
    assert.isFalse(formed.includes("\u0000"))
    assert.strictEqual(formed.length, text.length)
    assert.strictEqual(wellFormed(formed), formed)
  })

  it("replaces each flaw by U+FFFD", () => {
    assert.strictEqual(wellFormed("a\u0000b\ud83dc\ude00"), "a\uFFFDb\uFFFDc\uFFFD")
    assert.strictEqual(wellFormed("😀"), "😀")
  })
})

describe("cutToCharacters", () => {
  it.prop(
    "fits, at a code point, and says that it was cut",
    [formedText, FastCheck.integer({ min: 1, max: 200 })],
    ([text, most]) => {
      const cut = cutToCharacters(text, most)
      assert.isTrue(cut.length <= most)
      assert.isTrue(cut.isWellFormed())
      if (text.length <= most) assert.strictEqual(cut, text)
      else {
        assert.isTrue(cut.endsWith("…"))
        assert.isTrue(text.startsWith(head(cut)))
        assert.isTrue(cut.length >= most - 1, "no more is lost than a pair that would be halved")
      }
    }
  )
})

describe("cutToBytes", () => {
  it.prop(
    "fits, at a code point, and says that it was cut",
    [formedText, FastCheck.integer({ min: 3, max: 400 })],
    ([text, most]) => {
      const cut = cutToBytes(text, most)
      assert.isTrue(utf8Length(cut) <= most)
      assert.isTrue(cut.isWellFormed())
      if (utf8Length(text) <= most) assert.strictEqual(cut, text)
      else {
        assert.isTrue(cut.endsWith("…"))
        assert.isTrue(text.startsWith(head(cut)))
        assert.isTrue(utf8Length(cut) > most - 4, "one more code point would not have fitted")
      }
    }
  )
})

describe("present, joinPresent and marked", () => {
  it("leave out what says nothing", () => {
    assert.isUndefined(present(null))
    assert.isUndefined(present(" \t"))
    assert.strictEqual(present(" a "), " a ")
    assert.strictEqual(joinPresent(["B1", null, "", "Main"], " - "), "B1 - Main")
    assert.isUndefined(joinPresent([null, undefined, " "], " - "))
    assert.strictEqual(marked("Qty", "5"), "Qty 5")
    assert.isUndefined(marked("Qty", ""))
  })
})
