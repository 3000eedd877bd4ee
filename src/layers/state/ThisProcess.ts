/**
 * Which process this is, and whether another one is still there.
 */
import { readFileSync } from "node:fs"
import { hostname } from "node:os"

/** A process as it is known to others; `started` tells apart those that get the same number one after the other. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  readonly started: string
}

/** When a process began, in the words of its system; empty where that does not tell. */
const startOf = (pid: number): string => {
  try {
    // The name of the program, in parentheses, may hold blanks; the start is the 22nd field of the line.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  } catch {
    return ""
  }
}

export const thisProcess: ProcessIdentity = { host: hostname(), pid: process.pid, started: startOf(process.pid) }

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** Whether a process of this host is certainly no more; of other hosts nothing is known. */
export const isGone = ({ host, pid, started }: ProcessIdentity): boolean => {
  if (host !== thisProcess.host) return false
  if (pid <= 0 || !exists(pid)) return true
  const now = startOf(pid)
  return now !== "" && started !== "" && now !== started
}
