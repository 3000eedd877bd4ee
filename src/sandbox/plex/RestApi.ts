import { Either } from "effect"
import type { Plant, Row } from "../plant/Plant.js"
import { json } from "../Reply.js"
import type { Reply, SandboxRequest } from "../Reply.js"
import { parseArgument, parseQuery } from "./Arguments.js"
import type { ArgumentValue, Query } from "./Arguments.js"
import type { Circumstances, Endpoint, Parameter } from "./Endpoint.js"
import { containerLocationMoves, inventory } from "./endpoints/Inventory.js"
import { maintenance } from "./endpoints/Maintenance.js"
import { masterData } from "./endpoints/MasterData.js"
import { production } from "./endpoints/Production.js"
import { quality } from "./endpoints/Quality.js"
import { scheduling } from "./endpoints/Scheduling.js"
import { identityMappings } from "./IdentityMappings.js"
import type { Knobs } from "./Knobs.js"
import { invalid, list, malformed, methodNotAllowed, notAuthenticated, notFound, record } from "./RestAnswer.js"
import { retryAfter } from "./RollingMinute.js"
import type { RollingMinute } from "./RollingMinute.js"
import { makeRoutes } from "./Routes.js"
import type { Match } from "./Routes.js"
import type { Search } from "./Search.js"
import { workcenterSetups } from "./WorkcenterSetups.js"

/** What the REST API answers from. */
export interface RestApiOptions {
  readonly plant: Plant
  readonly knobs: Knobs
  readonly calls: RollingMinute
}

/** Every GET that the sandbox knows. */
export const endpoints: ReadonlyArray<Endpoint> = [
  ...scheduling,
  ...masterData,
  ...production,
  ...inventory,
  ...quality,
  ...maintenance
]

/** The three POSTs that only read. */
export const searches: ReadonlyArray<Search> = [workcenterSetups, ...identityMappings]

const route = makeRoutes<Endpoint>(endpoints)
const search = makeRoutes<Search>(searches)

const keyHeader = "x-plex-connect-api-key"

/** One body for three causes: a bad key, a wrong tenant, a product that the key is not subscribed to. */
const authenticated = ({ knobs, plant }: RestApiOptions, request: SandboxRequest): boolean => {
  const product = request.path.split("/")[1] ?? ""
  const customer = request.headers["x-plex-connect-customer-id"]
  const tenant = request.headers["x-plex-connect-tenant-id"]
  return (
    request.headers[keyHeader] === knobs.apiKey &&
    !knobs.keyExpired &&
    !parseQuery(request.search).has(keyHeader) &&
    (customer === undefined || customer === plant.pcn) &&
    (tenant === undefined || plant.tenants.some((each) => each["id"] === tenant.toLowerCase())) &&
    !knobs.unsubscribed.includes(product)
  )
}

type Given = ReadonlyMap<string, ReadonlyArray<ArgumentValue>>

/** The values of the declared parameters, or what is wrong with them. */
const given = (
  { captured, route: { parameters } }: Match<Endpoint>,
  query: Query
): Either.Either<Given, Array<string>> => {
  const values = new Map<string, ReadonlyArray<ArgumentValue>>()
  const problems: Array<string> = []
  for (const { list: repeatable, name, required, type } of parameters) {
    const inPath = captured.get(name)
    const texts = inPath === undefined ? (query.get(name.toLowerCase()) ?? []) : [inPath]
    const [wrong, right] = partition(
      (repeatable ? texts : texts.slice(0, 1)).map((text) => parseArgument(name, type, text))
    )
    problems.push(...wrong)
    if (right.length > 0) values.set(name, right)
    if (texts.length === 0 && required) problems.push(`'${name}' is required.`)
  }
  return problems.length > 0 ? Either.left(problems) : Either.right(values)
}

const partition = <A, E>(results: ReadonlyArray<Either.Either<A, E>>): readonly [Array<E>, Array<A>] => [
  results.filter(Either.isLeft).map(({ left }) => left),
  results.filter(Either.isRight).map(({ right }) => right)
]

