/**
 * Which known name a mistyped one was probably meant to be.
 */

/** Levenshtein's distance: how many characters must be put in, taken out or changed. */
export const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

/** The known name that is nearest to `name`, case aside; the first of several; nothing when none is known. */
export const nearest = (name: string, known: Iterable<string>): string | undefined => {
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const found = distance(name.toLowerCase(), candidate.toLowerCase())
    if (best === undefined || found < best.distance) best = { name: candidate, distance: found }
  }
  return best?.name
}
