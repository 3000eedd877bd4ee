/**
 * What CDF says when it does not do what it was asked, in our words.
 */
import { Either, Option, Schema } from "effect"
import { CdfError, type CdfReference, type Reason } from "../../domain/Errors.js"
import { type CallFailure, headerOf, quote } from "../http/CallFailure.js"

/** Everything but the message is optional, and its place varies by service. */
const Details = Schema.Struct({
  message: Schema.String,
  missing: Schema.optional(Schema.Unknown),
  duplicated: Schema.optional(Schema.Unknown),
  isAutoRetryable: Schema.optional(Schema.Unknown)
})

/** Nearly every error comes in an envelope; some are documented without. */
const decodeEnvelope = Schema.decodeUnknownEither(
  Schema.parseJson(Schema.Union(Schema.Struct({ error: Details }), Details))
)

const decodeReference = Schema.decodeUnknownOption(
  Schema.Union(
    Schema.Struct({ externalId: Schema.String, id: Schema.optional(Schema.Number) }),
    Schema.Struct({ id: Schema.Number })
  )
)

const references = (list: unknown): ReadonlyArray<CdfReference> =>
  Array.isArray(list) ? list.flatMap((one) => Option.toArray(decodeReference(one))) : []

/** Some 400s name what is missing only in their text. */
const missingInText = (message: string): ReadonlyArray<CdfReference> => {
  const parent = /unknown parent with externalId (.+?)\.?$/i.exec(message)?.[1]
  if (parent !== undefined) return [{ externalId: parent }]
  const numbers = /(?:ids do not exist|data ?set ?ids|ids not found)\D{0,3}:\s*([\d,\s]+)$/i.exec(message)?.[1]
  return numbers === undefined ? [] : numbers.split(",").flatMap((one) => (one.trim() ? [{ id: Number(one) }] : []))
}

const unknownProject = /unknown project|project\b.*\b(?:not found|unknown|does not exist)/i

const reasonFor = ({ headers, reason, status = 0 }: CallFailure, message: string, retryable: unknown): Reason => {
  if (status >= 400 && status < 405 && unknownProject.test(message)) return "Forbidden"
  const promised = retryable === true || headerOf(headers, "cdf-is-auto-retryable") === "true"
  const final = reason === "Refused" || reason === "NotFound"
  return promised && final ? "Unavailable" : reason
}

const hints: Partial<Record<Reason, string>> = {
  Unauthenticated: "; check CDF_PROJECT, and that CDF_SCOPES and CDF_AUDIENCE are those of CDF_HOST",
  Forbidden: "; check CDF_PROJECT, and what the groups of CDF_CLIENT_ID may do there",
  Redirected: "; check CDF_HOST"
}

/**
 * The error of a call, with CDF's own message (never what we sent), what it says is missing or there already, and its reason. `say`:
 * how what we say of settings is worded.
 */
export const toCdfError =
  (secrets: () => ReadonlyArray<string>, say: (words: string) => string) =>
  (failure: CallFailure): CdfError => {
    const { detail, headers, operation, retryAfter, status } = failure
    const envelope = Either.getOrUndefined(decodeEnvelope(failure.body))
    const said = envelope === undefined ? undefined : "error" in envelope ? envelope.error : envelope
    const message = said === undefined ? detail : quote(said.message, secrets())
    const reason = reasonFor(failure, message, said?.isAutoRetryable)
    const missing = references(said?.missing)
    return new CdfError({
      operation,
      reason,
      detail: message + say(hints[reason] ?? ""),
      status,
      retryAfter,
      missing: missing.length === 0 && status === 400 && said !== undefined ? missingInText(said.message) : missing,
      duplicated: references(said?.duplicated),
      requestId: headerOf(headers, "x-request-id")
    })
  }
