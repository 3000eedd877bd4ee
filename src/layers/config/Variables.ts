/**
 * Every variable, by area: what is known, decoded and documented.
 */
import { cdfVariables, dataSetVariables } from "./CdfVariables.js"
import { extractorVariables, passVariables } from "./ExtractorVariables.js"
import { facilityVariables } from "./FacilityVariables.js"
import { plexVariables } from "./PlexVariables.js"
import { callVariables, serverVariables, stateVariables, telemetryVariables } from "./ProcessVariables.js"
import { fileVariable, type Variable } from "./Variable.js"

/** Variables of one subject, in the order in which they are documented. */
export interface Area {
  readonly title: string
  readonly variables: ReadonlyArray<Variable<unknown>>
}

const ofExtractors = Object.values(extractorVariables)

export const areas: ReadonlyArray<Area> = [
  { title: "Plex", variables: Object.values(plexVariables) },
  { title: "CDF", variables: [...Object.values(cdfVariables), ...Object.values(dataSetVariables)] },
  { title: "Facility and records", variables: Object.values(facilityVariables) },
  {
    title: "Extractors and flows",
    variables: [
      ...ofExtractors.map(({ enabled }) => enabled),
      ...ofExtractors.map(({ interval }) => interval),
      ...ofExtractors.flatMap(({ lookback }) => lookback ?? []),
      ...Object.values(passVariables)
    ]
  },
  { title: "Calls", variables: Object.values(callVariables) },
  { title: "State and run log", variables: Object.values(stateVariables) },
  { title: "Health and status server", variables: Object.values(serverVariables) },
  { title: "Logs and telemetry", variables: Object.values(telemetryVariables) }
]

export const variables: ReadonlyArray<Variable<unknown>> = areas.flatMap((area) => area.variables)

/** Every name that is read, `X_FILE` of secrets too. */
export const knownNames: ReadonlySet<string> = new Set(
  variables.flatMap(({ alias, format, name }) => [
    name,
    ...(format.secret ? [fileVariable(name)] : []),
    ...(alias === undefined ? [] : [alias])
  ])
)
