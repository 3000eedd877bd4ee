/**
 * Kinds and flows as the state keeps them: a number instead of a word in each of its rows. The tables `plex_cdf_kind` and
 * `plex_cdf_flow` tell the words.
 */
import { Effect } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { StateError } from "../../domain/Errors.js"
import { type FlowName, flowNames, isOwnFlow, type OwnFlow } from "../../domain/Flow.js"
import { OwnFlows } from "../../services/OwnFlows.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"

/** As the first migration tells them; a number is never given to another kind. */
export const kindCodes: Readonly<Record<ResourceKind, number>> = {
  assets: 1,
  events: 2,
  timeseries: 3,
  sequences: 4,
  relationships: 5,
  labels: 6
}

const isKind = (name: string): name is ResourceKind => name in kindCodes

const kinds = new Map(Object.entries(kindCodes).flatMap(([name, code]) => (isKind(name) ? [[code, name]] : [])))

/** The kind of a code; none where this version has no such kind. */
export const kindOfCode = (code: number): ResourceKind | undefined => kinds.get(code)

/** The codes that a database has given to flows. */
export interface FlowCodes {
  /** Throws for a flow that nobody has announced: its rows would be those of another one. */
  readonly codeOf: (flow: FlowName) => number
  /** None where nobody has announced such a flow. */
  readonly find: (flow: FlowName) => number | undefined
  /** None where this version has no such flow. */
  readonly flowOf: (code: number) => FlowName | undefined
  /** Flows that an application has announced, this one or an earlier one. */
  readonly own: ReadonlyArray<OwnFlow>
}

/** Gives a code to each flow that has none yet, and tells them all; other processes may be at it too. */
export const flowCodes: Effect.Effect<FlowCodes, StateError, StateDatabase> = Effect.gen(function* () {
  const sql = yield* StateDatabase
  const names: ReadonlyArray<FlowName> = [...flowNames, ...(yield* OwnFlows)]
  const read = Effect.map(
    sql<{ code: number; name: string }>`SELECT code, name FROM plex_cdf_flow`,
    (rows) => new Map(rows.map(({ code, name }) => [name, code]))
  )
  const known = yield* read
  const last = Math.max(0, ...known.values())
  const added = names.filter((name) => !known.has(name)).map((name, at) => ({ code: last + 1 + at, name }))
  if (added.length > 0) yield* sql`INSERT INTO plex_cdf_flow ${sql.insert(added)} ON CONFLICT DO NOTHING`
  const codes = yield* read
  const own = [...codes.keys()].filter(isOwnFlow)
  const flows = new Map([...new Set([...names, ...own])].map((name) => [codes.get(name), name]))
  if (flows.has(undefined)) {
    // Another process has just given these numbers to flows of its own: trying again finds the next ones.
    return yield* Effect.dieMessage("flows of another version are being added")
  }
  const codeOf = (flow: FlowName): number => {
    const code = codes.get(flow)
    if (code === undefined) throw new Error(`the state was opened without the flow ${flow}: name it in OwnFlows`)
    return code
  }
  const result: FlowCodes = { codeOf, find: (flow) => codes.get(flow), flowOf: (code) => flows.get(code), own }
  return result
}).pipe(guarded("open"))
