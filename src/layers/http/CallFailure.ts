/**
 * Why a call failed, before the caller puts it in its own system's words.
 */
import * as Headers from "@effect/platform/Headers"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import { Option } from "effect"
import type { Reason } from "../../domain/Errors.js"

/** What a failed call tells. */
export interface CallFailure {
  readonly operation: string
  readonly reason: Reason
  /** One line, without secrets; quotes the first characters of the body where there is one. */
  readonly detail: string
  readonly status?: number | undefined
  /** Milliseconds the server asked us to wait. */
  readonly retryAfter?: number | undefined
  /** The body of a refusal, masked, cut at 64 KiB, for reading codes out of it. */
  readonly body: string
  /** The headers of the answer; empty where there was none. */
  readonly headers: Headers.Headers
}

/** The reason that a status other than 2xx stands for. */
export const reasonOf = (status: number): Reason => {
  if (status === 401) return "Unauthenticated"
  if (status === 403 || status === 407) return "Forbidden"
  if (status === 404) return "NotFound"
  if (status === 429) return "RateLimited"
  if (status === 408 || status >= 500) return "Unavailable"
  if (status >= 400) return "Refused"
  return "Redirected"
}

const timeoutCodes = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT"
])

/** Node's and OpenSSL's names for a certificate that no authority we know stands behind. */
const untrusted = /^(SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_UNTRUSTED)/

const hasText = (value: unknown): value is string => typeof value === "string" && value !== ""

/** Code and message of the innermost cause: Node wraps them, sometimes in an error without any message. */
const rootOf = (cause: unknown, depth = 0): { readonly code: string; readonly message: string } => {
  if (!(cause instanceof Error)) return { code: "", message: String(cause) }
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause.cause
  if (inner instanceof Error && depth < 5) return rootOf(inner, depth + 1)
  return { code: "code" in cause && hasText(cause.code) ? cause.code : "", message: cause.message }
}

/** What the HTTP client's own failures mean: the connection that could not be made, or that broke. */
export const connectionFailure = (
  error: HttpClientError.HttpClientError
): { readonly reason: Reason; readonly detail: string } => {
  const { code, message } = rootOf(error.cause ?? error)
  const detail = [code, message].filter(hasText).join(": ")
  if (timeoutCodes.has(code)) return { reason: "Timeout", detail }
  if (untrusted.test(code)) {
    return { reason: "Transport", detail: `${detail}; is its certificate authority in NODE_EXTRA_CA_CERTS?` }
  }
  if (error._tag === "RequestError" && error.reason !== "Transport") return { reason: "Refused", detail }
  return { reason: "Transport", detail: error._tag === "ResponseError" ? `the answer was cut: ${detail}` : detail }
}

/** One header of an answer. */
export const headerOf = (headers: Headers.Headers, name: string): string | undefined =>
  Option.getOrUndefined(Headers.get(headers, name))

/** The same text with every one of `secrets` masked. */
export const mask = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets.reduce((all, secret) => (secret === "" ? all : all.replaceAll(secret, "<redacted>")), text)

/** Of a secret that a text was cut in, fewer characters than these may stay. */
const tellsNothing = 4

/** Where the beginning of one of `secrets` ends the text, as it does where the text was cut in one. */
const beginningAtEnd = (text: string, secrets: ReadonlyArray<string>): number => {
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, text.length); length >= tellsNothing; length--) {
      if (text.endsWith(secret.slice(0, length))) return text.length - length
    }
  }
  return text.length
}

/** {@link mask} for a text that may have been cut anywhere, in a secret too. */
export const maskStart = (text: string, secrets: ReadonlyArray<string>): string => {
  const masked = mask(text, secrets)
  const from = beginningAtEnd(masked, secrets)
  return from === masked.length ? masked : `${masked.slice(0, from)}<redacted>`
}

/** Characters of a text that are looked through for the few that are quoted. */
const mostLookedAt = 64 * 1024

/** The first characters of a text, which may be the start of a longer one, as one line with every one of `secrets` masked. */
export const quote = (text: string, secrets: ReadonlyArray<string>): string => {
  // Masked before it is cut: half a secret would not be known for one.
  const line = maskStart(text.slice(0, mostLookedAt), secrets)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}
