/**
 * A program as a process of its own, measured from outside. Reads `/proc`: Linux only.
 */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

export const product = resolve(import.meta.dirname, "../dist/main.js")

export interface Ran {
  readonly seconds: number
  /** The highest resident size of the process, in bytes. */
  readonly peak: number
}

/** The highest resident size so far, in bytes; nothing once the process is gone. */
const peakOf = (pid: number): number | undefined => {
  try {
    const kibibytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}

/** Runs node with these arguments; fails where it does not end with 0. */
export const runNode = (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>>,
  folder: string
): Promise<Ran> =>
  new Promise((done, fail) => {
    const begin = performance.now()
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...environment },
      stdio: ["ignore", "ignore", "pipe"]
    })
    let said = ""
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")))
    let peak = 0
    const look = setInterval(() => {
      peak = Math.max(peak, child.pid === undefined ? 0 : (peakOf(child.pid) ?? 0))
    }, 20)
    child.on("error", fail)
    child.on("close", (code) => {
      clearInterval(look)
      if (code === 0) done({ seconds: (performance.now() - begin) / 1000, peak })
      else fail(new Error(`${args.join(" ")} ended with ${code}: ${said}`))
    })
  })

/** A folder that is gone with the scope. */
export const newFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-bench-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

export const mebibytes = (bytes: number): number => Math.round((bytes / 1024 ** 2) * 10) / 10

/** The middle one; of an even number the mean of the two in the middle. */
export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((one, other) => one - other)
  const at = Math.floor(sorted.length / 2)
  const upper = sorted[at] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[at - 1] ?? upper) + upper) / 2
}
