/**
 * The Plex ids of all workcenters: from the ledger, else from Plex's own list.
 */
import { Chunk, Effect, Stream } from "effect"
import { Workcenter } from "../domain/records/Workcenter.js"
import { Ledger } from "../services/Ledger.js"
import { besideRecords } from "./FlowRun.js"
import { decode } from "./stages/decode.js"
import { listOfObject } from "./stages/sweep.js"

export const workcenterIds = Effect.gen(function* () {
  const known = yield* (yield* Ledger).rowsOf("workcenters", "assets")
  if (known.length > 0) return known.map(({ plexId }) => plexId)
  const listed = yield* listOfObject("/production/v1/production-definitions/workcenters").pipe(
    decode(Workcenter),
    Stream.runCollect,
    besideRecords
  )
  return Chunk.toReadonlyArray(listed).flatMap(({ workcenterId }) => workcenterId ?? [])
})
