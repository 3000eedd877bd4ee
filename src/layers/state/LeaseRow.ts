/**
 * The row of a lease: who has it, since when, and whether it can be believed.
 */
import { createHash } from "node:crypto"
import type { ProcessIdentity } from "./ProcessIdentity.js"

export interface LeaseRow extends ProcessIdentity {
  readonly generation: number
  /** One of a kind for each `Lease`. */
  readonly holder: string
  /** Epoch milliseconds by the clock of the table. */
  readonly renewedAt: number
  /** Epoch milliseconds; 0 where it was given back. */
  readonly expires: number
}

/** The columns as text, whatever a damaged file holds in them. */
export interface StoredLease {
  readonly generation: string
  readonly holder: string
  readonly host: string
  readonly machine: string
  readonly pid: string
  readonly started: string
  readonly renewed_at: string
  readonly expires: string
  readonly seal: string
}

const digestOf = ({ expires, generation, holder, host, machine, pid, renewedAt, started }: LeaseRow): string =>
  createHash("sha256")
    .update(JSON.stringify([generation, holder, host, machine, pid, started, renewedAt, expires]))
    .digest("hex")
    .slice(0, 32)

/** The generation once more, and the checksum of all. */
const sealOf = (row: LeaseRow): string => `${row.generation}.${digestOf(row)}`

/** The columns of a row, the facility apart. */
export const storedLease = (row: LeaseRow) => ({
  generation: row.generation,
  holder: row.holder,
  host: row.host,
  machine: row.machine,
  pid: row.pid,
  started: row.started,
  renewed_at: row.renewedAt,
  expires: row.expires,
  seal: sealOf(row)
})

/** The row; nothing where its checksum is wrong. */
export const leaseRow = (stored: StoredLease): LeaseRow | undefined => {
  const row = {
    generation: Number(stored.generation),
    holder: stored.holder,
    host: stored.host,
    machine: stored.machine,
    pid: Number(stored.pid),
    started: stored.started,
    renewedAt: Number(stored.renewed_at),
    expires: Number(stored.expires)
  }
  return sealOf(row) === stored.seal ? row : undefined
}

/** A damaged number must not use up all numbers there are. */
const mostGeneration = 2 ** 50

/** The highest generation that a row tells of, damaged or not; it stands there twice. */
export const highestGeneration = ({ generation, seal }: StoredLease): number =>
  Math.max(
    0,
    ...[generation, seal.split(".")[0]]
      .map(Number)
      .filter((told) => Number.isSafeInteger(told) && told < mostGeneration)
  )
