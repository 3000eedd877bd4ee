import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { failed, ok, skipped, verdictOf, warning } from "../../src/domain/Finding.js"

const finding = FastCheck.constantFrom(
  ok("there"),
  warning("late", "set the clock"),
  failed("gone", "make it anew"),
  skipped("nobody asked")
)

describe("A finding", () => {
  it("says what is, and what to do where something is wrong", () => {
    assert.deepStrictEqual(ok("there"), { verdict: "ok", cause: "there" })
    assert.deepStrictEqual(warning("late", "set the clock"), {
      verdict: "warning",
      cause: "late",
      fix: "set the clock"
    })
    assert.deepStrictEqual(failed("gone", "make it anew"), { verdict: "failed", cause: "gone", fix: "make it anew" })
    assert.deepStrictEqual(skipped("nobody asked"), { verdict: "skipped", cause: "nobody asked" })
  })
})

describe("The verdict of all findings", () => {
  it("is ok where there is none, and where all were skipped", () => {
    assert.strictEqual(verdictOf([]), "ok")
    assert.strictEqual(verdictOf([skipped("nobody asked")]), "ok")
  })

  it.prop("is that of the worst of them, wherever it stands", [FastCheck.array(finding)], ([findings]) => {
    const has = (verdict: string) => findings.some((one) => one.verdict === verdict)
    assert.strictEqual(verdictOf(findings), has("failed") ? "failed" : has("warning") ? "warning" : "ok")
  })

  it.prop(
    "does not change by what is ok or skipped",
    [FastCheck.array(finding), FastCheck.constantFrom(ok("there"), skipped("nobody asked"))],
    ([findings, harmless]) => {
      assert.strictEqual(verdictOf([harmless, ...findings]), verdictOf(findings))
    }
  )
})
