/**
 * What a client may do in CDF, as its token tells.
 */
import type { ResourceKind } from "./Resource.js"

/** What one capability grants, of one kind of resource. */
export interface Right {
  /** In CDF's words: `assetsAcl`, `eventsAcl`, …. */
  readonly acl: string
  readonly actions: ReadonlyArray<string>
  /** The data sets in which it is granted; nothing: wherever it is. */
  readonly dataSets: ReadonlySet<number> | undefined
}

/** A right that something cannot do without. */
export interface Need {
  readonly acl: string
  readonly action: "READ" | "WRITE"
  /** The numeric id of the data set. */
  readonly dataSet: number
}

/** CDF's words for the rights over each kind. */
export const aclOf: Readonly<Record<ResourceKind, string>> = {
  assets: "assetsAcl",
  events: "eventsAcl",
  timeseries: "timeSeriesAcl",
  sequences: "sequencesAcl",
  relationships: "relationshipsAcl",
  labels: "labelsAcl"
}

/** The needs that no right covers. */
export const lacking = (rights: ReadonlyArray<Right>, needs: ReadonlyArray<Need>): ReadonlyArray<Need> =>
  needs.filter(
    ({ acl, action, dataSet }) =>
      !rights.some(
        (right) =>
          right.acl === acl &&
          right.actions.includes(action) &&
          (right.dataSets === undefined || right.dataSets.has(dataSet))
      )
  )

/** The same in words, by action and data set: `WRITE of assetsAcl, eventsAcl in data set 7`. */
export const unmet = (rights: ReadonlyArray<Right>, needs: ReadonlyArray<Need>): ReadonlyArray<string> => {
  const missing = lacking(rights, needs)
  const places = new Map(missing.map((need) => [`${need.action} ${need.dataSet}`, need]))
  return Array.from(places.values(), ({ action, dataSet }) => {
    const acls = missing.filter((need) => need.action === action && need.dataSet === dataSet).map(({ acl }) => acl)
    return `${action} of ${[...new Set(acls)].join(", ")} in data set ${dataSet}`
  })
}
