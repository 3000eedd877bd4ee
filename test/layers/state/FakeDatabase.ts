/**
 * A database in memory whose statements can be made to fail or to hang.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import { SqlError } from "@effect/sql/SqlError"
import { makeCompilerSqlite } from "@effect/sql/Statement"
import * as Reactivity from "@effect/experimental/Reactivity"
import { Effect, type Scope } from "effect"
import { openState } from "../../../src/layers/state/StateDatabase.js"

export interface FakeDatabase {
  readonly sql: SqlClient.SqlClient
  /** What becomes of a statement; a slow one works after a minute. */
  behave: (statement: string) => "work" | "fail" | "hang" | "slow"
  /** Statements that were tried. */
  readonly statements: Array<string>
}

const failure = new SqlError({ cause: new Error("the disk is full"), message: "failed" })

/** One connection, shared by whoever asks. */
export const makeFakeDatabase: Effect.Effect<FakeDatabase, never, Scope.Scope> = Effect.gen(function* () {
  const real = yield* Effect.orDie(Effect.flatMap(openState(":memory:"), ({ reserve }) => reserve))
  const statements: Array<string> = []
  const tried = <A>(statement: string, run: () => Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
    Effect.suspend(() => {
      statements.push(statement)
      const behaviour = database.behave(statement)
      if (behaviour === "slow") return Effect.delay(Effect.suspend(run), "1 minute")
      return behaviour === "work" ? run() : behaviour === "fail" ? Effect.fail(failure) : Effect.never
    })
  const connection: Connection = {
    execute: (sql, params, transform) => tried(sql, () => real.execute(sql, params, transform)),
    executeRaw: (sql, params) => tried(sql, () => real.executeRaw(sql, params)),
    executeValues: (sql, params) => tried(sql, () => real.executeValues(sql, params)),
    executeUnprepared: (sql, params, transform) => tried(sql, () => real.executeUnprepared(sql, params, transform)),
    executeStream: real.executeStream
  }
  const sql = yield* SqlClient.make({
    acquirer: Effect.succeed(connection),
    compiler: makeCompilerSqlite(),
    spanAttributes: []
  }).pipe(Effect.provide(Reactivity.layer))
  const database: FakeDatabase = { sql, behave: () => "work", statements }
  return database
})
