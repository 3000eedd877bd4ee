/**
 * What would become of one CDF object: told by what CDF holds of it now, and what it would hold in the end.
 */
import type { ExternalId } from "../ExternalId.js"
import { type FlowName, historyFlows } from "../Flow.js"
import { retiredAtOf } from "../Marks.js"
import type { ResourceKind } from "./Resource.js"
import { differencesOf } from "./Difference.js"
import type { StoredResources } from "./Stored.js"

/**
 * `mark`, `delete`: retired, by the policy for removed records; `expire`: deleted as it was retired long enough ago; `revive`: its
 * record is there again; `retract`: deleted as Plex corrected its row of history or took it back.
 */
export const changeNames = ["create", "update", "mark", "delete", "expire", "revive", "retract"] as const
export type ChangeName = (typeof changeNames)[number]

/** A CDF object of any kind, as it is or would be stored. */
export type StoredObject = StoredResources[ResourceKind]

/** One object that is written, once more or for the first time. */
export interface PlannedChange {
  /** The flow that wrote it first; nothing for what is written between flows: links that had to wait. */
  readonly flow: FlowName | undefined
  readonly kind: ResourceKind
  readonly externalId: ExternalId
  /** What CDF holds; nothing where it does not exist. */
  readonly held: StoredObject | undefined
  /** What it would be without this write. */
  readonly before: StoredObject | undefined
  /** What it would be with it. */
  readonly after: StoredObject | undefined
}

const isRetired = (object: StoredObject): boolean => "metadata" in object && retiredAtOf(object.metadata) !== undefined

/** What becomes of an object that CDF holds as `held`, were it `now` in the end; nothing where it stays what it is. */
export const changeNameOf = (
  { flow, held, kind }: Pick<PlannedChange, "flow" | "held" | "kind">,
  now: StoredObject | undefined
): ChangeName | undefined => {
  if (now === held) return undefined
  if (held === undefined) return "create"
  if (now === undefined) {
    if (isRetired(held)) return "expire"
    return kind === "events" && flow !== undefined && historyFlows.includes(flow) ? "retract" : "delete"
  }
  const [was, is] = [isRetired(held), isRetired(now)]
  if (was !== is) return is ? "mark" : "revive"
  return differencesOf(held, now, true).length === 0 ? undefined : "update"
}

/** Points of one series, or rows of one sequence, that are written or deleted. */
export interface PlannedData {
  readonly flow: FlowName | undefined
  readonly what: "points" | "rows"
  readonly externalId: ExternalId
  readonly written: number
  readonly deleted: number
}
