/**
 * Every command line that the documents show does what they say: each page's commands are run in order, in a folder of that page, against
 * a sandbox in which one pass was made before.
 *
 * A line ends with exit code 0 unless its comment names others (`# exit code 0 or 4: …`). One that ends in `&` runs until its page is
 * over. `RUN_ID` stands for the last run.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { known } from "../../src/cli/commandLine.js"
import { helpLines } from "../../src/cli/helpText.js"
import { everyCommand } from "../../src/cli/KnownCommand.js"
import { style } from "../../src/cli/Style.js"
import { environmentOf, startSandbox } from "../support/SandboxProcess.js"

/** Programs of others that the documents also show; what they need is not here. */
const foreign = /^(?:docker|kubectl|sudo|systemctl|journalctl|cp|sed|git|cd|pip|curl|az|createdb) /

const pages = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)].filter((name) => name.endsWith(".md"))

interface Line {
  readonly page: string
  /** Without its comment. */
  readonly text: string
  readonly exitCodes: ReadonlyArray<number>
}

/** The exit codes that a comment names. */
const exitCodesOf = (comment: string): ReadonlyArray<number> =>
  (/exit code ((?:\d+(?:, | or )?)+)/.exec(comment)?.[1] ?? "0").split(/\D+/).filter(Boolean).map(Number)

/** The lines of a page's shell blocks, continued ones joined. */
const linesOf = (page: string): ReadonlyArray<Line> =>
  [...readFileSync(page, "utf8").matchAll(/^ *```(?:sh|bash|console)\n(.*?)^ *```$/gms)].flatMap(([, block = ""]) =>
    block
      .replaceAll(/\\\n/g, " ")
      .split("\n")
      .map((line) => /^(.*?)(?:\s+#\s*(.*)|#.*)?$/.exec(line.trim()))
      .map((parts) => ({
        page,
        text: (parts?.[1] ?? "").replace(/^\$ /, "").trim(),
        exitCodes: exitCodesOf(parts?.[2] ?? "")
      }))
      // Settings are shown as the lines of an env file; `test/layers/config` sees to those.
      .filter(({ text }) => text !== "" && !/^[A-Z][A-Z0-9_]*=\S*$/.test(text))
  )

const lines = pages.flatMap(linesOf)

/** What a line asks of our program: `["runs", "list", "--json"]`; nothing where it does not call it. */
const argumentsOf = (text: string): ReadonlyArray<string> | undefined =>
  /^(?:[A-Z_]+=\S* )*(?:node dist\/main\.js|plex-cdf)(?= |$)(.*)$/.exec(text)?.[1]?.trim().split(/\s+/).filter(Boolean)

/** The command that is called, by its first word; of none, `run`. */
const commandOf = (args: ReadonlyArray<string>): string => (/^[a-z]/.test(args[0] ?? "") ? (args[0] ?? "") : "run")

const calls = lines.filter(({ text }) => argumentsOf(text) !== undefined)

/** `help` is no command of its own. */
const registered: ReadonlySet<string> = new Set(["help", ...known.subcommands.map(({ path }) => path[1] ?? "")])

/** What the command says of itself, without colours. */
const help = (...command: ReadonlyArray<string>): string => {
  const found = everyCommand(known).find(({ path }) => path.slice(1).join(" ") === command.join(" "))
  return found === undefined ? "" : helpLines(found, 100, style({ isTTY: false })).join("\n")
}

/** Commands in the text of the documents: `plex-cdf runs list`. */
const mentioned = pages.flatMap((page) =>
  [...readFileSync(page, "utf8").matchAll(/`plex-cdf((?: [^`]*)?)`/g)].map(([, args = ""]) => ({
    page,
    args: args.trim().split(/\s+/).filter(Boolean)
  }))
)

const scripts = (): ReadonlySet<string> => {
  const found: unknown = JSON.parse(readFileSync("package.json", "utf8"))
  const named = typeof found === "object" && found !== null && "scripts" in found ? found.scripts : {}
  return new Set(Object.keys(named ?? {}))
}

/** Why a line that calls npm cannot be meant; `undefined` where all that it names is there. */
const wrongWithNpm = (text: string): string | undefined => {
  for (const part of text.split("&&").map((one) => one.trim().replace(/^(?:[A-Z_]+=\S+ )+/, ""))) {
    const [program, first = "", second = "", third = ""] = part.split(/\s+/)
    const script = program !== "npm" || first === "ci" ? undefined : first === "run" ? second : first
    if (script !== undefined && !scripts().has(script)) return `no script ${script}`
    const path = program !== "npx" ? undefined : first === "vitest" ? third : second
    if (path !== undefined && !existsSync(path)) return `no file ${path}`
    if (program !== "npm" && program !== "npx") return `what is ${program}?`
  }
  return undefined
}

interface Page {
  readonly folder: string
  /** Runs a line to its end; one that ends in `&` until it has said something. */
  readonly run: (text: string) => Effect.Effect<{ readonly code: number; readonly said: string }>
}

const ended = (child: ChildProcess): boolean => (child.exitCode ?? child.signalCode) !== null

/** A folder with the program in it, an `.env` that points at a sandbox of its own, and a shell. */
const openPage: Effect.Effect<Page, unknown, Scope.Scope> = Effect.gen(function* () {
  const sandbox = yield* startSandbox()
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "page-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  symlinkSync(resolve("dist"), join(folder, "dist"), "dir")
  mkdirSync(join(folder, "bin"))
  writeFileSync(
    join(folder, "bin/plex-cdf"),
    `#!/bin/sh\nexec "${process.execPath}" "${resolve("dist/main.js")}" "$@"\n`
  )
  chmodSync(join(folder, "bin/plex-cdf"), 0o755)
  const environment = Object.entries(environmentOf(sandbox)).map(([name, value]) => `${name}=${value}`)
  writeFileSync(join(folder, ".env"), environment.join("\n"))
  const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, HOME: folder }
  const background: Array<ChildProcess> = []
  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      const running = background.filter((child) => !ended(child))
      const gone = running.map((child) => new Promise((done) => child.on("close", done)))
      for (const { pid } of running) if (pid !== undefined) process.kill(-pid, "SIGTERM")
      await Promise.all(gone)
    })
  )
  const toItsEnd = (text: string) =>
    Effect.async<{ readonly code: number; readonly said: string }>((resume) => {
      execFile("bash", ["-c", text], { cwd: folder, env }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
        resume(Effect.succeed({ code, said: `${stdout}\n${stderr}` }))
      })
    })
  // What it says goes where the line sends it; `tee` lets us hear of it too.
  const behind = (text: string) =>
    Effect.async<{ readonly code: number; readonly said: string }>((resume) => {
      const [command = "", file = "/dev/null"] = text.replace(/\s*&$/, "").split(/\s*>\s*/)
      const child = spawn("bash", ["-c", `${command} | tee ${file}`], { cwd: folder, env, detached: true })
      background.push(child)
      let said = ""
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString("utf8")
        if (said.includes("\n")) resume(Effect.succeed({ code: 0, said }))
      })
      child.on("close", () => resume(Effect.succeed({ code: -1, said })))
    })
  return { folder, run: (text) => (text.endsWith("&") ? behind(text) : toItsEnd(text)) }
})

