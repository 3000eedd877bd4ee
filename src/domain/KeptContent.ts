/**
 * What is kept of a record that could not be delivered: nothing secret, and people only where the facility says so.
 */
import { isPersonal, snakeCase } from "./Metadata.js"

/** Names of fields that hold what lets somebody in. */
const secret = /(^|_)(password|passwd|secret|token|api_?key|authorization|credentials?)(_|$)/

/** Levels of nesting that are kept. */
const deepest = 64

/** The content without fields that are secret or, unless `people`, personal, at any depth; what is nested too deep is left out. */
export const keptContent = (content: unknown, people: boolean, depth = 0): unknown => {
  if (typeof content !== "object" || content === null) return content
  if (depth >= deepest) return undefined
  if (Array.isArray(content)) return content.map((item) => keptContent(item, people, depth + 1))
  // Not by assignment: a field may be called `__proto__`.
  return Object.fromEntries(
    Object.entries(content).flatMap(([field, value]) =>
      isLeftOut(field, people) ? [] : [[field, keptContent(value, people, depth + 1)]]
    )
  )
}

/** Whether a field of this name is not kept. */
export const isLeftOut = (field: string, people: boolean): boolean => {
  const name = snakeCase(field)
  return secret.test(name) || (!people && isPersonal(name))
}
