#!/usr/bin/env -S node --
/**
 * The command line.
 */
import * as Command from "@effect/cli/Command"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { backfillCommand } from "./cli/backfill.js"
import { deadLettersCommand } from "./cli/deadLetters.js"
import { interrupted, misused } from "./cli/exitCode.js"
import { reconcileCommand } from "./cli/reconcile.js"
import { run, runCommand, runOptions } from "./cli/run.js"
import { runsCommand } from "./cli/runs.js"
import { sandboxCommand } from "./cli/sandbox.js"
import { version } from "./version.js"

const command = Command.make("plex-cdf", runOptions, run).pipe(
  Command.withDescription("Keeps Cognite Data Fusion true to Plex Manufacturing Cloud"),
  Command.withSubcommands([
    runCommand,
    reconcileCommand,
    backfillCommand,
    deadLettersCommand,
    runsCommand,
    sandboxCommand
  ])
)

/** The first signal drains (the runtime interrupts); the second exits at once. */
const exitOnSecondSignal = (): void => {
  let signals = 0
  const count = (): void => {
    if (++signals > 1) process.exit(interrupted)
  }
  process.on("SIGINT", count)
  process.on("SIGTERM", count)
}

exitOnSecondSignal()
Command.run(command, { name: "plex-cdf", version })(process.argv).pipe(
  Effect.catchIf(ValidationError.isValidationError, () =>
    // The library has printed what is wrong.
    Effect.sync(() => {
      process.exitCode = misused
    })
  ),
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disablePrettyLogger: true })
)
