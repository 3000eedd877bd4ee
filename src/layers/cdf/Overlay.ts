/**
 * A `Cdf` in memory over another one: what is written stays here, what is read is both.
 */
import { Effect } from "effect"
import type { Cdf } from "../../services/Cdf.js"
import { overlayData } from "./OverlayData.js"
import { type OverlayOptions, type OverlayResources, overlayResources } from "./OverlayResources.js"

type Service = typeof Cdf.Service

/** Everything but `upsert`, which is made of it, and what the memory holds of resources. */
export type Overlay = Omit<Service, "upsert"> & Pick<OverlayResources, "held">

/**
 * As strict as CDF is where it can know: what exists cannot be created, what does not cannot be updated or filled, parents and
 * labels must exist. `latestPoints` does not look behind a newest point of the other `Cdf` that was deleted here.
 */
export const overlay = (base: Service, options: Omit<OverlayOptions, "onDelete">): Overlay => {
  const resources = overlayResources(base, {
    ...options,
    onDelete: (kind, externalIds) => data.forget(kind, externalIds)
  })
  const data = overlayData(base, resources.byids)
  return { ...resources, ...data, dataSets: base.dataSets, rights: base.rights, reportRun: () => Effect.void }
}
