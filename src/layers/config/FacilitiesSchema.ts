/**
 * The file of facilities as JSON Schema, for editors: made from the declaration of the keys.
 */
import { Either } from "effect"
import { facilityKeys, isTable, type Key, type Keys, keysOfDefaults, keysOfFacility } from "./FacilityKeys.js"
import { fileVariable, type ValueSchema, type Variable } from "./Variable.js"

const pathOf = new Map(facilityKeys.map(({ name, path }) => [name, path]))

/** What is said of variables, said of keys. */
const inKeys = (text: string): string =>
  text
    .replaceAll(/`?\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b`?/g, (name) => pathOf.get(name.replaceAll("`", "")) ?? name)
    .replaceAll("`", "")

const defaultIn = ({ defaultText, unset }: Variable<unknown>): string =>
  defaultText === undefined || unset === undefined || Either.isLeft(unset()) ? "" : ` Default: ${inKeys(defaultText)}.`

const valueOf = ({ name, variable }: Key): ValueSchema => {
  const { format, summary } = variable
  if (name === fileVariable(variable.name)) {
    return { type: "string", description: `A file that holds ${inKeys(variable.name)} instead.` }
  }
  return {
    description: `${inKeys(summary)}${defaultIn(variable)} (${name})`,
    anyOf: [
      format.schema ?? { type: ["string", "number"] },
      { type: "string", pattern: "\\$\\{", description: "The value of a variable of the environment: ${NAME}." },
      { type: "null", description: "Not set, whatever defaults say." }
    ]
  }
}

const tableOf = (keys: Keys): ValueSchema => ({
  type: "object",
  additionalProperties: false,
  properties: Object.fromEntries(
    Array.from(keys, ([name, entry]) => [name, isTable(entry) ? tableOf(entry.below) : valueOf(entry)])
  )
})

/** The whole file. What a facility needs may stand under `defaults`, so that only its PCN is required here. */
export const facilitiesSchema: ValueSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Facilities of a plex-cdf process",
  type: "object",
  additionalProperties: false,
  required: ["facilities"],
  properties: {
    defaults: { ...tableOf(keysOfDefaults), description: "What holds for every facility that says nothing else." },
    facilities: {
      type: "array",
      minItems: 1,
      items: { ...tableOf(keysOfFacility), required: ["pcn"], description: "One Plex PCN." }
    }
  }
}
