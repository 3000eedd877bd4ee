import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { answerAtOnce } from "../../src/cli/answerAtOnce.js"
import { known } from "../../src/cli/commandLine.js"
import { everyCommand } from "../../src/cli/KnownCommand.js"
import { answerTo } from "../../src/cli/Question.js"
import { anywhere } from "../../src/cli/Screen.js"

const noted = "dist/main/commands.json"
const program = (...words: ReadonlyArray<string>) =>
  execFileSync(process.execPath, ["dist/main.js", ...words], { encoding: "utf8" })

describe("Help that is answered at once", () => {
  it("is that of the commands themselves", () => {
    assert.deepStrictEqual(JSON.parse(readFileSync(noted, "utf8")), JSON.parse(JSON.stringify(known)))
    const [root, ...others] = everyCommand(known)
    for (const command of [root!, others.find(({ path }) => path.length === 3)!]) {
      assert.strictEqual(
        program(...command.path.slice(1), "--help"),
        `${answerTo({ _tag: "Help", command }, anywhere).join("\n")}\n`
      )
    }
  })

  it("is left to the commands where the build noted nothing, and where the words are no question", () => {
    assert.isFalse(answerAtOnce(["--help"], pathToFileURL("dist/main/nothing.json")))
    assert.isFalse(answerAtOnce(["inspect", "--", "--help"], pathToFileURL(noted)))
    assert.isFalse(answerAtOnce(["run", "--once"], pathToFileURL(noted)))
  })
})
