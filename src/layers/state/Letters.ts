/**
 * Statements about dead letters, and what of a letter is kept.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Redacted } from "effect"
import { createHash } from "node:crypto"
import type { FlowName } from "../../domain/Flow.js"
import { keptContent } from "../../domain/KeptContent.js"
import { wellFormed } from "../../domain/Text.js"
import { AppConfig, type Settings } from "../../services/AppConfig.js"
import type { DeadLetter } from "../../services/DeadLetters.js"
import type { LedgerRow } from "../../services/Ledger.js"
import { ProgramVersion } from "../../services/ProgramVersion.js"
import { secretForms } from "../http/SecretForms.js"
import { inBatches } from "./Batches.js"
import type { FlowCodes } from "./Codes.js"
import { oneOf } from "./OneOf.js"

/** Letters of a facility; beyond, those not seen for longest give way. */
const most = 10_000

/** Characters of a letter's content; the beginning of a longer one is kept as text. */
const longest = 65_536

/** A shorter secret would be found in texts that have nothing to do with it. */
const shortestSecret = 4

/** What decides how letters are kept. */
export interface Keeping {
  /** The program that sets aside now. */
  readonly version: string
  /** Whether names of people and their ids are kept. */
  readonly people: boolean
  /** Takes every configured secret out of a text. */
  readonly conceal: (text: string) => string
}

const passwordOf = (url: Redacted.Redacted | undefined): ReadonlyArray<string> => {
  const text = url === undefined ? "" : Redacted.value(url)
  if (!URL.canParse(text)) return []
  const { password } = new URL(text)
  return [password, decoded(password)]
}

/** What a URL spells with percent signs; the text itself where it is no such spelling. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const secretsOf = ({ cdf, http, plex, redisUrl, stateUrl }: Settings): ReadonlyArray<string> =>
  [
    ...[plex.apiKey, plex.dataSource?.password, cdf.clientSecret, http.adminToken, http.readToken].flatMap((secret) =>
      secret === undefined ? [] : [Redacted.value(secret)]
    ),
    ...passwordOf(stateUrl),
    ...passwordOf(redisUrl)
  ].filter((secret) => secret.length >= shortestSecret)

/** As the settings and the program say. */
export const keeping: Effect.Effect<Keeping, never, AppConfig> = Effect.gen(function* () {
  const settings = yield* AppConfig
  const secrets = secretsOf(settings).flatMap(secretForms)
  return {
    version: yield* ProgramVersion,
    people: settings.facility.includePersonalData,
    conceal: (text: string) => secrets.reduce((left, secret) => left.replaceAll(secret, "<redacted>"), text)
  }
})

const bounded = (text: string): string => (text.length <= longest ? text : JSON.stringify(text.slice(0, longest)))

/** Which of several records of one key it is; nothing where the key is the record's or the resource's own. */
const digestOf = ({ content, key, what, window }: DeadLetter): string =>
  key !== "" && (what === "resource" || window === undefined)
    ? ""
    : createHash("sha1")
        .update(JSON.stringify(content) ?? "null")
        .digest("base64url")

const stored = (facility: number, flowCode: number, letter: DeadLetter, now: number, keeping: Keeping) => ({
  facility,
  flow: flowCode,
  letter_key: wellFormed(letter.key),
  digest: digestOf(letter),
  what: letter.what ?? "record",
  path: wellFormed(letter.path ?? ""),
  reason: wellFormed(keeping.conceal(letter.reason)),
  content: wellFormed(bounded(keeping.conceal(JSON.stringify(keptContent(letter.content, keeping.people)) ?? "null"))),
  window_begin: letter.window?.begin ?? null,
  window_end: letter.window?.end ?? null,
  version: keeping.version,
  first_seen: now,
  last_seen: now,
  attempts: 1
})

/** Statements about the letters of a facility. */
export const letters = (sql: SqlClient.SqlClient, facility: number, { codeOf }: FlowCodes, keeping: Keeping) => {
  /** What is set aside in one period after the other is of all of them. */
  const outermost = (column: "window_begin" | "window_end", beyond: "<" | ">") =>
    sql.literal(
      `CASE WHEN plex_cdf_dead_letter.${column} ${beyond} excluded.${column} THEN plex_cdf_dead_letter.${column} ELSE excluded.${column} END`
    )

  const keep = (added: ReadonlyArray<DeadLetter>, now: number) => {
    // One statement must not name a key twice; the last one counts.
    const rows = new Map(
      added.map((letter) => {
        const row = stored(facility, codeOf(letter.flow), letter, now, keeping)
        return [`${row.flow} ${row.digest} ${row.letter_key}`, row]
      })
    )
    return inBatches(
      [...rows.values()],
      14,
      (some) => sql`INSERT INTO plex_cdf_dead_letter ${sql.insert(some)}
        ON CONFLICT (facility, flow, letter_key, digest) DO UPDATE SET what = excluded.what, path = excluded.path,
          reason = excluded.reason, content = excluded.content, window_begin = ${outermost("window_begin", "<")},
          window_end = ${outermost("window_end", ">")}, version = excluded.version, last_seen = excluded.last_seen,
          attempts = plex_cdf_dead_letter.attempts + 1`
    )
  }

  const count = Effect.map(
    sql<{ letters: number | string }>`
      SELECT COUNT(*) AS letters FROM plex_cdf_dead_letter WHERE facility = ${facility}`,
    ([found]) => Number(found?.letters ?? 0)
  )

  const dropOldest = (surplus: number) =>
    sql`DELETE FROM plex_cdf_dead_letter WHERE facility = ${facility} AND (flow, letter_key, digest) IN (
      SELECT flow, letter_key, digest FROM plex_cdf_dead_letter WHERE facility = ${facility}
      ORDER BY last_seen, flow, letter_key, digest LIMIT ${surplus})`

  const any = (flow: FlowName) =>
    Effect.map(
      sql`SELECT 1 FROM plex_cdf_dead_letter WHERE facility = ${facility} AND flow = ${codeOf(flow)} LIMIT 1`,
      (found) => found.length > 0
    )

  /** Letters of these keys that were set aside before, where the key tells records apart. */
  const landed = (flow: FlowName, keys: ReadonlyArray<string>, before: number) =>
    Effect.gen(function* () {
      if (keys.length === 0 || !(yield* any(flow))) return
      yield* inBatches(
        keys.map(wellFormed),
        1,
        (some) => sql`DELETE FROM plex_cdf_dead_letter WHERE facility = ${facility} AND flow = ${codeOf(flow)}
          AND digest = '' AND last_seen < ${before} AND ${oneOf(sql, "letter_key", some)}`
      )
    })

  return {
    /** Beyond the bound the ones not seen for longest give way. */
    add: (added: ReadonlyArray<DeadLetter>, now: number) =>
      Effect.gen(function* () {
        yield* keep(added, now)
        const kept = yield* count
        if (kept > most) yield* dropOldest(kept - most)
      }),
    any,
    landed,
    /** The same by the rows that were confirmed. */
    landedRows: (rows: ReadonlyArray<LedgerRow>, before: number) =>
      Effect.gen(function* () {
        for (const flow of new Set(rows.map((row) => row.flow))) {
          const its = rows.filter((row) => row.flow === flow)
          yield* landed(flow, [...new Set(its.flatMap(({ externalId, plexId }) => [externalId, plexId]))], before)
        }
      })
  }
}
