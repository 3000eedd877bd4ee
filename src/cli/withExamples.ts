/**
 * The description of a command with examples of its use.
 */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Span from "@effect/cli/HelpDoc/Span"

/** The line to type, and what it does. */
export type Example = readonly [line: string, does: string]

/** What `--help` says of a command: one sentence, and lines to type. For `Command.withDescription`. */
export const withExamples = (
  description: string,
  ...examples: readonly [Example, ...ReadonlyArray<Example>]
): HelpDoc.HelpDoc => {
  const definition = ([line, does]: Example): [Span.Span, HelpDoc.HelpDoc] => [Span.text(line), HelpDoc.p(does)]
  const [first, ...others] = examples
  return HelpDoc.blocks([
    HelpDoc.p(description),
    HelpDoc.h2("Examples"),
    HelpDoc.descriptionList([definition(first), ...others.map(definition)])
  ])
}
