/**
 * Why something that was to be deleted from CDF is still there.
 */
import { Effect, Stream } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { CdfError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { Cdf } from "../services/Cdf.js"
import { listedUnder } from "./stages/remove.js"

/** An object that stays. */
export interface Stay {
  readonly kind: ResourceKind
  readonly externalId: ExternalId
  /** Assets of others that stand under it. */
  readonly children: number
  /** One of them: its external id, else its name. */
  readonly example?: string | undefined
  /** What CDF says, where no asset of others stands under it. */
  readonly detail?: string | undefined
}

/** An asset that stays for others, or because another one that stays stands under it. */
const assetsThatStay = (refused: ReadonlyMap<ExternalId, string>) =>
  Effect.gen(function* () {
    const held = yield* (yield* Cdf).byids("assets", [...refused.keys()])
    const numbers = new Set(held.map(({ id }) => id))
    const children = new Map<number, { count: number; readonly example: string }>()
    const above = new Set<number>()
    yield* Stream.runForEach(listedUnder([...numbers]), ({ externalId, id, name, parentId = 0 }) =>
      Effect.sync(() => {
        if (numbers.has(id)) above.add(parentId)
        else {
          const one = children.get(parentId) ?? { count: 0, example: externalId ?? name }
          children.set(parentId, { ...one, count: one.count + 1 })
        }
      })
    )
    return held.flatMap(({ externalId, id }): ReadonlyArray<Stay> => {
      if (externalId === undefined) return []
      const found = children.get(id)
      const isOnlyAbove = found === undefined && above.has(id)
      return [
        {
          kind: "assets",
          externalId,
          children: found?.count ?? 0,
          example: found?.example,
          detail: found !== undefined || isOnlyAbove ? undefined : refused.get(externalId)
        }
      ]
    })
  })

/** What CDF would not delete and still holds, those first that say why. */
export const whatStays = (
  refused: ReadonlyMap<ResourceKind, ReadonlyMap<ExternalId, string>>
): Effect.Effect<ReadonlyArray<Stay>, CdfError, Cdf> =>
  Effect.gen(function* () {
    const stays: Array<Stay> = []
    for (const [kind, some] of refused) {
      if (kind === "assets") stays.push(...(yield* assetsThatStay(some)))
      else for (const [externalId, detail] of some) stays.push({ kind, externalId, children: 0, detail })
    }
    const says = ({ children, detail }: Stay): number => (children > 0 || detail !== undefined ? 0 : 1)
    return stays.sort((one, other) => says(one) - says(other))
  })
