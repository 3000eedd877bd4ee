import { Effect } from "effect"
import { makePlexSandbox } from "../../../src/sandbox/plex/PlexSandbox.js"
import type { PlexSandbox, PlexSandboxOptions } from "../../../src/sandbox/plex/PlexSandbox.js"
import { tinyPlant } from "./tinyPlant.js"

/** An answer, its body parsed as far as it is JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** One real call. */
export const call = (url: string, init: RequestInit = {}): Effect.Effect<Answer> =>
  Effect.promise(async (signal) => {
    const response = await fetch(url, { ...init, signal })
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) }
  })

/** A sandbox over the tiny plant. */
export const tinyPlex = (options: Partial<PlexSandboxOptions> = {}) =>
  makePlexSandbox({ plant: tinyPlant(), ...options })

/** A call with the right key. */
export const rest = (plex: PlexSandbox, path: string, init: RequestInit = {}) =>
  call(`${plex.url}${path}`, { ...init, headers: { "X-Plex-Connect-Api-Key": plex.apiKey, ...init.headers } })

/** One of the searches. */
export const search = (plex: PlexSandbox, path: string, body: unknown) =>
  rest(plex, path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } })

export const basic = (plex: PlexSandbox): string =>
  `Basic ${Buffer.from(`${plex.dsUsername}:${plex.dsPassword}`).toString("base64")}`

/** A call of the Data Source API with the right user. */
export const dataSource = (plex: PlexSandbox, path: string, init: RequestInit = {}) =>
  call(`${plex.dataSourceUrl}${path}`, { ...init, headers: { authorization: basic(plex), ...init.headers } })

/** Executes a source; bare inputs with `format=2`, wrapped ones otherwise. */
export const execute = (plex: PlexSandbox, id: number, inputs: unknown, query = "?format=2") =>
  dataSource(plex, `/api/datasources/${id}/execute${query}`, {
    method: "POST",
    body: JSON.stringify(query.includes("format=2") ? inputs : { inputs }),
    headers: { "content-type": "application/json" }
  })
