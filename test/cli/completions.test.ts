/**
 * The scripts, tried in the shells that they are for; where one is not installed its tests are left out.
 */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { known } from "../../src/cli/commandLine.js"
import { bashScript } from "../../src/cli/completions/bash.js"
import { fishScript } from "../../src/cli/completions/fish.js"
import { placesOf } from "../../src/cli/completions/Place.js"
import { zshScript } from "../../src/cli/completions/zsh.js"

const folder = mkdtempSync(join(tmpdir(), "plex-cdf-completions-"))
const places = placesOf(known)
for (const [shell, script] of Object.entries({ bash: bashScript, fish: fishScript, zsh: zshScript }))
  writeFileSync(join(folder, shell), `${script(places)}\n`)
writeFileSync(join(folder, "plant.env"), "")
afterAll(() => rmSync(folder, { recursive: true }))

const installed = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0

const run = (shell: string, args: ReadonlyArray<string>): ReadonlyArray<string> =>
  execFileSync(shell, args, {
    encoding: "utf8",
    cwd: folder,
    timeout: 20_000,
    killSignal: "SIGKILL",
    env: { PATH: process.env["PATH"], HOME: folder }
  })
    .split("\n")
    .map((line) => line.split("\t")[0]?.trim() ?? "")
    .filter((line) => line !== "")

/** What is typed, and what is then offered among others or alone. */
const cases: ReadonlyArray<readonly [typed: string, offered: ReadonlyArray<string>]> = [
  ["plex-cdf recon", ["reconcile"]],
  ["plex-cdf ru", ["run", "runs"]],
  ["plex-cdf runs ", ["list", "show", "prune"]],
  ["plex-cdf help runs ", ["list", "show", "prune"]],
  ["plex-cdf runs list --li", ["--limit"]],
  ["plex-cdf --onc", ["--once"]],
  ["plex-cdf run --log-format ", ["pretty", "json"]],
  ["plex-cdf run --only jobs,qua", ["jobs,quality"]],
  ["plex-cdf backfill --flow mov", ["movements"]],
  ["plex-cdf dead-letters retry --flow scr", ["scrap-entries"]],
  ["plex-cdf run --env-file plan", ["plant.env"]],
  ["plex-cdf completions ", ["bash", "zsh", "fish"]],
  ["plex-cdf runs list --limit ", []],
  ["plex-cdf --once ", []]
]

const sorted = (words: ReadonlyArray<string>): ReadonlyArray<string> => [...words].sort()

describe.runIf(installed("bash"))("bash completes", () => {
  const complete = (line: string): ReadonlyArray<string> =>
    run("bash", [
      "--norc",
      "-c",
      [
        "source ./bash",
        'COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))',
        "_plex_cdf",
        '[ "${#COMPREPLY[@]}" = 0 ] || printf "%s\\n" "${COMPREPLY[@]}"'
      ].join("\n"),
      "bash",
      // As bash takes a line apart: at blanks, and around =.
      ...line.split(/ |(?<==)|(?==)/)
    ])

  for (const [typed, offered] of [...cases, ["plex-cdf run --log-format=p", ["pretty"]] as const])
    it(JSON.stringify(typed), () => assert.deepStrictEqual(sorted(complete(typed)), sorted(offered)))
})

describe.runIf(installed("fish"))("fish completes", () => {
  it("what was begun, everywhere", () => {
    const all = [...cases, ["plex-cdf run --log-format=p", ["--log-format=pretty"]] as const]
    const asked = all.map(([typed]) => `complete -C ${JSON.stringify(typed)}; echo "|"`)
    const answers = run("fish", ["--no-config", "-c", ["source ./fish", ...asked].join("\n")])
    const groups = answers
      .join("\n")
      .split("|")
      .map((group) => group.split("\n").filter((line) => line !== ""))
    for (const [index, [typed, offered]] of all.entries())
      assert.deepStrictEqual(sorted(groups[index] ?? []), sorted(offered), typed)
  })
})

describe.runIf(installed("zsh"))("zsh completes", { timeout: 60_000 }, () => {
  it("what was begun, typed into a terminal", () => {
    const offering = cases.filter(([, offered]) => offered.length > 0)
    // Each answer is waited for: the read ends when the pattern has come, and what was typed is then taken back.
    const asked = [...offering, ["plex-cdf run --log-format=p", ["pretty"]] as const].map(([typed, offered]) => {
      const last = sorted(offered).at(-1) ?? ""
      return [
        `zpty -n -w z $'\\x15'${JSON.stringify(typed)}$'\\t\\t'`,
        `zpty -r z out "*${last}*" && print -r -- ${JSON.stringify(`${typed} ${last}`)}`
      ].join("\n")
    })
    const answers = run("zsh", [
      "-f",
      "-c",
      [
        "zmodload zsh/zpty",
        'zpty -b z "zsh -f -i"',
        "zpty -w z 'PS1=; autoload -U compinit; compinit -u -D; source ./zsh; LISTMAX=0; setopt nobeep; print rea\"\"dy'",
        'zpty -r z out "*ready*"',
        ...asked,
        "zpty -d z"
      ].join("\n")
    ])
    assert.lengthOf(answers, offering.length + 1)
  })
})
