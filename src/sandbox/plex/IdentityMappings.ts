import { Predicate } from "effect"
import type { Plant } from "../plant/Plant.js"
import { json } from "../Reply.js"
import type { Reply } from "../Reply.js"
import { parseArgument } from "./Arguments.js"
import { invalid, malformed } from "./RestAnswer.js"
import type { Search } from "./Search.js"

/** Records a call may convert. */
const limit = 5_000

interface StandardObject {
  readonly name: string
  readonly key: string
  readonly keys: (plant: Plant) => ReadonlyMap<string, number>
}

/** The objects that can be converted. The names real tenants use for them are not known. */
export const standardObjects: ReadonlyArray<StandardObject> = [
  { name: "Part", key: "Part_Key", keys: (plant) => plant.partKeys },
  { name: "Workcenter", key: "Workcenter_Key", keys: (plant) => plant.workcenterKeys },
  { name: "Specification", key: "Specification_Key", keys: (plant) => plant.specificationKeys }
]

const converted = ({ key, name }: StandardObject, recordIdentifiers: ReadonlyArray<unknown>): Reply =>
  json(200, { standardObject: { name, keys: [key] }, recordIdentifiers })

const mapping = (
  path: string,
  field: string,
  convert: (plant: Plant, object: StandardObject, records: ReadonlyArray<unknown>) => Reply
): Search => ({
  path: `/platform/identity-mappings/v1/${path}`,
  answer: (plant, body) => {
    if (!Predicate.isRecord(body)) return malformed("The request body is not an object.")
    const object = standardObjects.find(({ name }) => name === body["standardObjectName"])
    if (object === undefined) return invalid(["'standardObjectName' names no standard object."])
    const records = body[field]
    if (!Array.isArray(records)) return invalid([`'${field}' is required.`])
    if (records.length > limit) return invalid([`'${field}' holds more than ${limit} records.`])
    return convert(plant, object, records)
  }
})

/** What is unknown is left out of the answer. */
export const identityMappings: ReadonlyArray<Search> = [
  mapping("keys-to-ids", "recordIdentifiers", (plant, object, records) => {
    const ids = new Map(Array.from(object.keys(plant), ([id, key]) => [key, id]))
    const keys = records.map((each: unknown) => (Predicate.isRecord(each) ? each[object.key] : undefined))
    if (!keys.every(Predicate.isNumber)) return invalid([`Every record needs its '${object.key}'.`])
    return converted(
      object,
      keys.flatMap((key) => (ids.has(key) ? [{ [object.key]: key, Id: ids.get(key) }] : []))
    )
  }),
  mapping("ids-to-keys", "ids", (plant, object, records) => {
    const keys = object.keys(plant)
    const problems = records.flatMap((each) => {
      const parsed = parseArgument("ids", "uuid", String(each))
      return parsed._tag === "Left" ? [parsed.left] : []
    })
    if (problems.length > 0) return invalid(problems)
    return converted(
      object,
      records
        .map((each) => String(each).toLowerCase())
        .flatMap((id) => (keys.has(id) ? [{ [object.key]: keys.get(id), Id: id }] : []))
    )
  })
]
