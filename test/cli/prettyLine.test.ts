import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Logger } from "effect"
import { prettyLine } from "../../src/cli/prettyLine.js"
import { style } from "../../src/cli/Style.js"

const lineOf = (said: Effect.Effect<void>, shown = style({ isTTY: false })) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.map(prettyLine(shown), (line) => void lines.push(line))
    yield* Effect.provide(said, Logger.replace(Logger.defaultLogger, logger))
    return lines.join("\n")
  })

describe("The log at a terminal", () => {
  it.effect("has a line for each event: what it is about first, whose it is last, and no counts of nothing", () =>
    Effect.gen(function* () {
      const said = Effect.annotateLogs(Effect.logInfo("flow finished"), {
        run_id: "mx1",
        retired: 0,
        created: 17,
        read: 18,
        notice: "one of 18 is no part",
        flow: "parts",
        extractor: "master-data"
      })
      assert.match(
        yield* lineOf(said),
        /^\d\d:\d\d:\d\d\.\d{3} INFO  flow finished extractor=master-data flow=parts read=18 created=17 notice="one of 18 is no part" run_id=mx1$/
      )
    })
  )

  it.effect("shows why, below the line, and no text of a record that a terminal would obey", () =>
    Effect.gen(function* () {
      const text = yield* lineOf(
        Effect.annotateLogs(Effect.logError("not written", Cause.fail(new Error("CDF says no"))), {
          key: "\u001b[2Jgone"
        })
      )
      const [line = "", ...why] = text.split("\n")
      assert.notInclude(text, "\u001b")
      assert.match(line, /ERROR not written key=\uFFFD\[2Jgone$/)
      assert.match(why[0] ?? "", /^ {2}Error: CDF says no/)
    })
  )

  it.effect("is coloured where the terminal shows colours", () =>
    Effect.gen(function* () {
      const colours = style({ isTTY: true }, {})
      assert.include(yield* lineOf(Effect.logWarning("late"), colours), "\u001b[33mWARN \u001b[39m late")
    })
  )
})
