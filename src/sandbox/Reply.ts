/** A request as a handler sees it. */
export interface SandboxRequest {
  readonly method: string
  /** As sent, percent encoding and all. */
  readonly path: string
  readonly query: URLSearchParams
  /** The same as sent, without the question mark: tells a blank sent as `+` from one sent as `%20`. */
  readonly search: string
  /** Names in lower case; several values of one name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** Inflated when it came compressed. */
  readonly body: string
}

/** What a handler answers. An iterable body is pulled only as fast as the client reads. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Iterable<string> | AsyncIterable<string> | undefined
  /** For the journal: what the client should never have done, in words. */
  readonly violation?: string | undefined
}

/** An answer of one JSON value. */
export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value)
})
