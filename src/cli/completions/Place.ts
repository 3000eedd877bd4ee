/**
 * What may come next, wherever the cursor is: from this each shell gets its script.
 */
import { extractors, flowNames } from "../../domain/Flow.js"
import { backfillFlows } from "../../domain/HistoryKind.js"
import { everyCommand, type KnownCommand, type KnownValue, nameOf } from "../KnownCommand.js"

/** What a shell offers for a value. */
export type Offer =
  | { readonly _tag: "Words"; readonly words: ReadonlyArray<string> }
  /** Words, separated by commas. */
  | { readonly _tag: "List"; readonly words: ReadonlyArray<string> }
  | { readonly _tag: "File" }
  | { readonly _tag: "Nothing" }

/** A word with what it does. */
export interface Told {
  readonly name: string
  readonly description: string
}

export interface OfferedOption {
  readonly names: ReadonlyArray<string>
  readonly description: string
  /** What stands for the value, and what is offered for it; `undefined` for a flag. */
  readonly value: { readonly placeholder: string; readonly offer: Offer } | undefined
}

/** A command that has been typed, and what may follow. */
export interface Place {
  /** The words of the command after `plex-cdf`: none, or `["runs", "list"]`. */
  readonly path: ReadonlyArray<string>
  readonly commands: ReadonlyArray<Told>
  readonly options: ReadonlyArray<OfferedOption>
  readonly arguments: ReadonlyArray<{ readonly placeholder: string; readonly offer: Offer }>
}

/** Values that are known, by what stands for them. */
const byPlaceholder = new Map<string, Offer>([
  ["FLOW", { _tag: "Words", words: flowNames }],
  ["FLOWS", { _tag: "List", words: flowNames }],
  ["HISTORY-FLOWS", { _tag: "List", words: backfillFlows }],
  ["EXTRACTORS", { _tag: "List", words: extractors }]
])

const offerOf = ({ choices, kind, placeholder }: KnownValue): Offer => {
  if (choices.length > 0) return { _tag: "Words", words: choices }
  if (kind === "file") return { _tag: "File" }
  return byPlaceholder.get(placeholder) ?? { _tag: "Nothing" }
}

const offered = (value: KnownValue) => ({ placeholder: value.placeholder, offer: offerOf(value) })

const flag = (description: string, ...names: ReadonlyArray<string>): OfferedOption => ({
  names,
  description,
  value: undefined
})

const help: Told = { name: "help", description: "Show the help of a command" }

const toldOf = (command: KnownCommand): Told => ({ name: nameOf(command), description: command.description })

const placeOf = (command: KnownCommand): Place => ({
  path: command.path.slice(1),
  commands: [...command.subcommands.map(toldOf), ...(command.path.length === 1 ? [help] : [])],
  options: [
    ...command.options.map(({ description, names, value }) => ({
      names,
      description,
      value: value === undefined ? undefined : offered(value)
    })),
    flag("Show the help", "--help", "-h"),
    flag("Show the version", "--version")
  ],
  arguments: command.arguments.map(({ value }) => offered(value))
})

/** Every place there is, `help` with the commands that it tells of included. */
export const placesOf = (program: KnownCommand): ReadonlyArray<Place> => [
  ...everyCommand(program).map(placeOf),
  ...[program, ...program.subcommands]
    .filter(({ subcommands }) => subcommands.length > 0)
    .map(({ path, subcommands }) => ({
      path: ["help", ...path.slice(1)],
      commands: subcommands.map(toldOf),
      options: [],
      arguments: []
    }))
]

/** A text in single quotes, as bash and zsh read it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
