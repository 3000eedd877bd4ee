/**
 * A look at the surroundings of a facility against a sandbox, and what it found.
 */
import { Effect, Layer, type Scope } from "effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { surroundings } from "../../../src/cli/checkLayers.js"
import type { ConfigurationError } from "../../../src/domain/Errors.js"
import type { Finding, Verdict } from "../../../src/domain/Finding.js"
import * as AppConfigLive from "../../../src/layers/config/AppConfigLive.js"
import { check } from "../../../src/pipelines/check/check.js"
import type { Sandbox } from "../../../src/sandbox/Sandbox.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { environmentOf } from "../../support/SandboxProcess.js"

/** An empty folder, gone with the scope. */
export const newFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-check-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** What is in a folder, by name. */
export const filesIn = (folder: string): ReadonlyArray<string> => readdirSync(folder).toSorted()

export type Over = Readonly<Record<string, string | undefined>>

/** The configuration of a facility of the sandbox, its state in memory unless told otherwise. */
export const configured = (sandbox: Sandbox, over: Over = {}): Layer.Layer<AppConfig, ConfigurationError> =>
  Layer.effect(
    AppConfig,
    Effect.map(
      AppConfigLive.loadSettings(environmentOf(sandbox, { STATE_URL: ":memory:", ...over })),
      ({ settings }) => settings
    )
  )

/** What a look finds. */
export const lookAt = (sandbox: Sandbox, over: Over = {}): Effect.Effect<ReadonlyArray<Finding>, ConfigurationError> =>
  check.pipe(Effect.provide(Layer.provideMerge(surroundings, configured(sandbox, over))), Effect.scoped)

/** Names of the probes with this verdict. */
export const those = (findings: ReadonlyArray<Finding>, verdict: Verdict): ReadonlyArray<string> =>
  findings.filter((finding) => finding.verdict === verdict).map(({ probe }) => probe)

/** Cause and fix of a probe in one text. */
export const saidOf = (findings: ReadonlyArray<Finding>, probe: string): string => {
  const found = findings.find((finding) => finding.probe === probe)
  return found === undefined ? "" : `${found.verdict}: ${found.cause} -> ${found.fix ?? ""}`
}
