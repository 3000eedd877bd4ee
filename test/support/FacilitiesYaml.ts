/**
 * Files of facilities for tests, written from variables.
 */
import { stringify } from "yaml"
import type { Environment } from "../../src/layers/config/EnvFile.js"
import { facilityKeys } from "../../src/layers/config/FacilityKeys.js"

interface Nested {
  [key: string]: string | Nested
}

const put = (into: Nested, [step = "", ...rest]: ReadonlyArray<string>, text: string): void => {
  if (rest.length === 0) {
    into[step] = text
    return
  }
  const found = into[step]
  const below: Nested = typeof found === "object" ? found : {}
  into[step] = below
  put(below, rest, text)
}

const entry = (variables: Environment): Nested => {
  const found: Nested = {}
  for (const { name, path } of facilityKeys) {
    const text = variables[name]
    if (text !== undefined) put(found, path.split("."), text)
  }
  return found
}

/** A file that says of each facility what its variables say; what holds for the process is left out. */
export const facilitiesYaml = (facilities: ReadonlyArray<Environment>): string =>
  stringify({ facilities: facilities.map(entry) })

/** Without the variables of one facility. */
export const ofProcess = (environment: Readonly<Record<string, string>>): Record<string, string> => {
  const names = new Set(facilityKeys.map(({ name }) => name))
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.has(name)))
}