const lastRun = (page: Page) =>
  Effect.map(page.run("plex-cdf runs list --limit 1 --json"), ({ said }) => {
    const found = /"(?:runId|id|run_id)":"([^"]+)"/.exec(said)?.[1]
    assert.isDefined(found, said)
    return found ?? ""
  })

describe("the command lines of the documents", () => {
  it("are found", () => {
    assert.isAbove(calls.length, 10)
    const shown = [...new Set(calls.map(({ page }) => page))]
    assert.includeMembers(shown, ["README.md", "docs/operations.md", "docs/from-python.md"])
  })

  it("call commands that the program has", () => {
    assert.isTrue(registered.has("run") && registered.has("sandbox"))
    const called = [...calls.map(({ text }) => argumentsOf(text) ?? []), ...mentioned.map(({ args }) => args)]
    assert.deepStrictEqual(
      [...new Set(called.map(commandOf))].filter((name) => !registered.has(name)),
      []
    )
  })

  it("are ours, those of npm for what is there, or those of programs that are known not to be", () => {
    const others = lines.filter(({ text }) => argumentsOf(text) === undefined && !foreign.test(text))
    assert.deepStrictEqual(
      others.flatMap(({ page, text }) => {
        const wrong = wrongWithNpm(text)
        return wrong === undefined ? [] : [`${page}: ${text}: ${wrong}`]
      }),
      []
    )
  })

  it("name flags that their command has, in the text too", () => {
    const wrong = mentioned.flatMap(({ args, page }) => {
      const path = args.slice(0, args.findIndex((word) => !/^[a-z][a-z-]*$/.test(word)) >>> 0)
      const text = args[0] === "help" ? "" : help(...path)
      return args
        .map((word) => /^\[?(--[a-z-]+)/.exec(word)?.[1])
        .filter((flag) => flag !== undefined && !text.includes(flag))
        .map((flag) => `${page}: ${args.join(" ")}: ${flag}`)
    })
    assert.deepStrictEqual(wrong, [])
  })

  for (const name of new Set(calls.map(({ page }) => page))) {
    it.scopedLive(
      `of ${name} do what it says`,
      () =>
        Effect.gen(function* () {
          const its = calls.filter(({ page }) => page === name)
          const page = yield* openPage
          const before = yield* page.run("plex-cdf --once --no-sweep")
          assert.strictEqual(before.code, 0, before.said)
          for (const { exitCodes, text } of its) {
            const meant = text.includes("RUN_ID") ? text.replace("RUN_ID", yield* lastRun(page)) : text
            const { code, said } = yield* page.run(meant)
            assert.include(exitCodes, code, `${name}: ${meant}\n${said.slice(-2000)}`)
          }
        }),
      300_000
    )
  }
})
