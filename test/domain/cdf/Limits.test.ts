import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Fit, metadataLimits } from "../../../src/domain/cdf/Limits.js"

const bytes = (text: string): number => Buffer.byteLength(text)
const total = (metadata: Readonly<Record<string, string>>): number =>
  Object.entries(metadata).reduce((sum, [key, value]) => sum + bytes(key) + bytes(value), 0)

const anyText = FastCheck.tuple(
  FastCheck.constantFrom("a", "é", "漢", "😀", "\ud800", "\u0000", "ab "),
  FastCheck.integer({ min: 0, max: 6000 })
).map(([piece, times]) => piece.repeat(times))

const anyKey = FastCheck.constantFrom("note", "description", "name", "code", "reason", "status", "id", "unit")

describe("Fit", () => {
  it.prop(
    "makes any metadata fit, the same each time, and counts what it cut",
    [FastCheck.dictionary(anyKey, anyText)],
    ([metadata]) => {
      for (const limits of Object.values(metadataLimits)) {
        const fit = new Fit()
        const fitted = fit.metadata(metadata, limits)
        assert.isTrue(total(fitted) <= limits.total)
        assert.isTrue(Object.values(fitted).every((value) => bytes(value) <= limits.value && value.isWellFormed()))
        assert.deepStrictEqual(Object.entries(new Fit().metadata(metadata, limits)), Object.entries(fitted))
        const clean = Object.entries(metadata).map(([key, value]) => [
          key,
          value.toWellFormed().replaceAll("\0", "\uFFFD")
        ])
        assert.strictEqual(fit.cuts === 0, JSON.stringify(clean) === JSON.stringify(Object.entries(fitted)))
      }
    }
  )

  it("lets long texts give way before all else", () => {
    const metadata = {
      code: "c".repeat(3000),
      description: "d".repeat(3000),
      note: "n".repeat(6000),
      name: "x".repeat(200)
    }
    const fit = new Fit()
    const fitted = fit.metadata(metadata, metadataLimits.assets)
    assert.strictEqual(fitted["code"], metadata.code)
    assert.strictEqual(fitted["description"], metadata.description)
    assert.strictEqual(fitted["name"], metadata.name)
    assert.match(fitted["note"] ?? "", /^n{3900,}…$/)
    assert.strictEqual(fit.cuts, 1)
  })

  it("drops a text of which less than 64 bytes would be left", () => {
    const fit = new Fit()
    const fitted = fit.metadata({ code: "c".repeat(10_170), note: "n".repeat(100) }, metadataLimits.assets)
    assert.notProperty(fitted, "note")
    assert.strictEqual(fitted["code"]?.length, 10_170)
    assert.strictEqual(fit.cuts, 1)
  })

  it("cuts other texts, the longest first, where that is not enough", () => {
    const fit = new Fit()
    const fitted = fit.metadata({ a: "a".repeat(9000), b: "b".repeat(5000), note: "n" }, metadataLimits.assets)
    assert.notProperty(fitted, "note")
    assert.strictEqual(fitted["b"]?.length, 5000)
    assert.isTrue(fitted["a"]?.endsWith("…"))
    assert.isTrue(total(fitted) <= 10_240)
    assert.strictEqual(fit.cuts, 2)
  })

  it("keeps at most 256 pairs, and counts the others", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, "v"]))
    const fit = new Fit()
    assert.strictEqual(Object.keys(fit.metadata(many, metadataLimits.events)).length, 256)
    assert.strictEqual(fit.cuts, 44)
  })

  it("counts a cut text, and none that only had to be made well formed", () => {
    const fit = new Fit()
    assert.strictEqual(fit.text("a\u0000", 5), "a\uFFFD")
    assert.strictEqual(fit.cuts, 0)
    assert.strictEqual(fit.text("abcdef", 5), "abcd…")
    assert.isUndefined(fit.optional("", 5))
    assert.strictEqual(fit.cuts, 1)
  })
})
