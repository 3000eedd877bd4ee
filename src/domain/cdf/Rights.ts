/**
 * What a client may do in CDF, as its token tells.
 */

/** What one capability grants, of one kind of resource. */
export interface Right {
  /** In CDF's words: `assetsAcl`, `eventsAcl`, …. */
  readonly acl: string
  readonly actions: ReadonlyArray<string>
  /** The data sets in which it is granted; nothing: wherever it is. */
  readonly dataSets: ReadonlySet<number> | undefined
}

/** The kinds that are written. */
const written = ["assetsAcl", "eventsAcl", "timeSeriesAcl", "sequencesAcl", "relationshipsAcl", "labelsAcl"] as const

/** Data sets in which a kind that is written cannot be, each with the kinds: `7 (assetsAcl, eventsAcl)`. */
export const unwritable = (rights: ReadonlyArray<Right>, dataSets: ReadonlyArray<number>): ReadonlyArray<string> =>
  [...new Set(dataSets)].flatMap((id) => {
    const missing = written.filter(
      (kind) =>
        !rights.some(
          ({ acl, actions, dataSets: granted }) =>
            acl === kind && actions.includes("WRITE") && (granted === undefined || granted.has(id))
        )
    )
    return missing.length === 0 ? [] : [`${id} (${missing.join(", ")})`]
  })
