import { Either, Predicate } from "effect"
import { toJson } from "../plant/Json.js"
import type { Plant, Row } from "../plant/Plant.js"
import type { Reply, SandboxRequest } from "../Reply.js"
import type { DataSource, Inputs } from "./DataSource.js"
import { dataSources } from "./DataSourceCatalogue.js"
import { readInputs } from "./DataSourceInputs.js"
import type { DataSourceProblem } from "./DataSourceInputs.js"
import type { Knobs } from "./Knobs.js"
import { retryAfter } from "./RollingMinute.js"
import type { RollingMinute } from "./RollingMinute.js"
import { makeRoutes } from "./Routes.js"

/** What the Data Source API answers from. `knobs.transactionNo` counts its answers. */
export interface DataSourceApiOptions {
  readonly plant: Plant
  readonly knobs: Knobs
  readonly calls: RollingMinute
}

/** The operations of the API, and the method each takes. */
const operations = [
  { path: "/api/datasources/search", method: "GET" },
  { path: "/api/datasources/{id}", method: "GET" },
  { path: "/api/datasources/{id}/execute", method: "POST" }
] as const

type Operation = (typeof operations)[number]

const route = makeRoutes<Operation>(operations)

/** Decides the status; the transaction number and the layout are added to every answer alike. */
interface Outcome {
  readonly status: number
  readonly value: Readonly<Record<string, unknown>> | ReadonlyArray<unknown>
  readonly headers?: Readonly<Record<string, string>>
}

const failed = (status: number, ...errors: ReadonlyArray<DataSourceProblem>): Outcome => ({ status, value: { errors } })

const authenticated = ({ knobs }: DataSourceApiOptions, request: SandboxRequest): boolean => {
  const [scheme = "", encoded = ""] = (request.headers["authorization"] ?? "").split(" ")
  return (
    scheme.toLowerCase() === "basic" &&
    Buffer.from(encoded, "base64").toString("utf8") === `${knobs.dataSourceUsername}:${knobs.dataSourcePassword}`
  )
}

const tooMany = ({ knobs, plant }: DataSourceApiOptions, milliseconds: number): Outcome => ({
  ...failed(429, { code: "TOO_MANY_REQUESTS", message: "Too many requests." }),
  headers: retryAfter(knobs.retryAfter, milliseconds, plant.now())
})

const granted = ({ knobs }: DataSourceApiOptions, { id }: DataSource): boolean => !knobs.revokedGrants.includes(id)

const search = (options: DataSourceApiOptions, name: string): Outcome => ({
  status: 200,
  value: dataSources
    .filter((each) => granted(options, each) && each.name.toLowerCase().includes(name.toLowerCase()))
    .map(({ description, id, name }) => ({ id, name, description }))
})

const describe = ({ columns, id, inputs, name }: DataSource): Outcome => ({
  status: 200,
  value: {
    id,
    name,
    inputs: inputs.map(({ name, nullable, required, type }) => ({ name, type, required, nullable })),
    outputs: [],
    columns
  }
})

const parsed = (body: string): Either.Either<unknown, DataSourceProblem> =>
  Either.try({
    try: (): unknown => (body.trim() === "" ? {} : JSON.parse(body)),
    catch: () => ({ code: "DATA_SOURCE_INPUT_FORMAT_INVALID", message: "The request body is not JSON." })
  })

/** The inputs of either format; the default one wraps them, and holds nothing else. */
const unwrapped = (body: unknown, bare: boolean): unknown => {
  if (bare || !Predicate.isRecord(body)) return body
  return Object.keys(body).every((name) => name === "inputs") ? (body["inputs"] ?? {}) : undefined
}

const tabled = (source: DataSource, rows: ReadonlyArray<Row>, cut: boolean, flag: Knobs["truncationFlag"]) => {
  const table = {
    columns: source.columns.map(({ name }) => name),
    rows: rows.map((row) => source.columns.map(({ name }) => row[name] ?? null))
  }
  switch (flag) {
    case "top":
      return { outputs: {}, tables: [table], rowLimitedExceeded: cut }
    case "table":
      return { outputs: {}, tables: [{ ...table, rowLimitedExceeded: cut }] }
    case "limitExceeded":
      return { outputs: {}, tables: [{ ...table, limitExceeded: cut }] }
  }
}

