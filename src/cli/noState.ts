/**
 * Where the state is, and what is said where there is none.
 */
import { type Effect, Redacted } from "effect"
import type { StateError } from "../domain/Errors.js"
import { isThere } from "../layers/state/StateReading.js"
import type { Settings } from "../services/AppConfig.js"
import { toStderr } from "./output.js"

/** Where the state is, without what lets somebody in. */
export const placeOf = ({ stateUrl }: Settings): string => {
  const url = Redacted.value(stateUrl)
  if (!URL.canParse(url) || url.startsWith("file:") || url === ":memory:") return url
  const { host, pathname, protocol } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

export const tellNoState = (settings: Settings): Effect.Effect<void> =>
  toStderr([`There is no state at ${placeOf(settings)} yet: the first run makes it.`])

/** Whether there is a state, which this does not make. */
export const hasState = ({ stateUrl }: Settings): Effect.Effect<boolean, StateError> =>
  isThere(Redacted.value(stateUrl))
