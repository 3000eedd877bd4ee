/**
 * The operation of a production record: through the routing of its part operation, else the only operation of its code.
 */
import type { Chunk } from "effect"
import { Effect } from "effect"
import type { ExternalId } from "../domain/ExternalId.js"
import { operationCodeKey } from "../domain/NaturalKey.js"
import { present } from "../domain/Text.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import { Ledger } from "../services/Ledger.js"
import { FlowRun } from "./FlowRun.js"

interface OperationReference {
  readonly partOperationId?: string | null | undefined
  readonly operationCode?: string | null | undefined
}

/** Operations by part operation id, from the ledger, else from CDF. */
const byRouting = (partOperationIds: ReadonlySet<string>) =>
  Effect.gen(function* () {
    const { ids } = (yield* FlowRun).facility
    const routings = new Map([...partOperationIds].map((id) => [ids.of("routing", id), id]))
    const found = new Map<string, ExternalId>()
    for (const [externalId, { links }] of yield* (yield* Ledger).rows("relationships", [...routings.keys()])) {
      const [, target] = links
      if (target !== undefined) found.set(routings.get(externalId) ?? "", target)
    }
    const unknown = [...routings].flatMap(([externalId, id]) => (found.has(id) ? [] : [externalId]))
    for (const { externalId, targetExternalId } of yield* (yield* Cdf).byids("relationships", unknown)) {
      found.set(routings.get(externalId) ?? "", targetExternalId)
    }
    return found
  })

/** For a chunk of records, what tells the operation of each; a code that fits several is counted and makes no link. */
export const operationsOf = (records: Chunk.Chunk<OperationReference>) =>
  Effect.gen(function* () {
    const { tally } = yield* FlowRun
    const routings = yield* byRouting(new Set([...records].flatMap((record) => present(record.partOperationId) ?? [])))
    const keyOf = (record: OperationReference): string | undefined => {
      const code = present(record.operationCode)
      return code === undefined || routings.has(record.partOperationId ?? "") ? undefined : operationCodeKey(code)
    }
    const byCode = yield* (yield* IdResolver).find(
      "operation",
      [...records].flatMap((record) => keyOf(record) ?? [])
    )
    return (record: OperationReference): ExternalId | undefined => {
      const key = keyOf(record)
      if (key === undefined) return routings.get(record.partOperationId ?? "")
      const [operation, ...others] = byCode.get(key) ?? []
      if (others.length === 0) return operation
      tally.add("ambiguous")
      return undefined
    }
  })
