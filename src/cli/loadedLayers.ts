/**
 * The Layers of facilities as commands have them. Loaded by `facilityLayers.ts` where they are used.
 */
import { Effect, Layer } from "effect"
import * as FacilityLive from "../layers/FacilityLive.js"
import { layerProgressSilent } from "../layers/ProgressSilent.js"
import * as Remembered from "../layers/status/Remembered.js"
import * as StatusLive from "../layers/StatusLive.js"
import { isLive } from "./Style.js"
import * as TerminalProgress from "./TerminalProgress.js"

const progress = Layer.unwrapEffect(
  Effect.sync(() => (isLive(process.stderr) ? TerminalProgress.layer : layerProgressSilent))
)

export const shared = Layer.merge(FacilityLive.layerShared, progress)
export const ownOfFacility = FacilityLive.layerOfSeveral
export const watchedFacility = StatusLive.layer.pipe(
  Layer.provideMerge(ownOfFacility),
  Layer.provideMerge(Remembered.layer)
)
