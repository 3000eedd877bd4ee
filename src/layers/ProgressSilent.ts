import { Effect, Layer } from "effect"
import { Progress } from "../services/Progress.js"

/** Nobody watches. */
export const layerProgressSilent: Layer.Layer<Progress> = Layer.succeed(
  Progress,
  Progress.of({ started: () => Effect.void, finished: () => Effect.void })
)
