/**
 * The tables of the state, version by version, for SQLite and PostgreSQL alike. A migration that was released is never changed.
 */
import * as Migrator from "@effect/sql/Migrator"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { Effect } from "effect"
import { checked } from "./migrations/Checked.js"
import { digested } from "./migrations/Digested.js"
import { firstSeen } from "./migrations/FirstSeen.js"
import { lease } from "./migrations/Lease.js"
import { deadLetters } from "./migrations/DeadLetters.js"
import { memory } from "./migrations/Memory.js"
import { runLog } from "./migrations/RunLog.js"
import { naturalKeys } from "./migrations/NaturalKeys.js"
import { state } from "./migrations/State.js"

/** Where the database remembers which migrations it has had. */
export const migrationsTable = "plex_cdf_migrations"

/** Number and name of each migration with what it does, in order. */
export const migrations: Record<string, Effect.Effect<void, unknown, SqlClient.SqlClient>> = {
  "0001_state": state,
  "0002_memory": memory,
  "0003_run_log": runLog,
  "0004_lease": lease,
  "0005_natural_keys": naturalKeys,
  "0006_dead_letters": deadLetters,
  "0007_checked": checked,
  "0008_digested": digested,
  "0009_first_seen": firstSeen
}

/** The version of the state that this program makes and understands. */
export const stateVersion = Math.max(...Object.keys(migrations).map((name) => Number.parseInt(name, 10)))

/** Brings the database up to this version; more than one may try at once, and who comes too late fails or finds it done. */
export const migrate = Migrator.make({})({ loader: Migrator.fromRecord(migrations), table: migrationsTable })
