import type { Collection, Stored } from "./Collection.js"
import { badRequest } from "./Errors.js"
import { asNumber, asText } from "./Json.js"
import type { JsonObject } from "./Json.js"
import type { Draft } from "./Resource.js"

const parentIdOf = (stored: Stored): number | undefined => asNumber(stored.value["parentId"])

/** Who is whose child. Kept up by the collection of assets through {@link AssetTree.changed}. */
export class AssetTree {
  private readonly children = new Map<number, Set<number>>()

  readonly changed = (previous: Stored | undefined, next: Stored | undefined): void => {
    const before = previous === undefined ? undefined : parentIdOf(previous)
    const after = next === undefined ? undefined : parentIdOf(next)
    if (before !== after) {
      this.unlink(before, previous?.id)
      this.link(after, next?.id)
    }
  }

  childrenOf(id: number): ReadonlySet<number> {
    return this.children.get(id) ?? new Set()
  }

  /** The roots and all below them. */
  readonly subtreeOf = (roots: Iterable<number>): ReadonlySet<number> => {
    const inside = new Set(roots)
    for (const id of inside) {
      for (const child of this.childrenOf(id)) {
        inside.add(child)
      }
    }
    return inside
  }

  private link(parent: number | undefined, child: number | undefined): void {
    if (parent !== undefined && child !== undefined) {
      const own = this.children.get(parent) ?? new Set()
      own.add(child)
      this.children.set(parent, own)
    }
  }

  private unlink(parent: number | undefined, child: number | undefined): void {
    if (parent !== undefined && child !== undefined) {
      const own = this.children.get(parent)
      own?.delete(child)
      if (own?.size === 0) {
        this.children.delete(parent)
      }
    }
  }
}

/** The ids from an asset's root down to itself. */
export const pathOf = (assets: Collection, stored: Stored): ReadonlyArray<number> => {
  const path = [stored.id]
  let parent = parentIdOf(stored)
  while (parent !== undefined) {
    path.unshift(parent)
    const above = assets.get(parent)
    parent = above === undefined ? undefined : parentIdOf(above)
  }
  return path
}

const unknownParents = (
  ids: ReadonlyArray<number>,
  externalIds: ReadonlyArray<string>,
  named: boolean
): Error | undefined => {
  if (ids.length > 0) {
    return badRequest(`The given parent ids do not exist: ${ids.join(", ")}`)
  }
  return externalIds.length === 0
    ? undefined
    : badRequest(
        `Reference to unknown parent with externalId ${externalIds[0]}`,
        named ? externalIds.map((externalId) => ({ externalId })) : undefined
      )
}

/**
 * Gives each draft its `parentId` and `rootId`. A parent may be stored or come in the same request, in any order.
 *
 * @throws Refusal 400: unknown parent, both kinds of parent, a cycle, a move between root and child or between trees
 */
export const planted = (
  assets: Collection,
  drafts: ReadonlyArray<Draft>,
  unknownParentNamed: boolean
): ReadonlyArray<JsonObject> => {
  const inRequest = new Map<string, number>()
  for (const { id, next } of drafts) {
    const externalId = asText(next["externalId"])
    if (externalId !== undefined) {
      inRequest.set(externalId, id)
    }
  }
  const missingIds: Array<number> = []
  const missingExternalIds = new Set<string>()

  const newParentOf = ({ changes, previous }: Draft): number | undefined => {
    const byId = asNumber(changes["parentId"])
    const byExternalId = asText(changes["parentExternalId"])
    if (byId !== undefined && byExternalId !== undefined) {
      throw badRequest("Only one of parentId and parentExternalId may be given")
    }
    if (byId !== undefined) {
      if (assets.get(byId) === undefined) {
        missingIds.push(byId)
      }
      return byId
    }
    if (byExternalId !== undefined) {
      const found = inRequest.get(byExternalId) ?? assets.find(byExternalId)?.id
      if (found === undefined) {
        missingExternalIds.add(byExternalId)
      }
      return found
    }
    return previous === undefined ? undefined : parentIdOf(previous)
  }

  const parents = new Map(drafts.map((draft) => [draft.id, newParentOf(draft)]))
  const unknown = unknownParents(missingIds, Array.from(missingExternalIds), unknownParentNamed)
  if (unknown !== undefined) {
    throw unknown
  }

  const parentOf = (id: number): number | undefined => {
    if (parents.has(id)) {
      return parents.get(id)
    }
    const stored = assets.get(id)
    return stored === undefined ? undefined : parentIdOf(stored)
  }

  const roots = new Map<number, number>()
  const rootOf = (id: number): number => {
    const way: Array<number> = []
    const passed = new Set<number>()
    let at = id
    for (;;) {
      const known = roots.get(at)
      const parent = parentOf(at)
      if (known === undefined && parent !== undefined) {
        if (passed.has(at)) {
          throw badRequest("The asset hierarchy must not contain a cycle")
        }
        passed.add(at)
        way.push(at)
        at = parent
        continue
      }
      const root = known ?? at
      for (const each of way) {
        roots.set(each, root)
      }
      roots.set(id, root)
      return root
    }
  }

  return drafts.map(({ id, previous, next }) => {
    const parentId = parents.get(id)
    const rootId = rootOf(id)
    if (previous !== undefined) {
      if ((parentId === undefined) !== (parentIdOf(previous) === undefined)) {
        throw badRequest("Changing from/to being root isn't allowed")
      }
      if (previous.value["rootId"] !== rootId) {
        throw badRequest("Asset must stay within same asset hierarchy")
      }
    }
    return { ...next, parentId, parentExternalId: undefined, rootId }
  })
}
