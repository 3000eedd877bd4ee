/**
 * Options that are whole numbers within bounds.
 */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { Effect } from "effect"

/** A whole number from `least` to `most`. */
export const wholeNumber = (
  option: string,
  { least, most = 100_000 }: { readonly least: number; readonly most?: number },
  description: string
): Options.Options<number> =>
  Options.integer(option).pipe(
    Options.withDescription(description),
    Options.withPseudoName("number"),
    Options.mapEffect((number) =>
      number >= least && number <= most
        ? Effect.succeed(number)
        : Effect.fail(
            ValidationError.invalidValue(
              HelpDoc.p(`--${option}: a whole number from ${least} to ${most} is expected, not ${number}`)
            )
          )
    )
  )
