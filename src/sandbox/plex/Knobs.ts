import { Schema } from "effect"

const Milliseconds = Schema.Number.pipe(Schema.nonNegative())
const Limit = Schema.NullOr(Schema.Number.pipe(Schema.int(), Schema.positive()))

/**
 * What about Plex can be changed while it runs: what no source settles, and what an administrator of Plex may do. All
 * plain JSON, so that another process can turn them (`POST /sandbox/knobs`).
 */
export const Knobs = Schema.Struct({
  /** The one accepted key. Another value is a rotation: the old one answers 401 from now on. */
  apiKey: Schema.String,
  /** The key has passed its 31 days. */
  keyExpired: Schema.Boolean,
  /** The accepted web-service user of the data sources. */
  dataSourceUsername: Schema.String,
  dataSourcePassword: Schema.String,
  /** Products, by the first segment of their paths, that the key is not subscribed to. */
  unsubscribed: Schema.Array(Schema.String),
  /** Calls a rolling minute and key; `null`: no limit. Plex documents 200. */
  rateLimit: Limit,
  /** The same for each user of the data sources, where no limit is documented. */
  dataSourceRateLimit: Limit,
  /** How a 429 says when to come back; no source tells. */
  retryAfter: Schema.Literal("seconds", "date", "absent"),
  /** `container-location-moves` answers 400 `REQUEST_MALFORMED` to everything, as the vendor's demo tenant does. */
  movesUnavailable: Schema.Boolean,
  /** Declared filters are checked and then ignored, as real tenants were seen to do for some. Required ranges hold. */
  ignoreFilters: Schema.Boolean,
  /** Whether what happens at the very end of a range belongs to it; no source tells. */
  endInclusive: Schema.Boolean,
  /** Before the headers of every answer. */
  latency: Milliseconds,
  /** Between the headers and the first byte of a list. */
  firstByte: Milliseconds,
  /** Data sources the user has no grant for. */
  revokedGrants: Schema.Array(Schema.Number),
  /** Row limits by data source id, instead of those of the catalogue. */
  rowLimits: Schema.Record({ key: Schema.String, value: Schema.Number.pipe(Schema.int(), Schema.nonNegative()) }),
  /**
   * Where the truncation flag of the default format stands and how it is spelled: `rowLimitedExceeded` beside the
   * tables or in the table, or `limitExceeded` in the table. With `format=2` it is always beside the rows.
   */
  truncationFlag: Schema.Literal("top", "table", "limitExceeded"),
  /** The next `transactionNo`. */
  transactionNo: Schema.Number.pipe(Schema.int(), Schema.positive())
})

export type Knobs = { -readonly [K in keyof typeof Knobs.Type]: (typeof Knobs.Type)[K] }

/** Every knob as it stands when nobody turns it: everything allowed, no limits, no delays, filters honoured. */
export const defaultKnobs: typeof Knobs.Type = {
  apiKey: "sandbox-plex-key",
  keyExpired: false,
  dataSourceUsername: "SandboxWs@plex.com",
  dataSourcePassword: "sandbox-plex-password",
  unsubscribed: [],
  rateLimit: null,
  dataSourceRateLimit: null,
  retryAfter: "seconds",
  movesUnavailable: false,
  ignoreFilters: false,
  endInclusive: false,
  latency: 0,
  firstByte: 0,
  revokedGrants: [],
  rowLimits: {},
  truncationFlag: "table",
  transactionNo: 900_000_001
}

/** Some knobs from JSON; a name or value that is none is answered with the reason. */
export const decodeKnobs = Schema.decodeUnknownEither(Schema.parseJson(Schema.partial(Knobs)), {
  onExcessProperty: "error",
  errors: "all"
})