const selected = ({ knobs, plant }: DataSourceApiOptions, source: DataSource, inputs: Inputs): ReadonlyArray<Row> => {
  const filters = source.inputs.flatMap(({ keeps, name }) => {
    const value = inputs.get(name)
    return keeps === undefined || value === undefined ? [] : [(row: Row) => keeps(row, value, knobs.endInclusive)]
  })
  const rows = source.rows?.(plant, inputs) ?? []
  return filters.length === 0 ? rows : rows.filter((row) => filters.every((keeps) => keeps(row)))
}

const execute = (options: DataSourceApiOptions, source: DataSource, request: SandboxRequest): Outcome => {
  const { knobs } = options
  const bare = request.query.get("format") === "2"
  const inputs = parsed(request.body).pipe(
    Either.mapLeft((wrong): ReadonlyArray<DataSourceProblem> => [wrong]),
    Either.flatMap((body) => readInputs(source, unwrapped(body, bare)))
  )
  if (Either.isLeft(inputs)) return failed(400, ...inputs.left)
  const asked = source.maximum === undefined ? undefined : inputs.right.get(source.maximum)
  const rows = selected(options, source, inputs.right).slice(0, asked === undefined ? undefined : Number(asked))
  const limit = knobs.rowLimits[`${source.id}`] ?? source.limit
  const kept = rows.slice(0, limit)
  const cut = rows.length > limit
  const value = bare
    ? { outputs: {}, rows: kept, rowLimitedExceeded: cut }
    : tabled(source, kept, cut, knobs.truncationFlag)
  return { status: 200, value }
}

const handled = (options: DataSourceApiOptions, request: SandboxRequest): Outcome => {
  if (!authenticated(options, request)) {
    return {
      ...failed(401, { code: "USER_ACCESS_DENIED", message: "The user could not be authenticated." }),
      headers: { "www-authenticate": `Basic realm="Plex"` }
    }
  }
  const wait = options.calls.admit(options.knobs.dataSourceUsername, options.knobs.dataSourceRateLimit)
  if (wait > 0) return tooMany(options, wait)
  const match = route(request.path)
  if (match === undefined) return failed(404, { code: "RESOURCE_NOT_FOUND", message: "No such operation." })
  if (match.route.method !== request.method) {
    return {
      ...failed(405, { code: "METHOD_NOT_ALLOWED", message: `Only ${match.route.method} is allowed.` }),
      headers: { allow: match.route.method }
    }
  }
  if (match.route.path.endsWith("search")) return search(options, request.query.get("name") ?? "")
  const source = dataSources.find(({ id }) => `${id}` === match.captured.get("id"))
  if (source === undefined) return failed(400, { code: "DATA_SOURCE_NOT_FOUND", message: "No such data source." })
  if (!granted(options, source)) {
    return failed(403, { code: "DATA_SOURCE_ACCESS_DENIED", message: "The user has no access to the data source." })
  }
  return match.route.method === "GET" ? describe(source) : execute(options, source, request)
}

/** Executing a write source, and methods the API does not know, whatever the answer. */
const violationOf = (request: SandboxRequest): string | undefined => {
  const id = route(request.path)?.captured.get("id")
  const source = dataSources.find((each) => `${each.id}` === id)
  if (request.method === "POST" && source !== undefined && source.rows === undefined) {
    return `data source ${source.id} (${source.name}) writes`
  }
  return request.method === "GET" || request.method === "POST"
    ? undefined
    : `${request.method} ${request.path}: only reading is allowed`
}

/** The Data Source API: 401 before 429 before 404 before 405 before 400 `NOT_FOUND` before 403 before 400. */
export const dataSourceApi =
  (options: DataSourceApiOptions) =>
  (request: SandboxRequest): Reply => {
    const { headers, status, value } = handled(options, request)
    const transactionNo = `${options.knobs.transactionNo}`
    options.knobs.transactionNo += 1
    return {
      status,
      headers: { "content-type": "application/json", ...headers },
      body: toJson(
        Array.isArray(value) ? value : { ...value, transactionNo },
        request.query.get("pretty") === "true" ? 2 : undefined
      ),
      violation: violationOf(request)
    }
  }
