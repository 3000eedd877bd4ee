import { assert, describe, it } from "@effect/vitest"
import { known } from "../../src/cli/commandLine.js"
import { everyCommand, type KnownCommand } from "../../src/cli/KnownCommand.js"
import { readWords } from "../../src/cli/readWords.js"

const words = (line: string): ReadonlyArray<string> => line.split(" ").filter((word) => word !== "")

const read = (line: string) => readWords(known, words(line))

const misuse = (line: string): string => {
  const reading = read(line)
  return reading._tag === "Misuse" ? `${reading.command.path.join(" ")}: ${reading.message}` : reading._tag
}

const parsed = (line: string): ReadonlyArray<string> => {
  const reading = read(line)
  if (reading._tag !== "Run") throw new Error(`${line}: ${reading._tag === "Misuse" ? reading.message : reading._tag}`)
  return reading.words
}

const pathOf = ({ path }: KnownCommand): string => path.join(" ")

describe("the words of a command line", () => {
  it("that name nothing known are refused with the nearest that is", () => {
    for (const [line, near] of [
      ["--onec", "--once"],
      ["recocile", "reconcile"],
      ["rnu", "run"],
      ["rec", "reconcile"],
      ["runs lst", "list"],
      ["run --dryrun", "--dry-run"],
      ["run --dry", "--dry-run"],
      ["run --ONCE", "--once"],
      ["runs list --jsn", "--json"],
      ["run --log-format jsn", "json"],
      ["sandbox --size=smal", "small"],
      ["help recon", "reconcile"]
    ] as const)
      assert.include(misuse(line), `Did you mean ${near}?`, line)
    assert.include(misuse("xyzzy"), "There are run, check, setup,")
  })

  it("are refused where an option has no value, a wrong one, or comes twice", () => {
    assert.include(misuse("run --only"), "--only wants a value: --only EXTRACTORS")
    assert.include(misuse("run --only --once"), "--only wants a value")
    assert.include(misuse("runs list --limit abc"), '--limit: a whole number is expected, not "abc"')
    assert.include(misuse("sandbox --seed= --size demo"), "--seed")
    assert.include(misuse("run --once=perhaps"), "--once takes no value")
    assert.include(misuse("runs list --limit 1 --limit 2"), "--limit is given twice")
    assert.include(misuse("backfill --flow movements"), "--from MOMENT is missing")
  })

  it("are refused where a flag is one of another command, and the other is named", () => {
    assert.include(misuse("runs list --dry-run"), "It is one of `plex-cdf run`")
    assert.include(misuse("dead-letters drop --once"), "It is one of `plex-cdf run`")
    assert.include(misuse("--once reconcile"), "options come after the command: `plex-cdf reconcile …`")
  })

  it("never take an unknown flag for an argument, nor an argument too many", () => {
    assert.include(misuse("runs show --jsn"), "there is no option --jsn")
    assert.include(misuse("runs show -j"), "there is no option -j")
    assert.include(misuse("runs show a b"), '"b" is one argument too many')
    assert.include(misuse("run extra"), '"extra" is not expected')
    assert.include(misuse("runs show"), "RUN_ID is missing")
    assert.include(misuse("runs"), "list, show, prune")
  })

  it("may come in any order, with values after a blank or after =, and arguments after --", () => {
    assert.deepStrictEqual(parsed("--once"), ["run", "--once"])
    assert.deepStrictEqual(parsed(""), ["run"])
    const show = ["runs", "show", "--json", "--env-file", "a=b", "--", "mws0"]
    assert.deepStrictEqual(parsed("runs show mws0 --json --env-file a=b"), show)
    assert.deepStrictEqual(parsed("runs show --json --env-file=a=b mws0"), show)
    assert.deepStrictEqual(parsed("runs show --json --env-file=a=b -- mws0"), show)
    assert.deepStrictEqual(parsed("runs show -- --json"), ["runs", "show", "--", "--json"])
    assert.deepStrictEqual(parsed("sandbox --seed -1"), ["sandbox", "--seed", "-1"])
    assert.deepStrictEqual(parsed("run --once=true --dry-run=false"), ["run", "--once"])
  })

  it("ask for help or the version wherever they say so before --", () => {
    for (const line of ["-h", "--help", "help", "runs -h", "help runs list", "runs list --jsn --help"])
      assert.strictEqual(read(line)._tag, "Help", line)
    assert.strictEqual(misuse("runs show -- -h"), "Run")
    assert.strictEqual(misuse("--version"), "Version")
  })

  it("are those of commands that all say what they do, what their options mean and how they are used", () => {
    for (const command of everyCommand(known)) {
      assert.isNotEmpty(command.description, pathOf(command))
      assert.isNotEmpty(command.examples, `${pathOf(command)} has no examples: see withExamples`)
      for (const { description, names } of command.options)
        assert.isNotEmpty(description, `${pathOf(command)} ${names[0]}`)
      for (const { description, value } of command.arguments)
        assert.isNotEmpty(description, `${pathOf(command)} ${value.placeholder}`)
    }
  })
})
