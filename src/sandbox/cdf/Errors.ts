import { Data } from "effect"
import { json } from "../Reply.js"
import type { Reply } from "../Reply.js"
import type { JsonObject } from "./Json.js"

/** How much of what a request got wrong is named in the answer. CDF's services differ, and differ over time. */
export type Naming = "all" | "first" | "none"

/** CDF says no. Thrown by rules and stores, answered by the router; a request that throws it has changed nothing. */
export class Refusal extends Data.TaggedError("Refusal")<{
  readonly status: number
  readonly message: string
  readonly missing?: ReadonlyArray<JsonObject> | undefined
  readonly duplicated?: ReadonlyArray<JsonObject> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}> {}

export const badRequest = (message: string, missing?: ReadonlyArray<JsonObject>): Refusal =>
  new Refusal({ status: 400, message, missing })

export const duplicatedItems = (status: 409 | 422, message: string, duplicated: ReadonlyArray<JsonObject>): Refusal =>
  new Refusal({ status, message, duplicated })

export const unauthorized = (): Refusal => new Refusal({ status: 401, message: "Unauthorized" })

const named = (items: ReadonlyArray<JsonObject> | undefined, naming: Naming): ReadonlyArray<JsonObject> | undefined =>
  naming === "none" ? undefined : naming === "first" ? items?.slice(0, 1) : items

/** The envelope of a refusal: `{"error":{"missing"|"duplicated", "code", "message"}}`. */
export const errorReply = (
  refusal: Refusal,
  naming: { readonly missing: Naming; readonly duplicated: Naming }
): Reply =>
  json(
    refusal.status,
    {
      error: {
        missing: named(refusal.missing, naming.missing),
        duplicated: named(refusal.duplicated, naming.duplicated),
        code: refusal.status,
        message: refusal.message
      }
    },
    refusal.headers
  )
