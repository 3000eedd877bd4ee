/**
 * Which assets a human key stands for. What was told of an asset counts more than what a list (perhaps older) says of it.
 */
import type { ExternalId } from "../../domain/ExternalId.js"
import { retiredKey } from "../../domain/NaturalKey.js"

/** What is known of candidates beyond what they were told with. */
export interface Without {
  readonly retired: ReadonlySet<ExternalId>
  /** They are not in CDF at all. */
  readonly gone: ReadonlySet<ExternalId>
}

export interface NaturalKeyIndex {
  /** An asset was just written with these keys, or with none: it is gone. */
  readonly tell: (externalId: ExternalId, keys: ReadonlyArray<string>) => void
  /** A list holds this asset with these keys. */
  readonly read: (externalId: ExternalId, keys: ReadonlyArray<string>) => void
  /** All assets whose key is or was this one, or differs in case only. */
  readonly candidates: (key: string) => ReadonlyArray<ExternalId>
  /**
   * Of these the assets with this very key; where there is none, those whose key differs in case only; where none of them is alive,
   * those that are retired, in the same order.
   */
  readonly find: (key: string, without: Without) => ReadonlyArray<ExternalId>
  readonly keysOf: (externalId: ExternalId) => ReadonlyArray<string>
}

const none: ReadonlyArray<never> = []

const folded = (key: string): string => key.toLowerCase()

type Fitting = Map<string, Set<ExternalId>>

const add = (fitting: Fitting, key: string, externalId: ExternalId): void => {
  const assets = fitting.get(key)
  if (assets === undefined) fitting.set(key, new Set([externalId]))
  else assets.add(externalId)
}

const remove = (fitting: Fitting, key: string, externalId: ExternalId): void => {
  const assets = fitting.get(key)
  assets?.delete(externalId)
  if (assets?.size === 0) fitting.delete(key)
}

export const makeNaturalKeyIndex = (): NaturalKeyIndex => {
  const byKey = new Map<string, Set<ExternalId>>()
  const byFolded = new Map<string, Set<ExternalId>>()
  const byId = new Map<ExternalId, { readonly keys: ReadonlyArray<string>; readonly told: boolean }>()

  const put = (externalId: ExternalId, keys: ReadonlyArray<string>, told: boolean): void => {
    for (const key of byId.get(externalId)?.keys ?? none) {
      remove(byKey, key, externalId)
      remove(byFolded, folded(key), externalId)
    }
    byId.set(externalId, { keys, told })
    for (const key of keys) {
      add(byKey, key, externalId)
      add(byFolded, folded(key), externalId)
    }
  }

  const exactly = (key: string): ReadonlyArray<ExternalId> => [...(byKey.get(key) ?? none)]
  const inAnyCase = (key: string): ReadonlyArray<ExternalId> => [...(byFolded.get(folded(key)) ?? none)]

  return {
    tell: (externalId, keys) => {
      if (keys.length > 0 || byId.has(externalId)) put(externalId, keys, true)
    },
    read: (externalId, keys) => {
      if (byId.get(externalId)?.told !== true) put(externalId, keys, false)
    },
    candidates: (key) => [...inAnyCase(key), ...inAnyCase(retiredKey(key))],
    find: (key, { gone, retired }) => {
      for (const named of [exactly, inAnyCase]) {
        const alive = named(key).filter((asset) => !gone.has(asset) && !retired.has(asset))
        if (alive.length > 0) return alive
      }
      for (const named of [exactly, inAnyCase]) {
        const there = [...named(key), ...named(retiredKey(key))].filter((asset) => !gone.has(asset))
        if (there.length > 0) return there
      }
      return []
    },
    keysOf: (externalId) => byId.get(externalId)?.keys ?? none
  }
}
