/**
 * The command line: its commands, its signals, its exit code.
 */
import * as Command from "@effect/cli/Command"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { version } from "../version.js"
import { backfillCommand } from "./backfill.js"
import { deadLettersCommand } from "./deadLetters.js"
import { interrupted, misused } from "./exitCode.js"
import { reconcileCommand } from "./reconcile.js"
import { run, runCommand, runOptions } from "./run.js"
import { runsCommand } from "./runs.js"
import { sandboxCommand } from "./sandbox.js"

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

/** Runs the command of this process; its end is the end of the process, with the exit code that says how it went. */
export const runCommandLine = (): void => {
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
}
