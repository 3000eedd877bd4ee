/**
 * The Plex ids of all workcenters: from the ledger, else from Plex's own list.
 */
import { Chunk, Effect, Stream } from "effect"
import { Workcenter } from "../domain/records/Workcenter.js"
import { Ledger } from "../services/Ledger.js"
import { besideRecords } from "./FlowRun.js"
import { decode } from "./stages/decode.js"
import { listOfObject } from "./stages/sets.js"

export const workcenterIds = Effect.gen(function* () {
  const known = yield* (yield* Ledger).rowsOf("workcenters", "assets")
  const live = known.filter(({ retiredAt }) => retiredAt === undefined)
  if (live.length > 0) return live.map(({ plexId }) => plexId)
  const listed = yield* listOfObject("/production/v1/production-definitions/workcenters").pipe(
    decode(Workcenter, "workcenterId"),
    Stream.runCollect,
    besideRecords
  )
  return Chunk.toReadonlyArray(listed).flatMap(({ workcenterId }) => workcenterId ?? [])
})
