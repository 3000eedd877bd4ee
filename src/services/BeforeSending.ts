import { Context, Effect } from "effect"

/** What is done before each attempt of a call, once it is its turn; the call waits for it. By default nothing. */
export class BeforeSending extends Context.Reference<BeforeSending>()("plex-cdf/BeforeSending", {
  defaultValue: (): Effect.Effect<void> => Effect.void
}) {}
