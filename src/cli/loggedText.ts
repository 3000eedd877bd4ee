/**
 * What is logged, as text.
 */
import { Inspectable } from "effect"

/** A value as it is written in a line. */
export const textOf = (value: unknown): string =>
  typeof value === "string" ? value : Inspectable.toStringUnknown(value, 0)

/** The message of a line, whose parts the logger hands over as a list. */
export const messageOf = (message: unknown): string =>
  (Array.isArray(message) ? message : [message]).map(textOf).join(" ")
