/**
 * Many rows in one piece.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import { Effect } from "effect"

/**
 * The rows that `from` (`table WHERE …`) tells, in its order. SQLite hands them over as one JSON text: row by row its driver takes three times as
 * long. Numbers beyond 2⁵³ must not be among them.
 */
export const together = <A extends object>(
  sql: SqlClient.SqlClient,
  columns: string,
  from: Fragment
): Effect.Effect<ReadonlyArray<A>, SqlError> =>
  sql.onDialectOrElse({
    sqlite: () => {
      const members = columns.split(", ").map((name) => `'${name}', ${name}`)
      return sql<{
        readonly rows: string
      }>`SELECT json_group_array(json_object(${sql.literal(members.join(", "))})) AS rows
        FROM ${from}`.pipe(
        Effect.map(([found]): ReadonlyArray<A> => (found === undefined ? [] : JSON.parse(found.rows)))
      )
    },
    orElse: () => sql<A>`SELECT ${sql.literal(columns)} FROM ${from}`
  })
