import { Predicate } from "effect"
import type { Row } from "../plant/Plant.js"
import { parseArgument } from "./Arguments.js"
import { invalid, list, malformed } from "./RestAnswer.js"
import type { Search } from "./Search.js"

/** The filters of the body and the field of a setup each is about. */
const filters = [
  { name: "workcenterIds", type: "uuid", field: "id" },
  { name: "workcenterCodes", type: "string", field: "code" },
  { name: "workcenterTypes", type: "string", field: "type" },
  { name: "workcenterGroups", type: "string", field: "group" }
] as const

interface Wanted {
  readonly field: string
  readonly values: ReadonlySet<string>
}

const wantedOf = (body: Readonly<Record<string, unknown>>): { wanted: Array<Wanted>; problems: Array<string> } => {
  const wanted: Array<Wanted> = []
  const problems: Array<string> = []
  for (const { field, name, type } of filters) {
    const given = body[name] ?? []
    if (!Array.isArray(given)) {
      problems.push(`'${name}' is not a list.`)
      continue
    }
    const values = new Set<string>()
    for (const each of given) {
      const parsed = parseArgument(name, type, String(each))
      if (typeof each !== "string" || parsed._tag === "Left") {
        problems.push(parsed._tag === "Left" ? parsed.left : `'${name}' holds something that is not a text.`)
      } else {
        values.add(String(parsed.right))
      }
    }
    if (values.size > 0) wanted.push({ field, values })
  }
  return { wanted, problems }
}

const passes = (row: Row, { field, values }: Wanted): boolean => values.has(String(row[field]).toLowerCase())

/**
 * `POST /production/v1/control/workcenter-setups`: the live state of the workcenters that pass every filter given; 204
 * when none does. What Plex answers without any filter is unknown; here nothing passes, so that nobody relies on it.
 */
export const workcenterSetups: Search = {
  path: "/production/v1/control/workcenter-setups",
  answer: (plant, body) => {
    if (!Predicate.isRecord(body)) return malformed("The request body is not an object.")
    const { problems, wanted } = wantedOf(body)
    if (problems.length > 0) return invalid(problems)
    const found = wanted.length === 0 ? [] : plant.setups.filter((row) => wanted.every((each) => passes(row, each)))
    return found.length === 0 ? { status: 204 } : list(found, 0)
  }
}
