/**
 * The variables as tables for people: what `docs/configuration.md` shows.
 */
import { Either } from "effect"
import type { Variable } from "./Variable.js"
import { areas } from "./Variables.js"

const defaultCell = ({ defaultText, unset }: Variable<unknown>): string => {
  if (unset === undefined) return "**required**"
  if (defaultText === undefined) return "none"
  // A default that follows from other variables is a sentence, not a value.
  const literal = Either.match(unset(), { onLeft: () => false, onRight: (value) => value !== undefined })
  return literal ? `\`${defaultText}\`` : defaultText
}

const row = (variable: Variable<unknown>): string => {
  const { format, name, summary } = variable
  const rule = `${format.expected.charAt(0).toUpperCase()}${format.expected.slice(1)}`
  return `| \`${name}\` | ${defaultCell(variable)} | ${summary} | ${rule}${format.secret ? "; secret" : ""} |`
}

/** One heading and Markdown table for each area. */
export const variablesTables = (): string =>
  areas
    .map(({ title, variables }) =>
      [
        `### ${title}`,
        "",
        "| Variable | Default | Meaning | Expected |",
        "| --- | --- | --- | --- |",
        ...variables.map(row)
      ].join("\n")
    )
    .join("\n\n")
