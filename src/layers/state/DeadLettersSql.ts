/**
 * The dead letters in the state's database.
 */
import { Clock, Effect, Layer, Option, Schema } from "effect"
import type { StateError } from "../../domain/Errors.js"
import type { FlowName } from "../../domain/Flow.js"
import { wellFormed } from "../../domain/Text.js"
import type { AppConfig } from "../../services/AppConfig.js"
import type { Lease } from "../../services/Lease.js"
import { DeadLetters, type LetterId, type ListedLetter } from "../../services/DeadLetters.js"
import { flowCodes } from "./Codes.js"
import { makeCommit } from "./Commit.js"
import { facilityNumber } from "./FacilityNumber.js"
import { keeping as keepingOf, letters } from "./Letters.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"

/** PostgreSQL gives 64-bit numbers as text. */
type BigNumber = number | string

interface StoredListed {
  readonly flow: number
  readonly letter_key: string
  readonly digest: string
  readonly what: string
  readonly path: string
  readonly reason: string
  readonly window_begin: BigNumber | null
  readonly window_end: BigNumber | null
  readonly version: string
  readonly first_seen: BigNumber
  readonly last_seen: BigNumber
  readonly attempts: number
}

interface StoredLetter extends StoredListed {
  readonly content: string
}

const decodeContent = Schema.decodeUnknownOption(Schema.parseJson())

const contentOf = ({ content }: StoredLetter): unknown =>
  Option.getOrElse(decodeContent(content), (): unknown => content)

const listed = (flow: FlowName, letter: StoredListed): ListedLetter => ({
  flow,
  what: letter.what === "resource" ? "resource" : "record",
  key: letter.letter_key,
  digest: letter.digest,
  path: letter.path === "" ? undefined : letter.path,
  reason: letter.reason,
  window:
    letter.window_begin === null || letter.window_end === null
      ? undefined
      : { begin: Number(letter.window_begin), end: Number(letter.window_end) },
  firstSeen: Number(letter.first_seen),
  lastSeen: Number(letter.last_seen),
  attempts: letter.attempts,
  version: letter.version
})

/** The code of no flow: of one that nobody has announced there are no letters. */
const noFlow = 0

const make = Effect.gen(function* () {
  const sql = yield* StateDatabase
  const facility = yield* facilityNumber
  const flows = yield* flowCodes
  const { find, flowOf } = flows
  const commit = yield* makeCommit
  const keeping = yield* keepingOf
  const { add, any, landed } = letters(sql, facility, flows, keeping)

  // Letters that are set aside one after the other stay in that order.
  let latest = 0
  const moment = Effect.map(Clock.currentTimeMillis, (now) => (latest = Math.max(now, latest + 1)))

  const columns = sql.literal(
    "flow, letter_key, digest, what, path, reason, window_begin, window_end, version, first_seen, last_seen, attempts"
  )
  const inOrder = sql.literal("ORDER BY last_seen, flow, letter_key, digest")

  /** Those of flows that this version does not have are of no use to it. */
  const known = <A extends StoredListed, B>(found: ReadonlyArray<A>, make: (flow: FlowName, letter: A) => B) =>
    found.flatMap((letter) => {
      const flow = flowOf(letter.flow)
      return flow === undefined ? [] : [make(flow, letter)]
    })
  const withContent = (found: ReadonlyArray<StoredLetter>) =>
    known(found, (flow, letter) => ({ ...listed(flow, letter), content: contentOf(letter) }))
  const ofFlow = (flow: FlowName | undefined) =>
    flow === undefined ? sql`facility = ${facility}` : sql`facility = ${facility} AND flow = ${find(flow) ?? noFlow}`
  const identity = ({ digest, flow, key }: LetterId) =>
    sql`${ofFlow(flow)} AND letter_key = ${wellFormed(key)} AND digest = ${digest}`

  return DeadLetters.of({
    add: (added) =>
      added.length === 0
        ? Effect.void
        : Effect.flatMap(moment, (now) => commit(add(added, now))).pipe(guarded("keep dead letters")),

    all: sql<StoredLetter>`SELECT ${columns}, content FROM plex_cdf_dead_letter
      WHERE facility = ${facility} ${inOrder}`.pipe(Effect.map(withContent), guarded("read")),

    list: ({ flow, notTriedBy } = {}) =>
      sql<StoredListed>`SELECT ${columns} FROM plex_cdf_dead_letter WHERE ${ofFlow(flow)}
        AND ${notTriedBy === undefined ? sql`1 = 1` : sql`version <> ${notTriedBy}`} ${inOrder}`.pipe(
        Effect.map((found) => known(found, listed)),
        guarded("read")
      ),

    count: sql<{ readonly letters: BigNumber }>`SELECT COUNT(*) AS letters FROM plex_cdf_dead_letter
      WHERE facility = ${facility}`.pipe(
      Effect.map(([found]) => Number(found?.letters ?? 0)),
      guarded("read")
    ),

    find: (key, flow) =>
      sql<StoredLetter>`SELECT ${columns}, content FROM plex_cdf_dead_letter WHERE ${ofFlow(flow)}
        AND ${
          key.startsWith("#")
            ? sql`(letter_key = ${wellFormed(key)} OR substr(digest, 1, ${key.length - 1}) = ${key.slice(1)})`
            : sql`letter_key = ${wellFormed(key)}`
        } ${inOrder}`.pipe(Effect.map(withContent), guarded("read")),

    drop: (dropped) =>
      commit(
        Effect.forEach(dropped, (letter) => sql`DELETE FROM plex_cdf_dead_letter WHERE ${identity(letter)} RETURNING 1`)
      ).pipe(
        Effect.map((gone) => gone.flat().length),
        guarded("drop dead letters")
      ),

    tried: (letters) =>
      commit(
        Effect.forEach(
          letters,
          (letter) => sql`UPDATE plex_cdf_dead_letter SET attempts = attempts + 1, version = ${keeping.version}
            WHERE ${identity(letter)}`,
          { discard: true }
        )
      ).pipe(guarded("keep dead letters")),

    // Nearly always there is none, and no transaction for it.
    landed: (flow, keys, before) =>
      keys.length === 0
        ? Effect.void
        : any(flow).pipe(
            Effect.flatMap((found) => (found ? commit(landed(flow, keys, before)) : Effect.void)),
            guarded("drop dead letters")
          )
  })
})

/** One per facility. */
export const layer: Layer.Layer<DeadLetters, StateError, AppConfig | Lease | StateDatabase> = Layer.effect(
  DeadLetters,
  make
)
