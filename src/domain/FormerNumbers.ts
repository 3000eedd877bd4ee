/**
 * The numbers that an asset had in CDF before it was deleted or made anew. Links to them are dead, and CDF is slow to take them away.
 */
/** The name of the fact that holds them, among those of the facility; it goes with the ledger's row of the asset. */
export const formerNumbersFact = (asset: string): string => `former numbers of ${asset}`

/** More are only there where an asset was deleted again and again before its links were made anew. */
const most = 5

/** A fact that cannot be read is none. */
export const decodeFormerNumbers = (fact: string | undefined): ReadonlyArray<number> =>
  (fact ?? "").split(" ").flatMap((text) => (/^[1-9]\d{0,15}$/.test(text) ? Number(text) : []))

/** The fact once `number` is a former one too. */
export const withFormerNumber = (fact: string | undefined, number: number): string =>
  [...new Set([...decodeFormerNumbers(fact), number])].slice(-most).join(" ")
