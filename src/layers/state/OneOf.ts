/**
 * A condition on a column of texts: that it holds one of many.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { Fragment } from "@effect/sql/Statement"

/**
 * To be given no more than fit into one statement. SQLite gets them as one JSON text: of a list of so many values it believes that
 * it is slower looked up than the whole flow read, and each value costs a call into the driver.
 */
export const oneOf = (sql: SqlClient.SqlClient, column: string, values: ReadonlyArray<string>): Fragment =>
  sql.onDialectOrElse({
    sqlite: () => sql`${sql(column)} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`,
    orElse: () => sql.in(column, values)
  })
