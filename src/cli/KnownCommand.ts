/**
 * The commands as a person may type them: plain data, so that help needs nothing of what the commands do.
 */
import type { Example } from "./withExamples.js"

/** What a value has to be. */
export type ValueKind = "text" | "integer" | "file"

/** A value of an option or an argument. */
export interface KnownValue {
  /** Stands for the value where it is explained. */
  readonly placeholder: string
  readonly kind: ValueKind
  /** All there are, where it is one of few. */
  readonly choices: ReadonlyArray<string>
}

/** What is said of an option or an argument. */
export interface Described {
  readonly description: string
  readonly required: boolean
  readonly repeated: boolean
}

/** An option; without `value` it is a flag. */
export interface KnownOption extends Described {
  /** `--yes`, `-y` */
  readonly names: readonly [string, ...ReadonlyArray<string>]
  readonly value: KnownValue | undefined
}

export interface KnownArgument extends Described {
  readonly value: KnownValue
}

export interface KnownCommand {
  /** As it is typed: `["plex-cdf", "runs", "list"]`. */
  readonly path: ReadonlyArray<string>
  readonly description: string
  readonly examples: ReadonlyArray<Example>
  readonly options: ReadonlyArray<KnownOption>
  readonly arguments: ReadonlyArray<KnownArgument>
  readonly subcommands: ReadonlyArray<KnownCommand>
}

/** The name of a command below the one above it. */
export const nameOf = ({ path }: KnownCommand): string => path.at(-1) ?? ""

/** Whether a command only holds others together. */
export const isGroup = (command: KnownCommand): boolean =>
  command.subcommands.length > 0 && command.options.length === 0 && command.arguments.length === 0

/** A command and all below it. */
export const everyCommand = (command: KnownCommand): ReadonlyArray<KnownCommand> => [
  command,
  ...command.subcommands.flatMap(everyCommand)
]
