/**
 * Reads from the commands themselves what can be typed.
 */
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import type { Span } from "@effect/cli/HelpDoc/Span"
import type { Usage } from "@effect/cli/Usage"
import { HashMap, Option } from "effect"
import type { Described, KnownArgument, KnownCommand, KnownOption, KnownValue, ValueKind } from "./KnownCommand.js"

/** How the words of a command line are taken: as they are written, without guessing. */
export const parserConfig = CliConfig.make({ autoCorrectLimit: 0, isCaseSensitive: true, showBuiltIns: false })

type Descriptor = CommandDescriptor.Command<unknown>

/** A command of the library, whatever it does. */
export interface AnyCommand {
  readonly descriptor: Descriptor
}

const textOf = (span: Span): string => {
  switch (span._tag) {
    case "Sequence":
      return textOf(span.left) + textOf(span.right)
    case "Text":
    case "URI":
      return span.value
    case "Highlight":
    case "Strong":
    case "Weak":
      return textOf(span.value)
  }
}

const blocksOf = (document: HelpDoc.HelpDoc): ReadonlyArray<HelpDoc.HelpDoc> =>
  HelpDoc.isSequence(document)
    ? [...blocksOf(document.left), ...blocksOf(document.right)]
    : HelpDoc.isEmpty(document)
      ? []
      : [document]

/** The blocks under a heading, down to the next one. */
const sectionOf = (blocks: ReadonlyArray<HelpDoc.HelpDoc>, title: string): ReadonlyArray<HelpDoc.HelpDoc> => {
  const begin = blocks.findIndex((block) => HelpDoc.isHeader(block) && textOf(block.value) === title)
  if (begin < 0) return []
  const end = blocks.findIndex((block, index) => index > begin && HelpDoc.isHeader(block))
  return blocks.slice(begin + 1, end < 0 ? undefined : end)
}

const paragraphsOf = (document: HelpDoc.HelpDoc): ReadonlyArray<string> =>
  blocksOf(document).flatMap((block) => (HelpDoc.isParagraph(block) ? [textOf(block.value)] : []))

type Definition = readonly [term: string, paragraphs: ReadonlyArray<string>]

const definitionsOf = (blocks: ReadonlyArray<HelpDoc.HelpDoc>): ReadonlyArray<Definition> =>
  blocks.flatMap((block) =>
    HelpDoc.isDescriptionList(block)
      ? block.definitions.map(([term, document]): Definition => [textOf(term), paragraphsOf(document)])
      : []
  )

interface Named extends Omit<Described, "description"> {
  readonly names: ReadonlyArray<string>
  readonly accepted: string | undefined
}

const namedIn = (usage: Usage, required = true, repeated = false): ReadonlyArray<Named> => {
  switch (usage._tag) {
    case "Empty":
    case "Mixed":
      return []
    case "Named":
      return [{ names: usage.names, accepted: Option.getOrUndefined(usage.acceptedValues), required, repeated }]
    case "Optional":
      return namedIn(usage.usage, false, repeated)
    case "Repeated":
      return namedIn(usage.usage, required, true)
    case "Alternation":
      return [...namedIn(usage.left, false, repeated), ...namedIn(usage.right, false, repeated)]
    case "Concat":
      return [...namedIn(usage.left, required, repeated), ...namedIn(usage.right, required, repeated)]
  }
}

const kinds = new Map<string, ValueKind>([
  ["An integer.", "integer"],
  ["A file.", "file"],
  ["An existing file.", "file"],
  ["A file that must not exist.", "file"]
])

/** A definition begins with the kind of value, and may end with what the library says of its default. */
const described = ([, [kind = "", ...texts]]: Definition, { repeated, required }: Named) => ({
  kind: kinds.get(kind) ?? ("text" as const),
  description: texts.find((text) => !/^This (setting|option|argument) /.test(text)) ?? "",
  required,
  repeated
})

const isChoice = ([, [kind = ""]]: Definition): boolean => kind.startsWith("One of the following: ")

const valueOf = (definition: Definition, named: Named, name: string, kind: ValueKind): KnownValue => ({
  placeholder: isChoice(definition) ? (named.accepted ?? "").replaceAll(" | ", "|") : name,
  kind,
  choices: isChoice(definition) ? (named.accepted ?? "").split(" | ") : []
})

/** An argument needs a name where it is told that it is missing. */
const argumentName = ([term]: Definition): string => term.replaceAll(/[<>]|\.\.\.$/g, "").toUpperCase()

const readCommand = (descriptor: Descriptor, parents: ReadonlyArray<string>): Omit<KnownCommand, "subcommands"> => {
  const [self, ...named] = namedIn(CommandDescriptor.getUsage(descriptor))
  const blocks = blocksOf(CommandDescriptor.getHelp(descriptor, parserConfig))
  const isOption = ({ names }: Named): boolean => names.some((name) => name.startsWith("-"))
  const options = definitionsOf(sectionOf(blocks, "OPTIONS"))
  const args = definitionsOf(sectionOf(blocks, "ARGUMENTS"))
  return {
    path: [...parents, ...(self?.names ?? [])],
    description: sectionOf(blocks, "DESCRIPTION").flatMap(paragraphsOf).join(" "),
    examples: definitionsOf(sectionOf(blocks, "Examples")).map(([line, does]) => [line, does.join(" ")]),
    options: named.filter(isOption).flatMap((option, index): ReadonlyArray<KnownOption> => {
      const definition = options[index]
      const [name, ...names] = [...option.names].sort((a, b) => b.length - a.length)
      if (definition === undefined || name === undefined) return []
      const { kind, ...rest } = described(definition, option)
      const value =
        option.accepted === undefined ? undefined : valueOf(definition, option, option.accepted.toUpperCase(), kind)
      return [{ names: [name, ...names], value, ...rest }]
    }),
    arguments: named
      .filter((each) => !isOption(each))
      .flatMap((argument, index): ReadonlyArray<KnownArgument> => {
        const definition = args[index]
        if (definition === undefined) return []
        const { kind, ...rest } = described(definition, argument)
        return [{ value: valueOf(definition, argument, argumentName(definition), kind), ...rest }]
      })
  }
}

/** Names of the subcommands in the order in which they are declared. */
const order = (descriptor: Descriptor): ReadonlyArray<string> =>
  sectionOf(blocksOf(CommandDescriptor.getHelp(descriptor, parserConfig)), "COMMANDS").flatMap((block) =>
    HelpDoc.isEnumeration(block)
      ? block.elements.flatMap((element) => paragraphsOf(element).map((text) => text.split(" ")[0] ?? ""))
      : []
  )

/** A command with its subcommands, which have none themselves: the library does not tell of those. */
const readGroup = (descriptor: Descriptor, parents: ReadonlyArray<string>): KnownCommand => {
  const command = readCommand(descriptor, parents)
  const subcommands = CommandDescriptor.getSubcommands(descriptor)
  const names = [...new Set(order(descriptor))]
  return {
    ...command,
    subcommands: names.flatMap((name) =>
      Option.match(HashMap.get(subcommands, name), {
        onNone: () => [],
        onSome: (subcommand) => [{ ...readCommand(subcommand, command.path), subcommands: [] }]
      })
    )
  }
}

/** All that can be typed: the program itself with its commands. */
export const readCommands = (program: AnyCommand, commands: ReadonlyArray<AnyCommand>): KnownCommand => {
  const root = readCommand(program.descriptor, [])
  return { ...root, subcommands: commands.map(({ descriptor }) => readGroup(descriptor, root.path)) }
}
