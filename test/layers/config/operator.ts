/**
 * What an operator would set: the least that works, for tests to add to and take from.
 */
import { Effect } from "effect"
import type { Environment } from "../../../src/layers/config/EnvFile.js"
import { loadSettings, type SettingsFlags } from "../../../src/layers/config/AppConfigLive.js"

export const least: Environment = {
  PLEX_API_KEY: "k1-0123456789abcdef",
  PLEX_CUSTOMER_ID: "340884",
  CDF_CLUSTER: "westeurope-1",
  CDF_PROJECT: "plant-dev",
  CDF_CLIENT_ID: "2f3a0c1e-7a55-4f7e-9f0e-1b2c3d4e5f60",
  CDF_CLIENT_SECRET: "s~ecret.value",
  CDF_TOKEN_URL: "https://login.microsoftonline.com/tenant/oauth2/v2.0/token",
  CDF_DATASET_PLEXMASTER: "1001",
  CDF_DATASET_PLEXPRODUCTION: "1002",
  CDF_DATASET_PLEXSCHEDULING: "1003",
  CDF_DATASET_PLEXINVENTORY: "1005",
  CDF_DATASET_PLEXMAINTENANCE: "1006"
}

/** Settings and warnings of `least` with these changes. */
export const loadWith = (changes: Environment, flags?: SettingsFlags) => loadSettings({ ...least, ...changes }, flags)

/** Settings of `least` with these changes. */
export const settingsWith = (changes: Environment, flags?: SettingsFlags) =>
  Effect.map(loadWith(changes, flags), ({ settings }) => settings)

/** Problems of `least` with these changes; empty when it loads. */
export const problemsWith = (changes: Environment, flags?: SettingsFlags) =>
  loadWith(changes, flags).pipe(
    Effect.as<ReadonlyArray<string>>([]),
    Effect.catchAll(({ problems }) => Effect.succeed(problems))
  )
