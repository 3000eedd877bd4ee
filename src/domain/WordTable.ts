/**
 * Setup-table texts by the words in them: which of a tenant's statuses stands for which of ours.
 */

/** Words that stand for a subtype. */
export interface WordEntry<A extends string> {
  readonly subtype: A
  readonly words: ReadonlyArray<string>
}

const wordsOf = (text: string): ReadonlyArray<string> => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

const negations: ReadonlySet<string> = new Set(["not", "un"])

/** Stand between a negation and its word: "not yet started". */
const fillers: ReadonlySet<string> = new Set(["yet", "been"])

const isNegated = (text: ReadonlyArray<string>, at: number): boolean => {
  let before = at - 1
  while (fillers.has(text[before] ?? "")) before--
  return negations.has(text[before] ?? "")
}

const holds = (text: ReadonlyArray<string>, wanted: ReadonlyArray<string>): boolean =>
  wanted.length > 0 &&
  text.some((_, at) => wanted.every((word, index) => text[at + index] === word) && !isNegated(text, at))

/**
 * Matches whole words, in any case, in the order of the table: the first entry with a word in the text wins. A word after "not"
 * or "un", or inside another word (incomplete, inactive), does not match. An entry may hold several words in a row
 * ("work in process").
 */
export const wordMatcher = <A extends string>(
  table: ReadonlyArray<WordEntry<A>>
): ((text: string | null | undefined) => A | undefined) => {
  const entries = table.map(({ subtype, words }) => ({ subtype, phrases: words.map(wordsOf) }))
  return (text) => {
    const words = wordsOf(text ?? "")
    return entries.find(({ phrases }) => phrases.some((phrase) => holds(words, phrase)))?.subtype
  }
}
