/**
 * Who may see and do what over HTTP.
 */
import { Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"
import { isLoopback } from "../domain/Loopback.js"
import type { HttpSettings } from "../services/AppConfig.js"

/** What of a request decides: header values as they came, and the token for which its session stands. */
export interface Credentials {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
  readonly session?: Redacted.Redacted | undefined
}

/** Why a request is refused. */
export interface Refusal {
  /** 401: a token could help. 403: none could. */
  readonly status: 401 | 403
  readonly why: string
}

/** Nothing where it is granted. */
export type Verdict = Refusal | undefined

export interface Access {
  /** Whether the server was asked under a name of its own, by a page of its own or by none. */
  readonly ask: (credentials: Credentials) => Verdict
  /** Status: free on loopback, else for the read or the admin token. */
  readonly read: (credentials: Credentials) => Verdict
  /** Actions and contents of records: for the admin token; free on loopback where no token is set at all. */
  readonly administer: (credentials: Credentials) => Verdict
  /** Whether the token that comes along is one that opens anything. */
  readonly signIn: (credentials: Credentials) => Verdict
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** In the same time whatever they are. */
const isSame = (given: string, token: Redacted.Redacted | undefined): boolean =>
  timingSafeEqual(digest(given), digest(token === undefined ? "" : Redacted.value(token))) && token !== undefined

/** The token of a bearer, or the password where one is given; the user name says nothing. */
const tokenIn = (authorization: string | undefined): string | undefined => {
  const [, scheme = "", value = ""] = /^(Bearer|Basic) +(\S+)\s*$/i.exec(authorization ?? "") ?? []
  if (scheme.toLowerCase() === "bearer") return value
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(value, "base64").toString("utf8")) ?? []
  return scheme === "" ? undefined : password
}

/** What comes with the request itself counts more than its session. */
const tokenOf = ({ authorization, session }: Credentials): string | undefined =>
  tokenIn(authorization) ?? (session === undefined ? undefined : Redacted.value(session))

const nameOf = (host: string): string => host.replace(/:\d+$/, "").toLowerCase()

/** An address, which no name server can make to mean another machine. */
const isAddress = (name: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.startsWith("[")

export const makeAccess = ({ adminToken, allowedHosts, host: listening, readToken }: HttpSettings): Access => {
  const open = isLoopback(listening)
  const hasTokens = readToken !== undefined || adminToken !== undefined
  const allowed = new Set(allowedHosts.map((name) => name.toLowerCase()))

  const isAllowed = (host: string): boolean => allowed.has(host.toLowerCase()) || allowed.has(nameOf(host))

  const isOurs = (host: string): boolean => {
    const name = nameOf(host)
    return isLoopback(name) || isAllowed(host) || name === listening.toLowerCase() || (!open && isAddress(name))
  }

  /** Pages of others may not ask, nor may names of others that were made to mean this machine. */
  const ask: Access["ask"] = ({ host, origin }) => {
    if (host === undefined || !isOurs(host)) {
      return { status: 403, why: "this is not a name of this server: add it to HTTP_ALLOWED_HOSTS" }
    }
    const from = origin === undefined || !URL.canParse(origin) ? undefined : new URL(origin).host
    if (origin !== undefined && (from === undefined || (from !== host.toLowerCase() && !isAllowed(from)))) {
      return { status: 403, why: "asked by a page of another origin" }
    }
    return undefined
  }

  const withToken = (credentials: Credentials, tokens: ReadonlyArray<Redacted.Redacted | undefined>): Verdict => {
    const given = tokenOf(credentials)
    if (given === undefined) return { status: 401, why: "a token is needed" }
    // Each is compared, so that the time does not tell which one fits.
    const fits = tokens.map((token) => isSame(given, token))
    return fits.includes(true) ? undefined : { status: 401, why: "this token is not accepted here" }
  }

  return {
    ask,
    read: (credentials) => ask(credentials) ?? (open ? undefined : withToken(credentials, [readToken, adminToken])),
    administer: (credentials) => {
      const refused = ask(credentials)
      if (refused !== undefined) return refused
      if (open && !hasTokens) return undefined
      return adminToken === undefined
        ? { status: 403, why: "HTTP_ADMIN_TOKEN is not set" }
        : withToken(credentials, [adminToken])
    },
    signIn: (credentials) => ask(credentials) ?? withToken(credentials, [readToken, adminToken])
  }
}
