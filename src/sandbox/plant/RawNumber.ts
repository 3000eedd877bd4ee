/** Opens a raw number inside the text that `JSON.stringify` makes; no text of the plant holds this character. */
export const rawMark = "\uE0FF"

/**
 * A number that a double cannot hold (`9007199254740993`, 20 digits, `1e400`): its JSON text, which {@link toJson} prints
 * unquoted, exactly as given.
 */
export class RawNumber {
  constructor(readonly text: string) {
    if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new RangeError(`not a JSON number: ${text}`)
  }

  toJSON(): string {
    return `${rawMark}${this.text}`
  }

  toString(): string {
    return this.text
  }
}
