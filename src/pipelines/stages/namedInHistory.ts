/**
 * History that names an asset and is not read any more, nor known to the ledger: found in CDF by its metadata, it waits for the asset.
 */
import { Chunk, Effect, Stream } from "effect"
import type { StoredEvent } from "../../domain/cdf/Stored.js"
import type { CdfError, StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { Facility } from "../../domain/Facility.js"
import { historyKindOf } from "../../domain/HistoryKind.js"
import type { Naming } from "../../domain/Naming.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import { Ledger, type PendingLink } from "../../services/Ledger.js"
import { met } from "./learn.js"

/** The row of an event of one of the flows; nothing where it is of none, or not ours. */
const rowOf = ({ ids }: Facility, { flows }: Naming) => {
  const kinds = flows.flatMap((flow) => {
    const kind = historyKindOf(flow)
    return kind === undefined ? [] : [{ flow, type: kind.type, prefix: ids.prefix(kind.kind) }]
  })
  return (event: StoredEvent) => {
    const found = kinds.find(({ prefix, type }) => event.type === type && event.externalId?.startsWith(prefix) === true)
    return found === undefined ? [] : met(found.flow, event)
  }
}

const waitFor = (facility: Facility, asset: ExternalId, naming: Naming) => {
  const row = rowOf(facility, naming)
  return (page: Chunk.Chunk<StoredEvent>) =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const found = Chunk.toReadonlyArray(page).flatMap((event) =>
        row(event).map((row) => ({ row, to: naming.target(event.metadata) }))
      )
      const names = found.map(({ row }) => row.externalId)
      const known = yield* ledger.rows("events", names)
      const waiting = found
        .map(({ row, to }) => ({ row: known.get(row.externalId) ?? row, to }))
        // Of what the ledger knows to be linked it is noticed by itself that the asset is another.
        .filter(({ row }) => !row.links.includes(asset))
      if (waiting.length === 0) return
      const rows = waiting.map(({ row }) => row)
      yield* ledger.confirm({
        rows,
        before: rows,
        pending: [
          ...(yield* ledger.pendingOf("events", names)),
          ...waiting.map(({ row, to }): PendingLink => ({ kind: "events", from: row.externalId, to, flow: row.flow }))
        ]
      })
    })
}

/** An asset, and one way in which history names it. */
export interface NamedInHistory {
  readonly asset: ExternalId
  readonly naming: Naming
}

/**
 * All history in CDF that names these assets, and is not known to be linked to them, waits for them from now on. One list for each naming,
 * several at a time; what they find is kept one after the other, as an event may name several.
 */
export const awaitInHistory = (
  facility: Facility,
  named: ReadonlyArray<NamedInHistory>
): Effect.Effect<void, CdfError | StateError, AppConfig | Cdf | Ledger> =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const { concurrency } = (yield* AppConfig).cdf
    const dataSetIds = [...new Set(Object.values(facility.dataSets))].map((id) => ({ id }))
    const { facilityPrefix } = facility.ids
    const pagesOf = ({ asset, naming }: NamedInHistory) => {
      const keep = waitFor(facility, asset, naming)
      return cdf
        .list("events", { externalIdPrefix: facilityPrefix, dataSetIds, metadata: naming.metadata })
        .pipe(Stream.chunks, Stream.map(keep))
    }
    yield* Stream.fromIterable(named).pipe(
      Stream.flatMap(pagesOf, { concurrency }),
      Stream.runForEach((kept) => kept)
    )
  })
