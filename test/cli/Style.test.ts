import { assert, describe, it } from "@effect/vitest"
import { isColoured, isForPeople, isLive, style } from "../../src/cli/Style.js"

const terminal = { isTTY: true }
const pipe = { isTTY: false }

describe("Style", () => {
  it("colours what a terminal shows, each tone by its own code, and nothing of an empty text", () => {
    const { bad, bold, faint, good, warn } = style(terminal, { TERM: "xterm" })
    assert.strictEqual(bad("failed"), "\u001b[31mfailed\u001b[39m")
    assert.strictEqual(new Set([good("x"), warn("x"), bad("x"), faint("x"), bold("x")]).size, 5)
    assert.strictEqual(good(""), "")
  })

  it("leaves texts as they are on a pipe, in a CI, on a dumb terminal and with any NO_COLOR that is not empty", () => {
    assert.strictEqual(style(pipe, {}).bad("failed"), "failed")
    for (const environment of [{ CI: "true" }, { CI: "1" }, { TERM: "dumb" }, { NO_COLOR: "1" }, { NO_COLOR: "0" }]) {
      assert.strictEqual(style(terminal, environment).bad("failed"), "failed", JSON.stringify(environment))
    }
    for (const environment of [{ NO_COLOR: "" }, { CI: "" }, { CI: "false" }]) {
      assert.isTrue(isColoured(terminal, environment), JSON.stringify(environment))
    }
  })

  it("keeps tables where only colours are unwanted, and progress where lines can be written anew", () => {
    assert.isTrue(isForPeople(terminal, { NO_COLOR: "1" }))
    assert.isTrue(isLive(terminal, { NO_COLOR: "1" }))
    assert.isTrue(isForPeople(terminal, { TERM: "dumb" }))
    assert.isFalse(isLive(terminal, { TERM: "dumb" }))
    assert.isFalse(isForPeople(terminal, { CI: "true" }))
    assert.isFalse(isForPeople({ isTTY: false }, {}))
  })
})
