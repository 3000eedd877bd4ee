import { Either, Schema } from "effect"
import * as ParseResult from "effect/ParseResult"
import type { ServerLabel } from "./Journal.js"
import { seededRandom } from "./Random.js"

const Headers = Schema.Record({ key: Schema.String, value: Schema.String })
const Count = Schema.Number.pipe(Schema.int(), Schema.nonNegative())

/** `applied`: the request is handled first and its true answer thrown away; otherwise it is never handled. */
const Applied = { applied: Schema.optional(Schema.Boolean) }

/**
 * What can go wrong with one exchange.
 *
 * - `status`: any answer. `retryAfter` in whole seconds, sent as `seconds`, as an HTTP `date` of the server's clock, or
 *   not at all when absent; a text is sent as it is
 * - `html`, `empty`, `malformed`: status 200 with a page, nothing, or text that is not JSON
 * - `cut`: the true answer ends early, after `afterBytes` (default: half of a short body, 64 KiB of a long one); the
 *   socket is destroyed, or with `polite` the body is ended as if it were complete
 * - `hang`: never handled, never answered. `silent`: handled, headers sent, then nothing
 * - `trickle`: the true answer, one byte per `everyMillis`. `delay`: the true answer, `millis` later
 * - `reset`: the connection is reset before the request is handled. `lost`: after it was handled and applied
 * - `wrongEncoding`: the true body under a `content-encoding: gzip` that is not true
 */
export const Fault = Schema.Union(
  Schema.Struct({
    kind: Schema.Literal("status"),
    status: Schema.Number.pipe(Schema.int(), Schema.between(100, 599)),
    headers: Schema.optional(Headers),
    body: Schema.optional(Schema.String),
    retryAfter: Schema.optional(
      Schema.Union(Schema.Struct({ seconds: Schema.Number }), Schema.Struct({ date: Schema.Number }), Schema.String)
    ),
    ...Applied
  }),
  Schema.Struct({ kind: Schema.Literal("html"), body: Schema.optional(Schema.String), ...Applied }),
  Schema.Struct({ kind: Schema.Literal("empty"), ...Applied }),
  Schema.Struct({ kind: Schema.Literal("malformed"), body: Schema.optional(Schema.String), ...Applied }),
  Schema.Struct({
    kind: Schema.Literal("cut"),
    afterBytes: Schema.optional(Count),
    polite: Schema.optional(Schema.Boolean)
  }),
  Schema.Struct({ kind: Schema.Literal("hang") }),
  Schema.Struct({ kind: Schema.Literal("silent") }),
  Schema.Struct({ kind: Schema.Literal("trickle"), everyMillis: Count }),
  Schema.Struct({ kind: Schema.Literal("delay"), millis: Count }),
  Schema.Struct({ kind: Schema.Literal("reset") }),
  Schema.Struct({ kind: Schema.Literal("lost") }),
  Schema.Struct({ kind: Schema.Literal("wrongEncoding") })
)
export type Fault = typeof Fault.Type

/** Which requests a rule is about; all given conditions must hold. Texts are regular expressions. */
export interface FaultMatch {
  readonly server?: ServerLabel | undefined
  readonly method?: string | undefined
  readonly path?: RegExp | string | undefined
  readonly query?: RegExp | string | undefined
  readonly body?: RegExp | string | undefined
}

/**
 * One fault for the requests that match: the first `skip` of them are spared (default 0), the next `times` are hit
 * (default: all), each with `probability` (default 1, drawn from the seeded generator).
 */
export type FaultRule = Fault & {
  readonly match?: FaultMatch | undefined
  readonly skip?: number | undefined
  readonly times?: number | undefined
  readonly probability?: number | undefined
}

const Pattern = Schema.String.pipe(
  Schema.filter((text) => Either.isRight(Either.try(() => new RegExp(text))) || "is not a regular expression")
)

