/**
 * The syntax of `RETIRED_RETENTION_DAYS`: for how many days retired objects are kept.
 */
import { Either, Option } from "effect"
import type { Format } from "./Variable.js"

/** Days that retired objects are kept; `undefined`: for ever. */
export interface Retention {
  readonly containers: number | undefined
  readonly others: number | undefined
}

const days = (text: string): Option.Option<number | undefined> => {
  if (text === "never") return Option.some(undefined)
  const parsed = Number(text)
  return /^\d{1,5}$/.test(text) && parsed >= 1 && parsed <= 36_500 ? Option.some(parsed) : Option.none()
}

/**
 * `365` or `never` holds for everything; `containers:90, others:365` by name (a blank may stand for the colon). A name left
 * out keeps its default: containers 90, others never.
 */
export const retention: Format<Retention> = {
  expected: "a number of days from 1 to 36500 or never, or by name: containers:90,others:never",
  secret: false,
  parse: (text) => {
    const all = days(text.toLowerCase())
    if (Option.isSome(all)) return Either.right({ containers: all.value, others: all.value })
    const found: { containers: number | undefined; others: number | undefined } = { containers: 90, others: undefined }
    const seen = new Set<string>()
    for (const entry of text.toLowerCase().split(",")) {
      const [, name, value] = /^\s*(containers|others)\s*[:= ]\s*(\S+)\s*$/.exec(entry) ?? []
      const kept = days(value ?? "")
      if ((name !== "containers" && name !== "others") || Option.isNone(kept)) return Either.left("")
      if (seen.has(name)) return Either.left(`${name} stands there twice`)
      seen.add(name)
      found[name] = kept.value
    }
    return Either.right(found)
  }
}
