import { Either, Predicate } from "effect"
import * as ParseResult from "effect/ParseResult"
import { historyTimes, tableKeys } from "../plant/Plant.js"
import type { HistoryName, Plant, TableName } from "../plant/Plant.js"
import { json } from "../Reply.js"
import type { Reply, SandboxRequest } from "../Reply.js"
import { decodeKnobs } from "./Knobs.js"
import type { Knobs } from "./Knobs.js"
import { list } from "./RestAnswer.js"

const isTable = (name: string): name is TableName => Object.hasOwn(tableKeys, name)
const isHistory = (name: string): name is HistoryName => Object.hasOwn(historyTimes, name)

const namesOf = <A extends string>(record: Readonly<Record<A, string>>, is: (name: string) => name is A): Array<A> =>
  Object.keys(record).filter(is)

const parsed = (body: string): unknown => Either.getOrUndefined(Either.try((): unknown => JSON.parse(body)))

const refused = (message: string): Reply => json(400, { message })

const summary = (plant: Plant): Reply =>
  json(200, {
    now: plant.now(),
    pcn: plant.pcn,
    code: plant.code,
    options: plant.options,
    tables: Object.fromEntries(namesOf(tableKeys, isTable).map((name) => [name, plant[name].length])),
    histories: Object.fromEntries(namesOf(historyTimes, isHistory).map((name) => [name, plant[name].rows.length])),
    holes: plant.holes.length
  })

const advance = (plant: Plant, body: unknown): Reply => {
  const milliseconds = Predicate.isRecord(body) ? body["milliseconds"] : undefined
  if (typeof milliseconds !== "number" || !Number.isInteger(milliseconds) || milliseconds < 0) {
    return refused("milliseconds must be a whole number, not negative")
  }
  plant.advance(milliseconds)
  return json(200, { now: plant.now() })
}

const turn = (knobs: Knobs, body: string): Reply =>
  Either.match(decodeKnobs(body), {
    onLeft: (error) => refused(ParseResult.TreeFormatter.formatErrorSync(error)),
    onRight: (turned) => json(200, Object.assign(knobs, turned))
  })

const changeTable = (plant: Plant, name: string, request: SandboxRequest): Reply => {
  if (!isTable(name)) return json(404, { message: `no table ${name}` })
  if (request.method === "GET") {
    return list(plant[name], 0)
  }
  if (request.method === "DELETE") {
    return json(200, { removed: plant.remove(name, request.query.get("key") ?? "") })
  }
  const row = parsed(request.body)
  if (request.method !== "PUT" || !Predicate.isRecord(row)) return refused("PUT one record as JSON, or DELETE ?key=")
  plant.put(name, row)
  return json(200, {})
}

const record = (plant: Plant, name: string, request: SandboxRequest): Reply => {
  if (!isHistory(name)) return json(404, { message: `no history ${name}` })
  const row = parsed(request.body)
  const visibleAt = request.query.get("visibleAt")
  if (request.method !== "POST" || !Predicate.isRecord(row)) return refused("POST one record as JSON")
  if (visibleAt === null) {
    plant.record(name, row)
  } else {
    plant.record(name, row, Number(visibleAt))
  }
  return json(200, {})
}

/**
 * What another process may do to the plant and to Plex, beside the journal and the faults:
 *
 * - `POST /sandbox/advance` `{ milliseconds }` → `{ now }`
 * - `GET /sandbox/plant`: clock, options and counts; `GET /sandbox/plant/holes`
 * - `GET /sandbox/plant/tables/{table}`; `PUT` with one record adds or replaces it, `DELETE ?key=` removes one
 * - `POST /sandbox/plant/histories/{history}?visibleAt=` with one record: it happened
 * - `GET /sandbox/knobs`; `POST /sandbox/knobs` with those to turn → all of them
 *
 * `undefined` for any other path.
 */
export const controls =
  (plant: Plant, knobs: Knobs) =>
  (request: SandboxRequest): Reply | undefined => {
    switch (`${request.method} ${request.path}`) {
      case "POST /sandbox/advance":
        return advance(plant, parsed(request.body))
      case "GET /sandbox/plant":
        return summary(plant)
      case "GET /sandbox/plant/holes":
        return json(200, plant.holes)
      case "GET /sandbox/knobs":
        return json(200, knobs)
      case "POST /sandbox/knobs":
        return turn(knobs, request.body)
    }
    const [, kind, name] = /^\/sandbox\/plant\/(tables|histories)\/(\w+)$/.exec(request.path) ?? []
    if (kind === undefined || name === undefined) return undefined
    return kind === "tables" ? changeTable(plant, name, request) : record(plant, name, request)
  }
