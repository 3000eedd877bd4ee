/**
 * Options that name a moment.
 */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { Effect, Option, Schema } from "effect"
import { Instant, toMillis } from "../domain/Instant.js"

const decodeInstant = Schema.decodeUnknownOption(Instant)

const invalid = (message: string) => Effect.fail(ValidationError.invalidValue(HelpDoc.p(message)))

/** A moment with its zone, not before 1970, as CDF has no events before; epoch milliseconds. */
export const momentOption = (name: string, description: string): Options.Options<number> =>
  Options.text(name).pipe(
    Options.withDescription(description),
    Options.withPseudoName("moment"),
    Options.mapEffect((text) =>
      Option.match(decodeInstant(text), {
        onNone: () =>
          invalid(`--${name}: a moment with its zone is expected, such as 2026-01-31T00:00:00Z, not ${text}`),
        onSome: (instant) => {
          const moment = toMillis(instant)
          return moment < 0 ? invalid(`--${name} ${text} lies before 1970`) : Effect.succeed(moment)
        }
      })
    )
  )
