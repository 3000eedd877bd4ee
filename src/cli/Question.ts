/**
 * What is asked of the program itself, of which no command is run: its help, and its version.
 */
import { version } from "../version.js"
import { helpLines } from "./helpText.js"
import { type KnownCommand, nameOf } from "./KnownCommand.js"
import type { Screen } from "./Screen.js"

export type Question = { readonly _tag: "Help"; readonly command: KnownCommand } | { readonly _tag: "Version" }

/** The command below this one that has this name. */
export const subcommandOf = ({ subcommands }: KnownCommand, name: string | undefined): KnownCommand | undefined =>
  subcommands.find((command) => nameOf(command) === name)

/** The command that the first words name, and the words after it. */
export const descend = (
  command: KnownCommand,
  words: ReadonlyArray<string>
): readonly [command: KnownCommand, rest: ReadonlyArray<string>] => {
  const below = subcommandOf(command, words[0])
  return below === undefined ? [command, words] : descend(below, words.slice(1))
}

/** The question in what was typed after the name of the program; `undefined` where it is anything else, right or wrong. */
export const questionIn = (root: KnownCommand, words: ReadonlyArray<string>): Question | undefined => {
  const asksForHelp = words[0] === "help"
  const [command, rest] = descend(root, asksForHelp ? words.slice(1) : words)
  const beforeArguments = rest.slice(0, rest.includes("--") ? rest.indexOf("--") : undefined)
  if (beforeArguments.some((word) => word === "--help" || word === "-h")) return { _tag: "Help", command }
  if (beforeArguments.includes("--version")) return { _tag: "Version" }
  const [first] = rest
  return asksForHelp && (first === undefined || first.startsWith("-")) ? { _tag: "Help", command } : undefined
}

/** No line is longer, however wide the screen is. */
const widest = 100

/** What is answered, for this screen. */
export const answerTo = (question: Question, { style, width }: Screen): ReadonlyArray<string> =>
  question._tag === "Version" ? [version] : helpLines(question.command, Math.min(width ?? widest, widest), style)
