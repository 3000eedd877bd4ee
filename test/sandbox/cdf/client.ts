import { Effect } from "effect"
import { makeCdfSandbox } from "../../../src/sandbox/cdf/CdfSandbox.js"
import type { CdfSandbox, CdfSandboxOptions } from "../../../src/sandbox/cdf/CdfSandbox.js"

/** What a test reads of an answer; JSON.parse gives it as it came. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    readonly [key: string]: unknown
    readonly items: ReadonlyArray<Record<string, unknown>>
    readonly nextCursor?: string
    readonly error: {
      readonly code: number
      readonly message: string
      readonly missing?: ReadonlyArray<object>
      readonly duplicated?: ReadonlyArray<object>
    }
  }
}

/** A fresh CDF and a client that is logged in. */
export interface Client {
  readonly cdf: CdfSandbox
  readonly token: string
  /** POSTs JSON below the project. */
  readonly post: (path: string, body: unknown) => Effect.Effect<Answer>
  readonly get: (path: string) => Effect.Effect<Answer>
}

export const answerOf = (url: string, init: RequestInit): Effect.Effect<Answer> =>
  Effect.promise(async () => {
    const response = await fetch(url, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: JSON.parse(text === "" ? "{}" : text) }
  })

export const requestToken = (cdf: CdfSandbox, form: Record<string, string> = {}): Effect.Effect<Answer> =>
  answerOf(cdf.tokenUrl, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: cdf.clientId,
      client_secret: cdf.clientSecret,
      ...form
    })
  })

export const startCdf = (options: CdfSandboxOptions = {}) =>
  Effect.gen(function* () {
    const cdf = yield* makeCdfSandbox(options)
    const token = String((yield* requestToken(cdf)).body["access_token"])
    const base = `${cdf.url}/api/v1/projects/${cdf.project}/`
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    const client: Client = {
      cdf,
      token,
      post: (path, body) => answerOf(base + path, { method: "POST", headers, body: JSON.stringify(body) }),
      get: (path) => answerOf(base + path, { headers })
    }
    return client
  })

/** The items of a request: each text becomes `{externalId}`. */
export const refs = (...externalIds: ReadonlyArray<string>) => ({
  items: externalIds.map((externalId) => ({ externalId }))
})