const filtered = (
  rows: ReadonlyArray<Row>,
  parameters: ReadonlyArray<Parameter>,
  values: Given,
  circumstances: Circumstances
): ReadonlyArray<Row> => {
  const filters = parameters.flatMap(({ keeps, name }) => {
    const wanted = values.get(name)
    return keeps === undefined || wanted === undefined
      ? []
      : [(row: Row) => wanted.some((value) => keeps(row, value, circumstances))]
  })
  return filters.length === 0 ? rows : rows.filter((row) => filters.every((keeps) => keeps(row)))
}

const answer = ({ knobs, plant }: RestApiOptions, endpoint: Endpoint, values: Given): Reply => {
  const { parameters, source } = endpoint
  const value = (name: string): ArgumentValue => values.get(name)?.[0] ?? ""
  const listed = (rows: ReadonlyArray<Row>): Reply => {
    const circumstances = { endInclusive: knobs.endInclusive, now: plant.now() }
    return list(knobs.ignoreFilters ? rows : filtered(rows, parameters, values, circumstances), knobs.firstByte)
  }
  switch (source.kind) {
    case "table":
      return listed(plant[source.table])
    case "history": {
      const end = Number(value("endDate")) + (knobs.endInclusive ? 1 : 0)
      return listed(plant[source.history].between(Number(value("beginDate")), end))
    }
    case "rows": {
      const rows = source.rows(plant, String(value(source.key)))
      return rows === undefined ? notFound : listed(rows)
    }
    case "single": {
      const row = source.row(plant, String(value(source.key)))
      return row === undefined ? notFound : record(row)
    }
  }
}

const read = (options: RestApiOptions, request: SandboxRequest): Reply => {
  const match = route(request.path)
  if (match === undefined) {
    return search(request.path) === undefined ? notFound : methodNotAllowed("POST", undefined)
  }
  if (options.knobs.movesUnavailable && match.route.path === containerLocationMoves) {
    return malformed("The request is malformed.")
  }
  return Either.match(given(match, parseQuery(request.search)), {
    onLeft: invalid,
    onRight: (values) => answer(options, match.route, values)
  })
}

const find = ({ plant }: RestApiOptions, { route: found }: Match<Search>, request: SandboxRequest): Reply =>
  Either.match(
    Either.try((): unknown => JSON.parse(request.body)),
    { onLeft: () => malformed("The request body is not JSON."), onRight: (body) => found.answer(plant, body) }
  )

const tooMany = ({ knobs, plant }: RestApiOptions, milliseconds: number): Reply =>
  json(
    429,
    {
      code: "TOO_MANY_REQUESTS",
      message: `Rate limit is exceeded. Try again in ${Math.ceil(milliseconds / 1000)} seconds.`
    },
    retryAfter(knobs.retryAfter, milliseconds, plant.now())
  )

const handled = (options: RestApiOptions, request: SandboxRequest, searched: Match<Search> | undefined): Reply => {
  if (!authenticated(options, request)) return notAuthenticated
  const wait = options.calls.admit(options.knobs.apiKey, options.knobs.rateLimit)
  if (wait > 0) return tooMany(options, wait)
  if (request.method === "GET") return read(options, request)
  return searched === undefined ? methodNotAllowed("GET", undefined) : find(options, searched, request)
}

/**
 * The REST API: 401 before 429 before 405 before 404 before 400. A method other than GET is a violation whatever the
 * answer, except for the three searches.
 */
export const restApi =
  (options: RestApiOptions) =>
  (request: SandboxRequest): Reply => {
    const searched = request.method === "POST" ? search(request.path) : undefined
    const reply = handled(options, request, searched)
    return request.method === "GET" || searched !== undefined
      ? reply
      : { ...reply, violation: `${request.method} ${request.path}: only reading is allowed` }
  }
