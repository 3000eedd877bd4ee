/**
 * Tenants (`/mdm/v1/tenants`): which Plex Customer Number a key acts in. Asked as a canary, never written.
 */
import { Schema } from "effect"
import { text } from "../plex/Fields.js"

/** A tenant that the key may act in. */
export const Tenant = Schema.Struct({
  id: text,
  code: text
})
export interface Tenant extends Schema.Schema.Type<typeof Tenant> {}
