/**
 * The words of a command line, checked against what is known before anything is done: the library takes an unknown flag for an
 * argument, and the flags of one command for those of another.
 */
import { didYouMean } from "./nearest.js"
import { everyCommand, isGroup, type KnownCommand, type KnownOption, type KnownValue, nameOf } from "./KnownCommand.js"
import { descend, type Question, questionIn, subcommandOf } from "./Question.js"

/** What the words ask for. */
export type Reading =
  /** Words for the library's parser: the command, its options with their values, `--`, its arguments. */
  | { readonly _tag: "Run"; readonly command: KnownCommand; readonly words: ReadonlyArray<string> }
  | Question
  /** Wrong, and why; nothing is to be done. */
  | { readonly _tag: "Misuse"; readonly command: KnownCommand; readonly message: string }

const namesOf = ({ options }: KnownCommand): ReadonlyArray<string> => options.flatMap(({ names }) => names)

const optionOf = ({ options }: KnownCommand, name: string): KnownOption | undefined =>
  options.find(({ names }) => names.includes(name))

const typed = ({ path }: KnownCommand): string => path.join(" ")

const unknownCommand = (command: KnownCommand, word: string): string => {
  const names = command.subcommands.map(nameOf)
  return `there is no command ${JSON.stringify(word)}.${didYouMean(word, [...names, "help"]) || ` There are ${names.join(", ")}.`}`
}

/** Whose option it is, where it is none of this command. */
const unknownOption = (root: KnownCommand, command: KnownCommand, name: string): string => {
  const told = `there is no option ${name}.`
  const meant = didYouMean(name, namesOf(command))
  if (meant !== "") return told + meant
  const others = everyCommand(root).filter((other) => other !== root && namesOf(other).includes(name))
  if (others.length > 0) return `${told} It is one of ${others.map((other) => `\`${typed(other)}\``).join(", ")}.`
  return told
}

const wrongValue = (name: string, { choices, kind, placeholder }: KnownValue, word: string): string | undefined => {
  if (choices.length > 0 && !choices.includes(word))
    return `${name}: ${JSON.stringify(word)} is none of ${choices.join(", ")}.${didYouMean(word, choices)}`
  if (kind === "integer" && !/^[+-]?\d+$/.test(word))
    return `${name}: a whole number is expected, not ${JSON.stringify(word)}`
  return word === "" ? `${name}: ${placeholder} is empty` : undefined
}

/** A word that stands for an option, not for a value; a negative number does not. */
const isOption = (word: string): boolean => /^-[^\d]/.test(word) && word !== "--"

/** What has been read so far. */
interface Found {
  readonly options: Array<string>
  readonly seen: Set<KnownOption>
  readonly values: Array<string>
}

/** Reads an option with its value and tells how many words that were, or what is wrong with it. */
const takeOption = (
  root: KnownCommand,
  command: KnownCommand,
  words: ReadonlyArray<string>,
  found: Found
): number | string => {
  const [word = "", next] = words
  const [, name = word, given] = /^(--?[^=]+)=(.*)$/s.exec(word) ?? []
  const option = optionOf(command, name)
  if (option === undefined) return unknownOption(root, command, name)
  if (found.seen.has(option) && !option.repeated) return `${name} is given twice`
  found.seen.add(option)
  const [long] = option.names
  if (option.value === undefined) {
    if (given !== undefined && given !== "true" && given !== "false") return `${name} takes no value`
    if (given !== "false") found.options.push(long)
    return 1
  }
  const value = given ?? (next === undefined || next === "--" || isOption(next) ? undefined : next)
  if (value === undefined) return `${name} wants a value: ${name} ${option.value.placeholder}`
  found.options.push(long, value)
  return wrongValue(name, option.value, value) ?? (given === undefined ? 2 : 1)
}

/** What is wrong with the values of the arguments, if anything. */
const wrongArguments = (command: KnownCommand, values: ReadonlyArray<string>): string | undefined => {
  const known = command.arguments
  const [extra] = known.some(({ repeated }) => repeated) ? [] : values.slice(known.length)
  if (extra !== undefined)
    return known.length === 0
      ? `${JSON.stringify(extra)} is not expected: there are no arguments`
      : `${JSON.stringify(extra)} is one argument too many`
  const missing = known.slice(values.length).find(({ required }) => required)
  if (missing !== undefined) return `${missing.value.placeholder} is missing`
  return values
    .map((word, index) => {
      const argument = known[Math.min(index, known.length - 1)]
      return argument === undefined ? undefined : wrongValue(argument.value.placeholder, argument.value, word)
    })
    .find((problem) => problem !== undefined)
}

const missingOption = ({ options }: KnownCommand, { seen }: Found): string | undefined => {
  const missing = options.find((option) => option.required && option.value !== undefined && !seen.has(option))
  return missing === undefined ? undefined : `${missing.names[0]} ${missing.value?.placeholder ?? ""} is missing`
}

/** The words of one command, in the order that the library reads without doubt. */
const readOne = (root: KnownCommand, command: KnownCommand, words: ReadonlyArray<string>): Reading => {
  const misuse = (message: string): Reading => ({ _tag: "Misuse", command, message })
  const found: Found = { options: [], seen: new Set(), values: [] }
  for (let index = 0; index < words.length; ) {
    const word = words[index] ?? ""
    if (word === "--") {
      found.values.push(...words.slice(index + 1))
      break
    }
    if (isOption(word)) {
      const taken = takeOption(root, command, words.slice(index), found)
      if (typeof taken === "string") return misuse(taken)
      index += taken
    } else {
      found.values.push(word)
      index += 1
    }
  }
  const [value] = found.values
  if (command === root && value !== undefined) {
    const below = subcommandOf(root, value)
    return misuse(
      below === undefined ? unknownCommand(root, value) : `options come after the command: \`${typed(below)} …\``
    )
  }
  const problem = missingOption(command, found) ?? wrongArguments(command, found.values)
  if (problem !== undefined) return misuse(problem)
  const path = command === root ? ["run"] : command.path.slice(1)
  const forced = found.values.length === 0 ? [] : ["--", ...found.values]
  return { _tag: "Run", command, words: [...path, ...found.options, ...forced] }
}

/** Reads what was typed after the name of the program. */
export const readWords = (root: KnownCommand, words: ReadonlyArray<string>): Reading => {
  const question = questionIn(root, words)
  if (question !== undefined) return question
  const asksForHelp = words[0] === "help"
  const [command, rest] = descend(root, asksForHelp ? words.slice(1) : words)
  const [first] = rest
  if (first !== undefined && !first.startsWith("-") && (asksForHelp || command.subcommands.length > 0))
    return { _tag: "Misuse", command, message: unknownCommand(command, first) }
  if (isGroup(command)) {
    const names = command.subcommands.map(nameOf).join(", ")
    return { _tag: "Misuse", command, message: `say what to do, by one of its commands: ${names}` }
  }
  return readOne(root, command, rest)
}
