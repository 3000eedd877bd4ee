/**
 * What a person sees at a terminal, which `script` plays here; and what a program gets in its place.
 */
import { assert, describe, it } from "@effect/vitest"
import { execFile, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { Effect } from "effect"

const program = resolve("dist/main.js")

/** Where `CI` is `true` a terminal is needed. */
const hasScript = process.env["CI"] === "true" || spawnSync("script", ["--version"]).status === 0

if (!hasScript) process.stderr.write("script (bsdutils) is not here: what a terminal shows is not tested\n")

const emptyFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-terminal-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

type Environment = Readonly<Record<string, string>>

/** What a shell line writes, in an empty folder; without an environment but this. */
const written = (file: string, args: ReadonlyArray<string>, environment: Environment) =>
  Effect.flatMap(emptyFolder, (cwd) =>
    Effect.async<string>((resume) => {
      const env = { PATH: process.env["PATH"], TERM: "xterm-256color", ...environment }
      const child = execFile(file, [...args], { cwd, env, encoding: "utf8" }, (_, stdout) =>
        resume(Effect.succeed(stdout))
      )
      child.stdin?.end()
      return Effect.sync(() => child.kill("SIGKILL"))
    })
  )

/** What a terminal of so many columns shows of the program with these words. */
const shown = (words: string, environment: Environment = {}, columns = 100) =>
  written(
    "script",
    ["--quiet", "--return", "--command", `stty cols ${columns}; ${process.execPath} ${program} ${words}`, "/dev/null"],
    environment
  ).pipe(Effect.map((text) => text.replaceAll("\r\n", "\n")))

/** What comes out of a pipe. */
const piped = (line: string, environment: Environment = {}) =>
  written("bash", ["-c", `plex_cdf() { ${process.execPath} ${program} "$@"; }; ${line}`], environment)

const isColoured = (text: string): boolean => stripVTControlCharacters(text) !== text && text.includes("\u001b[")
const isPlain = (text: string): boolean => text !== "" && !text.includes("\u001b")

describe.skipIf(!hasScript)("At a terminal", { timeout: 120_000 }, () => {
  for (const words of ["--help", "check"]) {
    it.scopedLive(`plex-cdf ${words} is coloured, unless NO_COLOR, TERM=dumb or CI says that it must not be`, () =>
      Effect.gen(function* () {
        assert.isTrue(isColoured(yield* shown(words)))
        assert.isTrue(isPlain(yield* shown(words, { NO_COLOR: "1" })))
        assert.isTrue(isPlain(yield* shown(words, { TERM: "dumb" })))
        assert.isTrue(isPlain(yield* shown(words, { CI: "true" })))
      })
    )

    it.scopedLive(`plex-cdf ${words} keeps within the columns there are`, () =>
      Effect.gen(function* () {
        const lines = stripVTControlCharacters(yield* shown(words, {}, 66)).split("\n")
        assert.isAbove(lines.length, 5)
        // What is to be typed or set is never broken.
        const tooWide = lines.filter((line) => line.length > 66 && line.trim().includes(" ") && !/plex-cdf /.test(line))
        assert.deepStrictEqual(tooWide, [])
      })
    )
  }

  it.scopedLive("a pass tells how far it is and how it went, with a log of a line for each event", () =>
    Effect.gen(function* () {
      const environment = { PLEX_RATE_LIMIT: "60000" }
      const text = yield* shown("--once --sandbox --only master-data --no-sweep", environment, 120)
      const lines = stripVTControlCharacters(text).split("\n")
      assert.includeMembers(
        lines.map((line) => line.replace(/^.*\r/, "").split(":")[0]),
        ["parts ok", "routings ok"]
      )
      assert.lengthOf(
        lines.filter((line) => /INFO {2}flow finished .* flow=parts .*read=27 created=27/.test(line)),
        1
      )
      assert.isNotEmpty(lines.filter((line) => /^parts +ok +27 +27/.test(line)))
    })
  )
})

describe("Piped", { timeout: 120_000 }, () => {
  it.scopedLive("there are no colours, and the log is JSON", () =>
    Effect.gen(function* () {
      assert.isTrue(isPlain(yield* piped("plex_cdf --help; plex_cdf check 2>&1")))
      const log = yield* piped("plex_cdf --once --sandbox --only master-data --no-sweep 2>/dev/null", {
        PLEX_RATE_LIMIT: "60000"
      })
      const lines = log.trim().split("\n")
      assert.isAbove(lines.length, 5)
      assert.isTrue(lines.every((line) => typeof JSON.parse(line).message === "string"))
    })
  )

  it.scopedLive(
    "whoever reads may go before the end: nothing is said of it, and the exit code is that of the command",
    () =>
      Effect.gen(function* () {
        for (const words of ["--help", "runs --help", "completions zsh"]) {
          // `true` is gone long before the program has begun to write.
          const line = `plex_cdf ${words} 2>errors | true; echo "exit code ${"$"}{PIPESTATUS[0]}"; cat errors`
          assert.strictEqual(yield* piped(line), "exit code 0\n", words)
        }
      })
  )
})
