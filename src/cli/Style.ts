/**
 * What a stream of this process may show: tables and colours for a person at a terminal, plain text for everything else.
 */

/** What is told apart by its colour; never by its colour alone. */
export type Tone = "good" | "warn" | "bad" | "faint" | "bold"

/** A text in each of the tones. */
export type Style = Readonly<Record<Tone, (text: string) => string>>

/** What is asked of a stream. */
export type Shown = Pick<NodeJS.WriteStream, "isTTY">

type Environment = Readonly<Record<string, string | undefined>>

const codes: Readonly<Record<Tone, readonly [begin: number, end: number]>> = {
  good: [32, 39],
  warn: [33, 39],
  bad: [31, 39],
  faint: [2, 22],
  bold: [1, 22]
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ""

/** Whether somebody looks at the stream: a terminal, and not that of a CI, whose log is read by programs. */
export const isForPeople = (stream: Shown, environment: Environment = process.env): boolean =>
  stream.isTTY === true && (!isSet(environment["CI"]) || environment["CI"] === "false")

/** Whether lines may be written anew on the stream, as progress does. */
export const isLive = (stream: Shown, environment: Environment = process.env): boolean =>
  isForPeople(stream, environment) && environment["TERM"] !== "dumb"

/** Whether the stream shows colours; a person may forbid them by `NO_COLOR`, whatever its value. */
export const isColoured = (stream: Shown, environment: Environment = process.env): boolean =>
  isLive(stream, environment) && !isSet(environment["NO_COLOR"])

const coloured =
  (tone: Tone) =>
  (text: string): string => {
    const [begin, end] = codes[tone]
    return text === "" ? "" : `\u001b[${begin}m${text}\u001b[${end}m`
  }

const plain = (text: string): string => text

/** How texts stand out on this stream: `style(process.stdout).bad("failed")`; where it shows no colours, as they are. */
export const style = (stream: Shown, environment: Environment = process.env): Style => {
  const toned = isColoured(stream, environment) ? coloured : () => plain
  return { good: toned("good"), warn: toned("warn"), bad: toned("bad"), faint: toned("faint"), bold: toned("bold") }
}
