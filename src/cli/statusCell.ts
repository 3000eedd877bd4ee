/**
 * How a run or a flow went, in the tone of it.
 */
import type { Screen } from "./Screen.js"
import type { Tone } from "./Style.js"
import type { TonedCell } from "./Table.js"

const tones = new Map<string, Tone>([
  ["succeeded", "good"],
  ["ok", "good"],
  ["degraded", "warn"],
  ["failed", "bad"],
  ["abandoned", "bad"],
  ["skipped", "faint"],
  ["off", "faint"]
])

/** The word of a status; what is neither good nor bad stands out in no tone. */
export const statusCell = (status: string): TonedCell | string => {
  const tone = tones.get(status)
  return tone === undefined ? status : { text: status, tone }
}

/** The same outside a table. */
export const inTone = (cell: TonedCell | string, { style }: Screen): string =>
  typeof cell === "string" ? cell : style[cell.tone](cell.text)
