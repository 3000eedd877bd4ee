/**
 * The dead letters in the state's database.
 */
import { Clock, Effect, Layer, Option, Schema } from "effect"
import { createHash } from "node:crypto"
import type { StateError } from "../../domain/Errors.js"
import { wellFormed } from "../../domain/Text.js"
import type { AppConfig } from "../../services/AppConfig.js"
import { type DeadLetter, DeadLetters } from "../../services/DeadLetters.js"
import { inBatches } from "./Batches.js"
import { flowCodes } from "./Codes.js"
import { facilityNumber } from "./FacilityNumber.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"

/** Letters of a facility; beyond, those not seen for longest give way. */
const most = 10_000

/** Characters of a letter's content; the beginning of a longer one is kept as text. */
const longest = 65_536

interface StoredLetter {
  readonly flow: number
  readonly letter_key: string
  readonly reason: string
  readonly content: string
  readonly first_seen: number | string
  readonly last_seen: number | string
  readonly attempts: number
}

const contentText = (content: unknown): string => {
  const text = JSON.stringify(content) ?? "null"
  return wellFormed(text.length <= longest ? text : JSON.stringify(text.slice(0, longest)))
}

const decodeContent = Schema.decodeUnknownOption(Schema.parseJson())

/** Letters without a key are one and the same where their content is. */
const stored = (facility: number, flowCode: number, { content, key, reason }: DeadLetter, now: number) => {
  const text = contentText(content)
  return {
    facility,
    flow: flowCode,
    letter_key: wellFormed(key),
    digest: key === "" ? createHash("sha1").update(text).digest("base64url") : "",
    reason: wellFormed(reason),
    content: text,
    first_seen: now,
    last_seen: now,
    attempts: 1
  }
}

const make = Effect.gen(function* () {
  const sql = yield* StateDatabase
  const facility = yield* facilityNumber
  const { codeOf, flowOf } = yield* flowCodes

  // Letters that are set aside one after the other stay in that order.
  let latest = 0
  const moment = Effect.map(Clock.currentTimeMillis, (now) => (latest = Math.max(now, latest + 1)))

  const keep = (letters: ReadonlyArray<DeadLetter>, now: number) => {
    // One statement must not name a key twice; the last one counts.
    const rows = new Map(
      letters.map((letter) => {
        const row = stored(facility, codeOf(letter.flow), letter, now)
        return [`${row.flow} ${row.digest} ${row.letter_key}`, row]
      })
    )
    return inBatches(
      [...rows.values()],
      9,
      (some) => sql`INSERT INTO plex_cdf_dead_letter ${sql.insert(some)}
        ON CONFLICT (facility, flow, letter_key, digest) DO UPDATE SET reason = excluded.reason,
          content = excluded.content, last_seen = excluded.last_seen, attempts = plex_cdf_dead_letter.attempts + 1`
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

  return DeadLetters.of({
    add: (letters) =>
      letters.length === 0
        ? Effect.void
        : Effect.gen(function* () {
            yield* keep(letters, yield* moment)
            const kept = yield* count
            if (kept > most) yield* dropOldest(kept - most)
          }).pipe(sql.withTransaction, guarded("keep dead letters")),

    all: sql<StoredLetter>`SELECT flow, letter_key, reason, content, first_seen, last_seen, attempts
      FROM plex_cdf_dead_letter WHERE facility = ${facility} ORDER BY last_seen, flow, letter_key, digest`.pipe(
      Effect.map((found) =>
        found.flatMap((letter) => {
          const flow = flowOf(letter.flow)
          return flow === undefined
            ? []
            : [
                {
                  flow,
                  key: letter.letter_key,
                  reason: letter.reason,
                  content: Option.getOrElse(decodeContent(letter.content), (): unknown => letter.content),
                  firstSeen: Number(letter.first_seen),
                  lastSeen: Number(letter.last_seen),
                  attempts: letter.attempts
                }
              ]
        })
      ),
      guarded("read")
    )
  })
})

/** One per facility. */
export const layer: Layer.Layer<DeadLetters, StateError, AppConfig | StateDatabase> = Layer.effect(DeadLetters, make)
