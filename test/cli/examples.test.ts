import * as CommandDirective from "@effect/cli/CommandDirective"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { known, parse } from "../../src/cli/commandLine.js"
import { helpLines } from "../../src/cli/helpText.js"
import { everyCommand } from "../../src/cli/KnownCommand.js"
import { readWords } from "../../src/cli/readWords.js"
import { style } from "../../src/cli/Style.js"
import { typedWords } from "../support/TypedWords.js"

describe("examples of the help", () => {
  for (const command of everyCommand(known))
    it.effect(`${command.path.join(" ")}: each is read by the command itself`, () =>
      Effect.gen(function* () {
        for (const [line, does] of command.examples) {
          const [program, ...rest] = typedWords(line)
          assert.strictEqual(program, "plex-cdf", line)
          assert.isNotEmpty(does, line)
          const reading = readWords(known, rest)
          if (reading._tag === "Help") continue
          if (reading._tag !== "Run") throw new Error(`${line}: ${JSON.stringify(reading)}`)
          assert.deepStrictEqual(reading.command.path.slice(0, command.path.length), command.path, line)
          const directive = yield* parse(reading.words)
          if (!CommandDirective.isUserDefined(directive)) throw new Error(`${line} is not the command's own`)
          assert.deepStrictEqual(directive.leftover, [], line)
        }
      }).pipe(Effect.provide(NodeContext.layer))
    )

  it.effect("and options whose names are alike are read in any order", () =>
    Effect.gen(function* () {
      const from = ["--from", "2026-01-01T00:00:00Z"]
      const reading = readWords(known, ["backfill", ...from, "--to", "2026-01-02T00:00:00Z", "--flow", "movements"])
      if (reading._tag !== "Run") throw new Error(JSON.stringify(reading))
      assert.isTrue(CommandDirective.isUserDefined(yield* parse(reading.words)))
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it("stand in the help, whose lines fit the width but for what is to be typed", () => {
    for (const command of everyCommand(known)) {
      const lines = helpLines(command, 72, style({ isTTY: false }))
      for (const line of lines) {
        assert.strictEqual(line, line.trimEnd())
        if (!line.startsWith("  plex-cdf")) assert.isAtMost(line.length, 72, line)
      }
      assert.include(lines, "Examples")
      for (const [line] of command.examples) assert.include(lines, `  ${line}`)
    }
  })
})
