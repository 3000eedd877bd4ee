/**
 * The Dockerfile as its instructions.
 */
import { read } from "./Documents.js"

export interface Instruction {
  readonly name: string
  readonly text: string
}

/** One entry per instruction, its lines joined, comments left out. */
export const instructions: ReadonlyArray<Instruction> = read("Dockerfile")
  .split("\n")
  .filter((line) => !line.startsWith("#"))
  .join("\n")
  .replaceAll(/\s*\\\n\s*/g, " ")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => ({ name: line.slice(0, line.indexOf(" ")), text: line.slice(line.indexOf(" ") + 1).trim() }))

/** Where the stage that becomes the image begins. */
const last = instructions.findLastIndex(({ name }) => name === "FROM")

/** Texts of the instructions of one name; of the image's own stage with `final`. */
export const textsOf = (name: string, final = false): ReadonlyArray<string> =>
  instructions.slice(final ? last : 0).flatMap((one) => (one.name === name ? [one.text] : []))

/** `NAME=VALUE` pairs of an instruction such as ENV, with or without quotes. */
export const pairsOf = (texts: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(
    texts.flatMap((text) =>
      [...text.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S*))/g)].map(([, name = "", quoted, plain]) => [
        name,
        quoted ?? plain ?? ""
      ])
    )
  )

/** What is copied from the working folder: source paths, each with the folder of the image or stage it goes to. */
export const copiedFromContext: ReadonlyArray<string> = textsOf("COPY")
  .filter((text) => !text.includes("--from="))
  .flatMap((text) => text.split(/\s+/).slice(0, -1))

/** What the build stage copies into the image, as patterns below the working folder. */
export const copiedByBuild: ReadonlyArray<string> = textsOf("RUN").flatMap((text) =>
  [...text.matchAll(/\bcp((?: \S+)+?)(?= &&|$)/g)].flatMap(([, words = ""]) =>
    words
      .trim()
      .split(/\s+/)
      .slice(0, -1)
      .filter((word) => !word.startsWith("--"))
  )
)
