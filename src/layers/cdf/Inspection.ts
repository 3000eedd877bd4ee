/**
 * What CDF says of a token, in our words.
 */
import { Effect, Option, Schema } from "effect"
import type { Right } from "../../domain/cdf/Rights.js"
import type { CdfError } from "../../domain/Errors.js"
import type { TokenInspection } from "../../services/CdfProject.js"
import type { Decode } from "./Answers.js"
import type { CdfClient } from "./CdfClient.js"

const Named = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const Inspected = Schema.Struct({
  capabilities: Schema.Array(Named),
  projects: Schema.optionalWith(Schema.Array(Schema.Struct({ projectUrlName: Schema.String })), {
    default: () => []
  })
})

/** The body as it came: its capabilities have the names of their kinds for keys. */
export const inspected: Decode<typeof Inspected.Type> = Schema.decodeUnknownEither(Inspected)

const Granted = Schema.Struct({
  actions: Schema.Array(Schema.String),
  scope: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})
const decodeGranted = Schema.decodeUnknownOption(Granted)

/** Ids come as numbers or as text. */
const DataSets = Schema.Struct({ ids: Schema.Array(Schema.Union(Schema.Number, Schema.NumberFromString)) })
const decodeDataSets = Schema.decodeUnknownOption(DataSets)

const Projects = Schema.Struct({ projects: Schema.Array(Schema.String) })
const decodeProjects = Schema.decodeUnknownOption(Projects)

/** Of a capability that names no projects nobody knows better than that it is of this one. */
const isOf = (project: string, scope: unknown): boolean =>
  Option.match(decodeProjects(scope), { onNone: () => true, onSome: ({ projects }) => projects.includes(project) })

/** What is granted in this project; other scopes than all and data sets grant nothing that is needed here. */
export const rightsIn = (project: string, { capabilities }: typeof Inspected.Type): ReadonlyArray<Right> =>
  capabilities
    .filter(({ projectScope }) => isOf(project, projectScope))
    .flatMap((capability) =>
      Object.entries(capability).flatMap(([acl, granted]): ReadonlyArray<Right> => {
        const { actions, scope } = Option.getOrUndefined(decodeGranted(granted)) ?? { actions: [], scope: {} }
        if ("all" in scope) return [{ acl, actions, dataSets: undefined }]
        const sets = Option.getOrUndefined(decodeDataSets(scope["datasetScope"]))
        return sets === undefined ? [] : [{ acl, actions, dataSets: new Set(sets.ids) }]
      })
    )

/** Asks CDF what the client's token is good for. */
export const inspection = (
  { sdk }: typeof CdfClient.Service,
  project: string
): Effect.Effect<TokenInspection, CdfError> =>
  Effect.map(
    sdk((client) => client.get("/api/v1/token/inspect"), inspected),
    (answer) => ({
      projects: answer.projects.map(({ projectUrlName }) => projectUrlName),
      rights: rightsIn(project, answer)
    })
  )
