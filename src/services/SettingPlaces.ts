import { Effect } from "effect"
import { AppConfig, type Settings } from "./AppConfig.js"

const variable = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g

/**
 * Words about settings, by the names of their variables, as who reads them finds the settings: where a file of facilities says what
 * a variable would, by the place in that file (`facilities[1].plex.apiKey`).
 */
export const inPlaces =
  ({ settingPlaces }: Pick<Settings, "settingPlaces">) =>
  (words: string): string =>
    words.replaceAll(variable, (name) => settingPlaces.get(name) ?? name)

/** The same for the facility that is worked on. */
export const placed = (words: string): Effect.Effect<string, never, AppConfig> =>
  Effect.map(AppConfig, (settings) => inPlaces(settings)(words))
