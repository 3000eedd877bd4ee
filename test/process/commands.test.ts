/**
 * Every command there is, as it is typed on a bad day: wrongly, without configuration, while nobody answers.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { known } from "../../src/cli/commandLine.js"
import { everyCommand, type KnownCommand } from "../../src/cli/KnownCommand.js"
import { readWords } from "../../src/cli/readWords.js"
import { type Ended, runProcess } from "../support/RunProcess.js"
import { environmentOf, startSandbox } from "../support/SandboxProcess.js"
import { typedWords } from "../support/TypedWords.js"

/** What these do needs neither Plex nor CDF, or needs them only where there is something to do. */
const local = new Set([
  "runs list",
  "runs prune",
  "dead-letters list",
  "dead-letters retry",
  "dead-letters drop",
  "state show",
  "state export",
  "state import",
  "state reset",
  "state watermark"
])

/** What is wrong is their result, with what to do. */
const doctors = new Set(["check"])

/** What does something itself, by the first example of its help. */
const commands = everyCommand(known)
  .filter((command) => command !== known && command.subcommands.length === 0)
  .map((command) => {
    const name = command.path.slice(1).join(" ")
    const [[line] = [""]] = command.examples
    return { command, name, words: typedWords(line).slice(1) }
  })

const hasSettings = ({ options }: KnownCommand): boolean => options.some(({ names }) => names.includes("--env-file"))

/** What no stream that is no terminal shows, and no operator wants to see. */
const ugly = ({ stderr, stdout }: Ended): ReadonlyArray<string> =>
  `${stdout}\n${stderr}`
    .split("\n")
    .filter((line) => line.includes("\u001b") || /^\s+at .*:\d+:\d+|node_modules|\[object /.test(line))

/** Lines of stdout that are none of the log. */
const results = ({ stdout }: Ended): ReadonlyArray<string> =>
  stdout.split("\n").filter((line) => line !== "" && !line.startsWith('{"timestamp":'))

const hints = { COLORTERM: "truecolor", TERM: "xterm-256color" }

describe("Every command", { concurrent: true, timeout: 120_000 }, () => {
  it("refuses what it does not know, whatever is right beside it", () => {
    for (const { name, words } of commands) {
      const path = name.split(" ").length
      for (const wrong of ["--no-such-option", "--no-such-option=5", "-q"]) {
        for (const at of [path, words.length]) {
          const reading = readWords(known, words.toSpliced(at, 0, wrong))
          const said = reading._tag === "Misuse" ? reading.message : reading._tag
          assert.include(said, `there is no option ${wrong.split("=")[0]}`, `${name} at ${at}`)
        }
      }
    }
  })

  it.scopedLive("that is typed wrongly exits 2, says what was meant and where help is, and does nothing", () =>
    Effect.gen(function* () {
      for (const [line, said] of [
        ["runs list --jsn", "plex-cdf runs list: there is no option --jsn. Did you mean --json?"],
        ["runs list --limit 0", "plex-cdf runs list: --limit: a whole number from 1 to 100000 is expected, not 0"],
        [
          "backfill --flow movements --from 0001-01-01T00:00:00Z --to 0001-01-02T00:00:00Z",
          "plex-cdf backfill: --from 0001-01-01T00:00:00Z lies before 1970"
        ],
        [
          "state watermark movements --set 1969-12-31T23:59:59Z",
          "plex-cdf state watermark: --set 1969-12-31T23:59:59Z lies before 1970"
        ],
        ["sandbox --pcn x", "plex-cdf sandbox: --pcn: a number of 1 to 10 digits is expected, not x"],
        [
          "sandbox --plex-port 99999",
          "plex-cdf sandbox: --plex-port: a whole number from 0 to 65535 is expected, not 99999"
        ]
      ] as const) {
        const ended = yield* runProcess(typedWords(line), { environment: hints })
        assert.strictEqual(ended.code, 2, line)
        assert.strictEqual(ended.stdout, "", line)
        assert.isTrue(ended.stderr.startsWith(said), ended.stderr)
        assert.match(ended.stderr, /\nSee `plex-cdf.* --help`\.\n$/)
        assert.deepStrictEqual(ugly(ended), [])
      }
    })
  )

  for (const { command, name, words } of commands) {
    if (!hasSettings(command)) continue

    it.scopedLive(`${name}: without configuration exits 2, and names each variable and where they are explained`, () =>
      Effect.gen(function* () {
        const ended = yield* runProcess(words, { environment: hints })
        assert.strictEqual(ended.code, 2, ended.stderr)
        const isDoctor = doctors.has(name)
        if (!isDoctor) assert.strictEqual(ended.stdout, "")
        const texts = ["PLEX_API_KEY", "CDF_PROJECT", ...(isDoctor ? [] : ["docs/configuration.md"])]
        for (const text of texts) assert.include(isDoctor ? ended.stdout : ended.stderr, text)
        assert.deepStrictEqual(ugly(ended), [])
      })
    )

    it.scopedLive(`${name}: while nobody answers says so, without a stack trace or a colour`, () =>
      Effect.gen(function* () {
        const environment = yield* nobodyAnswers
        const ended = yield* runProcess(words, { environment: { ...environment, ...hints, STATE_URL: "file:./s.db" } })
        assert.deepStrictEqual(ugly(ended), [])
        if (local.has(name)) return assert.include([0, 1], ended.code, ended.stderr)
        assert.strictEqual(ended.code, 1, ended.stderr)
        if (doctors.has(name)) return assert.match(ended.stdout, /^failed\t/m)
        assert.deepStrictEqual(results(ended), [])
        assert.match(ended.stderr, /^plex-cdf: .+/m)
        return assert.match(ended.stderr, /`plex-cdf [a-z-]+|plex-cdf runs list/, "what to do is not said")
      })
    )
  }
})

/** The environment of a sandbox that is gone. */
const nobodyAnswers = startSandbox({ size: { parts: 3 } }).pipe(Effect.map(environmentOf), Effect.scoped)
