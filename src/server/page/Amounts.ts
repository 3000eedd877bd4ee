/**
 * Numbers as people read them.
 */

const grouped = new Intl.NumberFormat("en")

/** `1,234,567`. */
export const amount = (value: number): string => grouped.format(value)

/** `1 run`, `3 runs`; the plural may be given. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${amount(value)} ${value === 1 ? one : many}`
