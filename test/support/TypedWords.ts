/**
 * Lines of the documents and of the help, taken apart as a shell does.
 */

/** The words of a line: without quotes, without what redirects. */
export const typedWords = (line: string): ReadonlyArray<string> =>
  (line.replace(/ [>|] .*$| >> .*$/, "").match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""))
