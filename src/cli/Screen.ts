/**
 * Where tables are shown: how wide they may be, and in which tones.
 */
import { isForPeople, type Style, style } from "./Style.js"

/** A stream as tables see it. */
export interface Screen {
  /** Columns of the terminal; `undefined` where there is none. */
  readonly width: number | undefined
  readonly style: Style
}

/** Width of a terminal that does not tell it. */
const usual = 80

/** The screen that a stream writes to. */
export const screenOf = (stream: Pick<NodeJS.WriteStream, "isTTY" | "columns">): Screen => ({
  width: isForPeople(stream) ? stream.columns || usual : undefined,
  style: style(stream)
})

/** A screen without bounds or colours. */
export const anywhere: Screen = { width: undefined, style: style({ isTTY: false }) }
