/**
 * Which assets a human key stands for. What was told of an asset counts more than what a list (perhaps older) says of it.
 */
import type { ExternalId } from "../../domain/ExternalId.js"

export interface NaturalKeyIndex {
  /** An asset was just written with these keys, or with none: it is gone. */
  readonly tell: (externalId: ExternalId, keys: ReadonlyArray<string>) => void
  /** A list holds this asset with these keys. */
  readonly read: (externalId: ExternalId, keys: ReadonlyArray<string>) => void
  readonly find: (key: string) => ReadonlyArray<ExternalId>
}

const none: ReadonlyArray<string> = []

export const makeNaturalKeyIndex = (): NaturalKeyIndex => {
  const byKey = new Map<string, Set<ExternalId>>()
  const byId = new Map<ExternalId, { readonly keys: ReadonlyArray<string>; readonly told: boolean }>()

  const put = (externalId: ExternalId, keys: ReadonlyArray<string>, told: boolean): void => {
    for (const key of byId.get(externalId)?.keys ?? none) {
      const fitting = byKey.get(key)
      fitting?.delete(externalId)
      if (fitting?.size === 0) byKey.delete(key)
    }
    byId.set(externalId, { keys, told })
    for (const key of keys) {
      const fitting = byKey.get(key)
      if (fitting === undefined) byKey.set(key, new Set([externalId]))
      else fitting.add(externalId)
    }
  }

  return {
    tell: (externalId, keys) => {
      if (keys.length > 0 || byId.has(externalId)) put(externalId, keys, true)
    },
    read: (externalId, keys) => {
      if (byId.get(externalId)?.told !== true) put(externalId, keys, false)
    },
    find: (key) => [...(byKey.get(key) ?? [])]
  }
}
