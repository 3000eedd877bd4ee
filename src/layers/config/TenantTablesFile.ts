/**
 * The file that `TENANT_TABLES` names: parts of the tenant tables, laid over the defaults.
 */
import { Array, Effect, Either, ParseResult, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { defaultTenantTables, TenantTables } from "../../domain/TenantTables.js"
import type { Problems } from "./Source.js"

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !globalThis.Array.isArray(value)

/** Tables are merged key by key; a list or a single value replaces the default as a whole. */
const over = (defaults: unknown, given: unknown): unknown =>
  isTable(defaults) && isTable(given)
    ? Object.fromEntries([
        ...Object.entries(defaults),
        ...Object.entries(given).map(([key, value]) => [
          key,
          Object.hasOwn(defaults, key) ? over(defaults[key], value) : value
        ])
      ])
    : given

const decode = Schema.decodeUnknownEither(TenantTables, { onExcessProperty: "error", errors: "all" })

/** The tenant tables: the defaults, with what the file at `path` replaces; unknown keys and wrong values are problems. */
export const tenantTables = (path: string | undefined): Effect.Effect<TenantTables, Problems> =>
  Effect.gen(function* () {
    if (path === undefined) return defaultTenantTables
    const wrong = (detail: string) => [
      `TENANT_TABLES names a file that ${detail}: expected a YAML or JSON file of tenant tables. Correct the path or the file.`
    ]
    const text = yield* Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: () => wrong("cannot be read") })
    // Loaded only for those who have such a file: it would make every start slower.
    const { parseYaml } = yield* Effect.promise(() => import("./Yaml.js"))
    const given = yield* Either.mapLeft(parseYaml(text), wrong)
    if (!isTable(given)) return yield* Effect.fail(wrong("does not hold a table of keys"))
    return yield* Either.mapLeft(decode(over(defaultTenantTables, given)), wrongEntries)
  })

/** One problem for each place; a place that fits none of several choices has an issue for each. */
const wrongEntries = (error: ParseResult.ParseError): Problems => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  const places = Array.groupBy(issues, ({ path }) => path.map(String).join("."))
  return Object.entries(places).map(
    ([place, [first, ...more]]) =>
      `TENANT_TABLES: ${place}: ${[first, ...more].map(({ message }) => message).join("; or ")}. Correct the file.`
  )
}
