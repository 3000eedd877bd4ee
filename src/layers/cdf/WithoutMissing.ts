/**
 * Deletions for which CDF has no `ignoreUnknownIds`: what it names as missing is left out.
 */
import { Effect } from "effect"
import type { CdfError } from "../../domain/Errors.js"

/**
 * Makes the call; where CDF says that some items are missing, makes it again without them, until none is left. An error that
 * names none of the items is passed on.
 */
export const withoutMissing = <I extends { readonly externalId: string }>(
  items: ReadonlyArray<I>,
  send: (items: ReadonlyArray<I>) => Effect.Effect<unknown, CdfError>
): Effect.Effect<void, CdfError> =>
  items.length === 0
    ? Effect.void
    : Effect.catchIf(
        Effect.asVoid(send(items)),
        ({ missing, status }) => status === 400 && missing.length > 0,
        (error) => {
          const gone = new Set<string | undefined>(error.missing.map(({ externalId }) => externalId))
          const left = items.filter(({ externalId }) => !gone.has(externalId))
          return left.length === items.length ? Effect.fail(error) : withoutMissing(left, send)
        }
      )
