/**
 * Sessions of browsers, which cannot send a bearer token by themselves: a token is traded for a cookie.
 */
import { Clock, Context, Effect, type Redacted } from "effect"
import { randomBytes } from "node:crypto"

/** Of the cookie. */
export const sessionCookie = "plex-cdf-session"

/** Seconds after which a session is over. */
export const sessionSeconds = 12 * 3600

/** The oldest gives way beyond so many. */
const mostSessions = 100

interface Session {
  readonly token: Redacted.Redacted
  /** Epoch milliseconds. */
  readonly until: number
}

/** Which token each session stands for, in memory: what it may do is asked with the token, each time. */
export class Sessions extends Context.Tag("plex-cdf/Sessions")<
  Sessions,
  {
    /** Gives the id of a new session. */
    readonly open: (token: Redacted.Redacted) => Effect.Effect<string>
    /** Nothing where there is none, or it is over. */
    readonly tokenOf: (id: string | undefined) => Effect.Effect<Redacted.Redacted | undefined>
    readonly close: (id: string | undefined) => Effect.Effect<void>
  }
>() {}

/** None yet. */
export const makeSessions: Effect.Effect<typeof Sessions.Service> = Effect.sync(() => {
  const sessions = new Map<string, Session>()
  return Sessions.of({
    open: (token) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        for (const [id, { until }] of sessions) if (until <= now || sessions.size >= mostSessions) sessions.delete(id)
        const id = randomBytes(32).toString("base64url")
        sessions.set(id, { token, until: now + sessionSeconds * 1_000 })
        return id
      }),
    tokenOf: (id) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const session = id === undefined ? undefined : sessions.get(id)
        return session === undefined || session.until <= now ? undefined : session.token
      }),
    close: (id) =>
      Effect.sync(() => {
        if (id !== undefined) sessions.delete(id)
      })
  })
})
