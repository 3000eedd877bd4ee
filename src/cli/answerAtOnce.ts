/**
 * Questions answered from what the build noted of the commands, without loading any of them.
 */
import { readFileSync } from "node:fs"
import type { KnownCommand } from "./KnownCommand.js"
import { answerTo, questionIn } from "./Question.js"
import { screenOf } from "./Screen.js"

/** What the build noted; nothing where there was no build, or half a one. */
const noted = (file: URL): KnownCommand | undefined => {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return undefined
  }
}

/** Answers on stdout if the words are a question, and says whether they were: if not, or where `file` cannot be read, nothing is done. */
export const answerAtOnce = (words: ReadonlyArray<string>, file: URL): boolean => {
  // All that can be a question has one of these words; with others the file is not read for nothing.
  if (!words.some((word) => ["help", "-h", "--help", "--version"].includes(word))) return false
  const known = noted(file)
  const question = known === undefined ? undefined : questionIn(known, words)
  if (question === undefined) return false
  process.stdout.write(`${answerTo(question, screenOf(process.stdout)).join("\n")}\n`)
  return true
}
