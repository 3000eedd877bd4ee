import { Either, Schema } from "effect"
import * as ParseResult from "effect/ParseResult"
import type { Reply, SandboxRequest } from "../Reply.js"
import { json } from "../Reply.js"

const Amount = Schema.Number.pipe(Schema.int(), Schema.nonNegative())
const Naming = Schema.Literal("all", "first", "none")
const Pattern = Schema.String.pipe(
  Schema.filter((text) => Either.isRight(Either.try(() => new RegExp(text))) || "is not a regular expression")
)

/**
 * How this CDF differs from a perfect one. `null` switches a knob off.
 *
 * - `latencyMillis`: before each answer; without it requests are answered one by one and never in flight together
 * - `maxConcurrent`, `requestsPerMinute`: above them 429, with `Retry-After: retryAfterSeconds` or without
 * - `missing`, `duplicated`: how many of the offending items an error names
 * - `unknownParentNamed`: whether an unknown parent is listed in `missing` or only in the message
 * - `listDelayCalls`, `listDelayMillis`: a created object is in lists only after so many list calls of its resource and
 *   so many milliseconds; byids shows it at once
 * - `cursors`: what lists do with their cursors. `trailing`: one on the last page too, then an empty page. `emptyPages`:
 *   every second page is empty. `shortPages`: pages of half the limit. `repeating`: the same cursor for ever. `expiring`:
 *   each cursor is refused
 * - `poison`: creates, updates and points of items whose external id matches are refused with 400; `named` says where
 * - `tokenLifetimeSeconds`, `expiresIn`: how long tokens live, and how the token endpoint says so
 * - `scopes`, `audience`: what a token request must ask for, else `invalid_scope`
 * - `unknownProject`: the status for a project this CDF does not have
 */
export const Knobs = Schema.Struct({
  latencyMillis: Amount,
  maxConcurrent: Schema.NullOr(Amount),
  requestsPerMinute: Schema.NullOr(Amount),
  retryAfterSeconds: Schema.NullOr(Amount),
  missing: Naming,
  duplicated: Naming,
  unknownParentNamed: Schema.Boolean,
  listDelayCalls: Amount,
  listDelayMillis: Amount,
  cursors: Schema.Literal("plain", "trailing", "emptyPages", "shortPages", "repeating", "expiring"),
  poison: Schema.NullOr(
    Schema.Struct({ externalId: Pattern, named: Schema.optional(Schema.Literal("no", "message", "missing")) })
  ),
  tokenLifetimeSeconds: Schema.Number.pipe(Schema.positive()),
  expiresIn: Schema.Literal("number", "text", "missing"),
  scopes: Schema.NullOr(Schema.Array(Schema.String)),
  audience: Schema.NullOr(Schema.String),
  unknownProject: Schema.Literal(401, 403)
})
export type Knobs = typeof Knobs.Type

const PartialKnobs = Schema.parseJson(Schema.partialWith(Knobs, { exact: true }))
const decode = Schema.decodeUnknownEither(PartialKnobs, { onExcessProperty: "error" })

const plain: Knobs = {
  latencyMillis: 0,
  maxConcurrent: null,
  requestsPerMinute: null,
  retryAfterSeconds: null,
  missing: "all",
  duplicated: "all",
  unknownParentNamed: true,
  listDelayCalls: 0,
  listDelayMillis: 0,
  cursors: "plain",
  poison: null,
  tokenLifetimeSeconds: 3600,
  expiresIn: "number",
  scopes: null,
  audience: null,
  unknownProject: 401
}

/** The knobs as they stand; turned at any time, by the test or over HTTP. */
export interface KnobBoard {
  readonly now: () => Knobs
  readonly turn: (knobs: Partial<Knobs>) => void
  /** `GET /sandbox/knobs`; `POST /sandbox/knobs` with some of them. */
  readonly control: (request: SandboxRequest) => Reply | undefined
}

export const makeKnobs = (initial: Partial<Knobs> = {}): KnobBoard => {
  let current: Knobs = { ...plain, ...initial }
  const turn = (knobs: Partial<Knobs>): void => {
    current = { ...current, ...knobs }
  }
  return {
    now: () => current,
    turn,
    control: (request) => {
      if (request.path !== "/sandbox/knobs") {
        return undefined
      }
      if (request.method === "POST") {
        const knobs = decode(request.body)
        if (Either.isLeft(knobs)) {
          return json(400, { message: ParseResult.TreeFormatter.formatErrorSync(knobs.left) })
        }
        turn(knobs.right)
      }
      return json(200, current)
    }
  }
}
