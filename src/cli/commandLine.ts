/**
 * The command line: its commands, its signals, its exit code.
 */
import * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as CommandDirective from "@effect/cli/CommandDirective"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { defaultTeardown, type Teardown } from "@effect/platform/Runtime"
import { Effect } from "effect"
import { stripVTControlCharacters } from "node:util"
import { backfillCommand } from "./backfill.js"
import { checkCommand } from "./check.js"
import { cleanupCommand } from "./cleanup.js"
import { compareCommand } from "./compare.js"
import { makeCompletionsCommand } from "./completions.js"
import { deadLettersCommand } from "./deadLetters.js"
import { interrupted, misused } from "./exitCode.js"
import { inspectCommand } from "./inspect.js"
import type { KnownCommand } from "./KnownCommand.js"
import { setExitCode, toStderr, toStdout } from "./output.js"
import { planCommand } from "./plan.js"
import { answerTo } from "./Question.js"
import { parserConfig, readCommands } from "./readCommands.js"
import { readWords } from "./readWords.js"
import { reconcileCommand } from "./reconcile.js"
import { run, runCommand, runOptions } from "./run.js"
import { runsCommand } from "./runs.js"
import { sandboxCommand } from "./sandbox.js"
import { setupCommand } from "./setup.js"
import { stateCommand } from "./state.js"
import { screenOf } from "./Screen.js"
import { withExamples } from "./withExamples.js"

/** Every command, in the order of the help. */
const commands = [
  runCommand,
  checkCommand,
  setupCommand,
  planCommand,
  inspectCommand,
  reconcileCommand,
  backfillCommand,
  deadLettersCommand,
  runsCommand,
  stateCommand,
  cleanupCommand,
  compareCommand,
  sandboxCommand,
  makeCompletionsCommand(() => known)
] as const

const program = Command.make("plex-cdf", runOptions, run).pipe(
  Command.withDescription(
    withExamples(
      "Keeps Cognite Data Fusion true to Plex Manufacturing Cloud. Without a command: as run",
      ["plex-cdf --once --sandbox", "Try it: one pass over an embedded demo plant, without any configuration"],
      ["plex-cdf check", "Look whether everything is as a run needs it, with the configuration of ./.env"],
      ["plex-cdf --once --dry-run", "See what one pass would write"],
      ["plex-cdf", "Stay, and keep CDF up to date"],
      ["plex-cdf help runs list", "The help of a command"]
    )
  ),
  Command.withSubcommands(commands)
)

/** All that can be typed. */
export const known: KnownCommand = readCommands(program, commands)

/** What the words of a command make, as the library reads them. */
export const parse = (words: ReadonlyArray<string>) =>
  CommandDescriptor.parse(program.descriptor, ["plex-cdf", ...words], parserConfig)

/** The first signal drains (the runtime interrupts); the second exits at once. */
const exitOnSecondSignal = (): void => {
  let signals = 0
  const count = (): void => {
    if (++signals > 1) process.exit(interrupted)
  }
  process.on("SIGINT", count)
  process.on("SIGTERM", count)
}

/** Says on stderr what is wrong with the words, and where help is. */
const explainMisuse = ({ path }: KnownCommand, message: string): Effect.Effect<void> =>
  Effect.zipRight(
    toStderr([`${path.join(" ")}: ${message}`, `See \`${path.join(" ")} --help\`.`]),
    setExitCode(misused)
  )

/** The library sets several problems apart by empty lines. */
const problemOf = (error: ValidationError.ValidationError): string =>
  ValidationError.isHelpRequested(error)
    ? "say what to do, by one of its commands"
    : stripVTControlCharacters(HelpDoc.toAnsiText(error.error))
        .trim()
        .replaceAll(/\n\s*\n/g, "\n")

const execute = (command: KnownCommand, words: ReadonlyArray<string>) =>
  parse(words).pipe(
    Effect.flatMap((directive) =>
      CommandDirective.isUserDefined(directive)
        ? program.transform(program.handler(directive.value), directive.value)
        : Effect.void
    ),
    Effect.catchIf(ValidationError.isValidationError, (error) => explainMisuse(command, problemOf(error)))
  )

const obey = (words: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    const reading = readWords(known, words)
    switch (reading._tag) {
      case "Run":
        return execute(reading.command, reading.words)
      case "Help":
      case "Version":
        return toStdout(answerTo(reading, screenOf(process.stdout)))
      case "Misuse":
        return explainMisuse(reading.command, reading.message)
    }
  })

/** A command that was interrupted says so by its exit code, where it has one for that. */
const teardown: Teardown = (exit, done) =>
  defaultTeardown(exit, (code) => done(code === 0 && process.exitCode === interrupted ? interrupted : code))

/** Runs the command of this process; its end is the end of the process, with the exit code that says how it went. */
export const runCommandLine = (): void => {
  exitOnSecondSignal()
  obey(process.argv.slice(2)).pipe(
    Effect.provide(NodeContext.layer),
    NodeRuntime.runMain({ disablePrettyLogger: true, teardown })
  )
}
