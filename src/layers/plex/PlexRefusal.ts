/**
 * What Plex's error bodies say: `{"code","message","errors":[{"code","message"}]}` over REST, `{"errors":[…]}` from the
 * data sources. They may also be empty or HTML.
 */
import { Either, Option, Schema } from "effect"
import { PlexError, type Reason } from "../../domain/Errors.js"
import { type CallFailure, quote } from "../http/CallFailure.js"
import { parseJson } from "./ListReader.js"

const text = Schema.optionalWith(Schema.String, { nullable: true })
const Entry = Schema.Struct({ code: text, message: text })
const RefusalBody = Schema.Struct({
  code: text,
  message: text,
  errors: Schema.optionalWith(Schema.Array(Entry), { nullable: true })
})
export interface RefusalBody extends Schema.Schema.Type<typeof RefusalBody> {}

const decode = Schema.decodeUnknownEither(RefusalBody)

/** The refusal that a parsed body tells, or nothing where it is not one. */
export const refusalOf = (body: unknown): RefusalBody | undefined => {
  const refusal = Either.getOrUndefined(decode(body))
  return refusal?.code === undefined && (refusal?.errors ?? []).length === 0 ? undefined : refusal
}

const words = ({ code, message }: typeof Entry.Type): string => [code, message].filter((part) => part).join(": ")

/** One line: `REQUEST_VALIDATION_FAILED: … (ARGUMENT_INVALID: …)`. */
const sentenceOf = (refusal: RefusalBody): string => {
  const inner = (refusal.errors ?? []).map(words).join("; ")
  const outer = words(refusal)
  return outer === "" ? inner : inner === "" ? outer : `${outer} (${inner})`
}

/**
 * REST: a history endpoint that this tenant cannot use answers 400 `REQUEST_MALFORMED` without naming an argument (seen on
 * container-location-moves); any other 400 is about what we asked.
 */
const restReason = ({ operation, reason, status }: CallFailure, refusal: RefusalBody): Reason =>
  status === 400 &&
  refusal.code === "REQUEST_MALFORMED" &&
  (refusal.errors ?? []).length === 0 &&
  /-history\//.test(operation)
    ? "NotAvailable"
    : reason

const dataSourceReasons: ReadonlyArray<readonly [RegExp, Reason]> = [
  [/_ACCESS_DENIED$/, "Forbidden"],
  [/^DATA_SOURCE_INPUT_/, "Refused"],
  [/^DATA_SOURCE_(OBJECT_)?NOT_FOUND$/, "NotFound"],
  [/^METHOD_NOT_ALLOWED$/, "Refused"],
  [/^REQUEST_PROCESSING_ERROR$/, "Unavailable"]
]

/** Data sources: Plex's codes are stable, its messages and statuses are not; a 200 may hold errors too. */
const dataSourceReason = ({ reason }: CallFailure, refusal: RefusalBody): Reason => {
  const codes = (refusal.errors ?? []).map(({ code }) => code ?? "")
  return dataSourceReasons.find(([pattern]) => codes.some((code) => pattern.test(code)))?.[1] ?? reason
}

/** What to check, by the reason of a refusal that trying again cannot mend. */
type Advice = Partial<Record<Reason, string>>

const restAdvice: Advice = {
  Forbidden: "check what the app of PLEX_API_KEY may use",
  Redirected: "check PLEX_BASE_URL"
}

const dataSourceAdvice: Advice = {
  Unauthenticated: "check PLEX_DS_USERNAME and PLEX_DS_PASSWORD",
  Forbidden: "check PLEX_DS_USERNAME, PLEX_DS_PASSWORD and that Plex has granted this source to that account",
  Redirected: "check PLEX_DS_BASE_URL and PLEX_PCN_CODE"
}

const advised = (detail: string, advice: string): string => (advice === "" ? detail : `${detail}; ${advice}`)

const toError =
  (reasonBy: (failure: CallFailure, refusal: RefusalBody) => Reason, advice: Advice) =>
  (say: (words: string) => string) =>
  (failure: CallFailure): PlexError => {
    const { body, detail, operation, reason, retryAfter, status } = failure
    const refusal = Option.getOrUndefined(
      Option.flatMapNullable(Either.getRight(parseJson(body)), (parsed) => refusalOf(parsed))
    )
    const known = refusal === undefined ? reason : reasonBy(failure, refusal)
    const told = refusal === undefined ? detail : quote(`status ${status}: ${sentenceOf(refusal)}`, [])
    return new PlexError({
      operation,
      reason: known,
      detail: advised(told, say(advice[known] ?? "")),
      status,
      retryAfter
    })
  }

/** A failed call over REST. `say`: how what we say of settings is worded. */
export const restError = toError(restReason, restAdvice)

/** A failed call of a data source; `say` as above. */
export const dataSourceError = toError(dataSourceReason, dataSourceAdvice)