/** The same rule as JSON, as the control endpoint takes it: regular expressions are texts. */
const WireRule = Schema.extend(
  Fault,
  Schema.Struct({
    match: Schema.optional(
      Schema.Struct({
        server: Schema.optional(Schema.Literal("plex", "cdf", "datasource")),
        method: Schema.optional(Schema.String),
        path: Schema.optional(Pattern),
        query: Schema.optional(Pattern),
        body: Schema.optional(Pattern)
      })
    ),
    skip: Schema.optional(Count),
    times: Schema.optional(Count),
    probability: Schema.optional(Schema.Number.pipe(Schema.between(0, 1)))
  })
)

const decodeRules = Schema.decodeUnknownEither(Schema.parseJson(Schema.Union(WireRule, Schema.Array(WireRule))), {
  onExcessProperty: "error"
})

/** Rules from the JSON of one rule or of an array of them; a text that is none is answered with the reason. */
export const parseFaultRules = (text: string): Either.Either<ReadonlyArray<FaultRule>, string> =>
  decodeRules(text).pipe(
    Either.mapBoth({
      onLeft: ParseResult.TreeFormatter.formatErrorSync,
      onRight: (rules) => (Array.isArray(rules) ? rules : [rules])
    })
  )

/** What a rule sees of a request. */
export interface FaultSubject {
  readonly server: ServerLabel
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: string
}

/** A rule in force and how often it has struck. */
export interface ArmedRule {
  readonly rule: FaultRule
  readonly struck: number
}

/** The faults of one sandbox, on demand. Rules are asked in the order they were added; the first that strikes wins. */
export interface Faults {
  /** Returns the way to take them back. */
  readonly add: (...rules: ReadonlyArray<FaultRule>) => () => void
  readonly clear: () => void
  readonly rules: () => ReadonlyArray<ArmedRule>
  /** The fault that strikes this request, if any. Counts it. */
  readonly take: (subject: FaultSubject) => Fault | undefined
}

interface Armed {
  readonly rule: FaultRule
  readonly hits: (subject: FaultSubject) => boolean
  seen: number
  struck: number
}

const tester = (pattern: RegExp | string | undefined): ((text: string) => boolean) => {
  if (pattern === undefined) {
    return () => true
  }
  const expression =
    typeof pattern === "string" ? new RegExp(pattern) : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""))
  return (text) => expression.test(text)
}

const matcher = (match: FaultMatch): ((subject: FaultSubject) => boolean) => {
  const path = tester(match.path)
  const query = tester(match.query)
  const body = tester(match.body)
  return (subject) =>
    (match.server === undefined || match.server === subject.server) &&
    (match.method === undefined || match.method.toUpperCase() === subject.method) &&
    path(subject.path) &&
    query(subject.query) &&
    body(subject.body)
}

/** No faults yet; `seed` decides the draws of rules with a probability. */
export const makeFaults = (seed = 1): Faults => {
  const random = seededRandom(seed)
  const armed: Array<Armed> = []

  const strikes = (candidate: Armed): boolean => {
    candidate.seen += 1
    if (candidate.seen <= (candidate.rule.skip ?? 0) || candidate.struck >= (candidate.rule.times ?? Infinity)) {
      return false
    }
    return candidate.rule.probability === undefined || random() < candidate.rule.probability
  }

  return {
    add: (...rules) => {
      const added = rules.map((rule): Armed => ({ rule, hits: matcher(rule.match ?? {}), seen: 0, struck: 0 }))
      armed.push(...added)
      return () => {
        for (const each of added) {
          const at = armed.indexOf(each)
          if (at !== -1) armed.splice(at, 1)
        }
      }
    },
    clear: () => {
      armed.length = 0
    },
    rules: () => armed.map(({ rule, struck }) => ({ rule, struck })),
    take: (subject) => {
      const candidate = armed.find((each) => each.hits(subject) && strikes(each))
      if (candidate === undefined) {
        return undefined
      }
      candidate.struck += 1
      return candidate.rule
    }
  }
}
