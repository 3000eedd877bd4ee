/**
 * What `--help` shows.
 */
import stringWidth from "string-width"
import type { KnownArgument, KnownCommand, KnownOption } from "./KnownCommand.js"
import { nameOf } from "./KnownCommand.js"
import type { Style } from "./Style.js"

/** Lines of words, none wider than there is room for. */
const wrapped = (text: string, width: number): ReadonlyArray<string> =>
  text.split(" ").reduce<ReadonlyArray<string>>((lines, word) => {
    const last = lines.at(-1)
    return last === undefined || stringWidth(`${last} ${word}`) > width
      ? [...lines, word]
      : [...lines.slice(0, -1), `${last} ${word}`]
  }, [])

type Entry = readonly [term: string, text: string]

/** Terms with their texts beside them. */
const entries = (title: string, list: ReadonlyArray<Entry>, width: number, style: Style): ReadonlyArray<string> => {
  if (list.length === 0) return []
  const indent = Math.min(32, Math.max(...list.map(([term]) => stringWidth(term)))) + 4
  return [
    "",
    style.bold(title),
    ...list.flatMap(([term, text]) => {
      const [first = "", ...more] = wrapped(text, Math.max(24, width - indent))
      const gap = " ".repeat(Math.max(0, indent - 2 - stringWidth(term)))
      const beside = gap.length >= 2
      return [
        `  ${style.good(term)}${beside ? `${gap}${first}` : ""}`.trimEnd(),
        ...(beside ? more : [first, ...more]).filter((line) => line !== "").map((line) => " ".repeat(indent) + line)
      ]
    })
  ]
}

const optionEntry = ({ description, names, repeated, required, value }: KnownOption): Entry => [
  [[...names].reverse().join(", "), ...(value === undefined ? [] : [value.placeholder])].join(" "),
  `${description}${required && value !== undefined ? " (required)" : ""}${repeated ? " (may be repeated)" : ""}`
]

const argumentName = ({ repeated, required, value: { placeholder } }: KnownArgument): string =>
  `${required ? placeholder : `[${placeholder}]`}${repeated ? "..." : ""}`

const builtIn: ReadonlyArray<Entry> = [
  ["-h, --help", "Show this help"],
  ["--version", "Show the version"]
]

const usage = ({ arguments: args, options, path, subcommands }: KnownCommand): string =>
  [
    ...path,
    ...(subcommands.length === 0 ? [] : [options.length === 0 ? "COMMAND" : "[COMMAND]"]),
    ...(options.length === 0 ? [] : ["[OPTIONS]"]),
    ...args.map(argumentName)
  ].join(" ")

/** The help of a command in lines of at most so many columns. */
export const helpLines = (command: KnownCommand, width: number, style: Style): ReadonlyArray<string> => [
  ...wrapped(command.description, width),
  "",
  `${style.bold("Usage:")} ${usage(command)}`,
  ...entries(
    "Commands",
    command.subcommands.map((below): Entry => [nameOf(below), below.description]),
    width,
    style
  ),
  ...entries(
    "Arguments",
    command.arguments.map((argument): Entry => [argumentName(argument), argument.description]),
    width,
    style
  ),
  ...entries("Options", [...command.options.map(optionEntry), ...builtIn], width, style),
  ...(command.examples.length === 0 ? [] : ["", style.bold("Examples")]),
  ...command.examples.flatMap(([line, does]) => [
    `  ${style.good(line)}`,
    ...wrapped(does, width - 6).map((text) => `      ${text}`)
  ])
]
