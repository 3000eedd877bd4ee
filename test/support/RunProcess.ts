/**
 * The built command line as a child process, the way an operator runs it: environment, arguments, streams, exit code.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { type Scope, Effect } from "effect"

const main = resolve(import.meta.dirname, "../../dist/main.js")

/** How a process ended. */
export interface Ended {
  /** `undefined` when a signal ended it. */
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

export interface Running {
  readonly pid: number
  readonly kill: (signal: NodeJS.Signals) => boolean
  readonly ended: Promise<Ended>
  /** Resolves when a line of stdout matches; fails when the process ends without. */
  readonly said: (words: RegExp) => Promise<void>
  /** What it has written to stdout so far. */
  readonly heard: () => string
}

export interface ProcessOptions {
  /** The whole environment but for `PATH`. */
  readonly environment?: Readonly<Record<string, string>>
  /** Files of the working directory, which is empty otherwise. */
  readonly files?: Readonly<Record<string, string>>
  /** The program; default: the built one. */
  readonly program?: string | undefined
}

const collect = (child: ChildProcess, begin: number): Promise<Ended> =>
  new Promise((done, fail) => {
    const stdout: Array<Buffer> = []
    const stderr: Array<Buffer> = []
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk))
    child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk))
    child.on("error", fail)
    child.on("close", (code, signal) =>
      done({
        code: code ?? undefined,
        signal: signal ?? undefined,
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
        milliseconds: performance.now() - begin
      })
    )
  })

/** Waits for a line of stdout, also one that came before. */
const listener = (child: ChildProcess): Pick<Running, "heard" | "said"> => {
  const waiting = new Set<() => void>()
  let text = ""
  let over = false
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8")
    for (const look of waiting) look()
  })
  child.on("close", () => {
    over = true
    for (const look of waiting) look()
  })
  const said: Running["said"] = (words) =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (text.split("\n").some((line) => words.test(line))) done()
        else if (over) fail(new Error(`the process ended without saying ${words}: ${text}`))
        else return
        waiting.delete(look)
      }
      waiting.add(look)
      look()
    })
  return { said, heard: () => text }
}

/** An empty working directory with some files, gone with the scope. */
const directory = (files: Readonly<Record<string, string>>): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const path = mkdtempSync(join(tmpdir(), "plex-cdf-process-"))
      await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(path, name), text)))
      return path
    }),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )

/** Starts `plex-cdf` with these arguments; what still runs when the scope closes is killed. */
export const startProcess = (
  args: ReadonlyArray<string>,
  { environment = {}, files = {}, program = main }: ProcessOptions = {}
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function* () {
    const cwd = yield* directory(files)
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [program, ...args], {
          cwd,
          env: { PATH: process.env["PATH"] ?? "", ...environment },
          stdio: ["ignore", "pipe", "pipe"]
        })
      ),
      (running) => Effect.sync(() => (running.exitCode ?? running.signalCode) === null && running.kill("SIGKILL"))
    )
    return {
      pid: child.pid ?? 0,
      kill: (signal) => child.kill(signal),
      ended: collect(child, performance.now()),
      ...listener(child)
    }
  })

/** As many processes at once as small machines have cores, however many tests want one. */
const slots = Effect.unsafeMakeSemaphore(2)

/** Runs `plex-cdf` to its end. */
export const runProcess = (
  args: ReadonlyArray<string>,
  options: ProcessOptions = {}
): Effect.Effect<Ended, never, Scope.Scope> =>
  slots.withPermits(1)(Effect.flatMap(startProcess(args, options), ({ ended }) => Effect.promise(() => ended)))

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>>

const isLine = (value: unknown): value is LogLine => typeof value === "object" && value !== null

/** The log on stdout, a JSON object per line; throws on anything else, as stdout is for machines. */
export const logLines = ({ stdout }: Ended): ReadonlyArray<LogLine> =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const value: unknown = JSON.parse(line)
      if (!isLine(value)) throw new TypeError(`not a log line: ${line}`)
      return value
    })

/** The line each flow ends with, by the flow's name. */
export const finishedFlows = (ended: Ended): ReadonlyMap<string, LogLine> =>
  new Map(
    logLines(ended)
      .filter(({ message }) => message === "flow finished")
      .map((line) => [String(line["flow"]), line])
  )
