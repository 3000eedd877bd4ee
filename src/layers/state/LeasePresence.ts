/**
 * What shows other processes, beside its renewals, that a holder is there: in PostgreSQL a session with an advisory lock, which
 * ends with its process. SQLite has none.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Context, Effect, ExecutionStrategy, Exit, Layer, Redacted, Scope } from "effect"
import { createHash } from "node:crypto"
import { Socket } from "node:net"
import type { StateError } from "../../domain/Errors.js"
import { told } from "./StateFailure.js"

export interface LeasePresence {
  /** Shows that the holder of this generation is here; false where another session shows that already. */
  readonly show: (generation: number) => Effect.Effect<boolean, StateError>
  /** Whether nobody shows to be the holder of this generation; false also where nobody can tell. */
  readonly isAbsent: (generation: number) => Effect.Effect<boolean, StateError>
  /** Whether what was shown is still seen by others. */
  readonly isShown: () => boolean
  /** Shows nothing any more. */
  readonly hide: Effect.Effect<void>
}

/** For a database that knows nothing of the processes that use it. */
export const noPresence: LeasePresence = {
  show: () => Effect.succeed(true),
  isAbsent: () => Effect.succeed(false),
  isShown: () => true,
  hide: Effect.void
}

/** A session of its own at the address, with what tells when it ends. */
const openSession = (url: string) =>
  Effect.gen(function* () {
    const PgClient = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
    const limited = new URL(url)
    for (const name of ["query_timeout", "statement_timeout"]) limited.searchParams.set(name, "5000")
    let open = true
    const stream = () =>
      new Socket().once("close", () => {
        open = false
      })
    const built = yield* Layer.build(
      PgClient.layer({
        url: Redacted.make(limited.href),
        applicationName: "plex-cdf lease",
        maxConnections: 1,
        connectTimeout: "5 seconds",
        stream
      })
    )
    const connection = yield* Context.get(built, SqlClient.SqlClient).reserve
    return {
      isOpen: () => open,
      ask: (statement: string, key: string) =>
        Effect.map(connection.execute(`SELECT ${statement}($1::bigint) AS yes`, [key], undefined), ([answer]) => {
          const { yes }: { readonly yes?: unknown } = answer ?? {}
          return yes === true
        })
    }
  })

/** A session whose advisory locks, one for each generation, stand for holders. It is opened when it is first needed. */
export const postgresPresence = (url: string, facility: number): Effect.Effect<LeasePresence, never, Scope.Scope> =>
  Effect.gen(function* () {
    const parent = yield* Effect.scope
    let current: { readonly scope: Scope.CloseableScope; readonly session: Session } | undefined
    let shown: number | undefined

    const hide = Effect.suspend(() => {
      const closing = current
      current = undefined
      shown = undefined
      return closing === undefined ? Effect.void : Scope.close(closing.scope, Exit.void)
    })

    const session = Effect.gen(function* () {
      if (current?.session.isOpen() === true) return current.session
      yield* hide
      const scope = yield* Scope.fork(parent, ExecutionStrategy.sequential)
      const opened = yield* openSession(url).pipe(
        Scope.extend(scope),
        Effect.onError(() => Scope.close(scope, Exit.void))
      )
      current = { scope, session: opened }
      return opened
    }).pipe(Effect.uninterruptible)

    const keyOf = (generation: number): string =>
      createHash("sha256").update(`plex-cdf lease ${facility} ${generation}`).digest().readBigInt64BE().toString()

    const asked = <A>(use: (session: Session) => Effect.Effect<A, SqlError>): Effect.Effect<A, StateError> =>
      Effect.flatMap(session, use).pipe(
        Effect.tapErrorCause(() => hide),
        told("lease")
      )

    return {
      show: (generation) =>
        asked(({ ask }) =>
          Effect.map(ask("pg_try_advisory_lock", keyOf(generation)), (got) => {
            shown = got ? generation : undefined
            return got
          })
        ),
      isAbsent: (generation) =>
        asked(({ ask }) =>
          Effect.tap(ask("pg_try_advisory_lock", keyOf(generation)), (got) =>
            got ? ask("pg_advisory_unlock", keyOf(generation)) : Effect.void
          )
        ),
      isShown: () => shown !== undefined && current?.session.isOpen() === true,
      hide
    }
  })

type Session = Effect.Effect.Success<ReturnType<typeof openSession>>
