/**
 * The operation of a production record: through the routing of its part operation, else the only operation of its code.
 */
import type { Chunk } from "effect"
import { Effect } from "effect"
import type { ExternalId } from "../domain/ExternalId.js"
import { type AwaitedReference, type NaturalReference, operationCodeKey } from "../domain/NaturalKey.js"
import { present } from "../domain/Text.js"
import { Cdf } from "../services/Cdf.js"
import { cdfIsFresh } from "./cdfIsFresh.js"
import { findAssets } from "./find.js"
import { FlowRun } from "./FlowRun.js"
import { operationsByRouting } from "./operationsByRouting.js"

interface OperationReference {
  readonly partOperationId?: string | null | undefined
  readonly operationCode?: string | null | undefined
}

/** Operations by part operation id, from the ledger, else from CDF. */
const byRouting = (partOperationIds: ReadonlySet<string>) =>
  Effect.gen(function* () {
    const { ids } = (yield* FlowRun).facility
    const found = yield* operationsByRouting(ids, partOperationIds)
    if (yield* cdfIsFresh) return found
    const unknown = new Map([...partOperationIds].flatMap((id) => (found.has(id) ? [] : [[ids.of("routing", id), id]])))
    for (const { externalId, targetExternalId } of yield* (yield* Cdf).byids("relationships", [...unknown.keys()])) {
      found.set(unknown.get(externalId) ?? "", targetExternalId)
    }
    return found
  })

/** What tells the operation of each record of a chunk; a code that fits several is counted and makes no link. */
export interface OperationFinder {
  readonly operationOf: (record: OperationReference) => ExternalId | undefined
  /** The routing that will tell an operation that is not known yet; of a record that names none, its code. */
  readonly awaits: (record: OperationReference) => ReadonlyArray<AwaitedReference>
}

/** Looks the operations of a chunk up, in one question for the routings and one for the codes. */
export const operationsOf = (records: Chunk.Chunk<OperationReference>) =>
  Effect.gen(function* () {
    const routings = yield* byRouting(new Set([...records].flatMap((record) => present(record.partOperationId) ?? [])))
    const byCode = (record: OperationReference): ReadonlyArray<NaturalReference> => {
      const code = present(record.operationCode)
      return code === undefined || routings.has(record.partOperationId ?? "")
        ? []
        : [{ kind: "operation", key: operationCodeKey(code) }]
    }
    const { find, fitting } = yield* findAssets(byCode)(records)
    const finder: OperationFinder = {
      operationOf: (record) => {
        const [reference] = byCode(record)
        return reference === undefined ? routings.get(record.partOperationId ?? "") : find(reference.key)
      },
      awaits: (record) => {
        const partOperation = present(record.partOperationId)
        if (routings.has(partOperation ?? "")) return []
        const [code] = byCode(record)
        const fits = code === undefined ? 0 : fitting(code.key).length
        if (fits === 1) return []
        if (partOperation === undefined) return code === undefined || fits > 1 ? [] : [code]
        return [{ kind: "routing", key: partOperation, ...(code === undefined ? {} : { code: code.key }) }]
      }
    }
    return finder
  })
