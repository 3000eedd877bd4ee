/**
 * Which process has a lease or makes a run, and whether it is gone: told for sure only on the machine that it ran on.
 */
import { Effect } from "effect"
import { readFile, readlink } from "node:fs/promises"
import { hostname } from "node:os"

export interface ProcessIdentity {
  readonly host: string
  /** The running system and its process numbers, of which a host name may stand for several; empty where that cannot be told. */
  readonly machine: string
  readonly pid: number
  /** When it started, in the system's own count; empty where that cannot be told. */
  readonly started: string
}

const absent = () => undefined

/** State and start of a process in Linux; its name, in brackets, may hold anything. */
const statOf = (pid: number | "self"): Promise<{ readonly state: string; readonly started: string } | undefined> =>
  readFile(`/proc/${pid}/stat`, "latin1").then((text) => {
    const [state = "", ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ")
    return { state, started: rest[18] ?? "" }
  }, absent)

/** This process. */
export const thisProcess: Effect.Effect<ProcessIdentity> = Effect.promise(async () => {
  const [boot, namespace, stat] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "latin1").catch(absent),
    readlink("/proc/self/ns/pid").catch(absent),
    statOf("self")
  ])
  return {
    host: hostname(),
    machine: boot === undefined || namespace === undefined ? "" : `${boot.trim()} ${namespace}`,
    pid: process.pid,
    started: stat?.started ?? ""
  }
})

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Any other refusal is about a process that is there.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH")
  }
}

/** Whether that process is surely gone, seen from this one; another one under its number is not it. */
export const isGone = (other: ProcessIdentity, self: ProcessIdentity): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    if (other.host !== self.host || other.machine !== self.machine || other.pid <= 0) return false
    if (!exists(other.pid)) return true
    const stat = await statOf(other.pid)
    if (stat === undefined) return false
    // Z, X: dead, and not yet buried by its parent.
    return stat.state === "Z" || stat.state === "X" || (other.started !== "" && stat.started !== other.started)
  })
