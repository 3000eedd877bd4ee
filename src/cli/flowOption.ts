/**
 * Options that name flows.
 */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { Effect } from "effect"
import { type FlowName, flowNames } from "../domain/Flow.js"

const isFlow = (name: string): name is FlowName => flowNames.some((known) => known === name)

const unknown = (option: string, names: ReadonlyArray<string>) =>
  ValidationError.invalidValue(
    HelpDoc.p(
      `--${option}: ${names.map((name) => JSON.stringify(name)).join(", ")} is no flow; there are ${flowNames.join(", ")}`
    )
  )

/** One flow by its name. */
export const flowOption = (option: string, description: string): Options.Options<FlowName> =>
  Options.text(option).pipe(
    Options.withDescription(description),
    Options.withPseudoName("flow"),
    Options.mapEffect((text) => {
      const name = text.trim()
      return isFlow(name) ? Effect.succeed(name) : Effect.fail(unknown(option, [name]))
    })
  )

/** Flows by their names, separated by commas. */
export const flowsOption = (option: string, description: string): Options.Options<ReadonlySet<FlowName>> =>
  Options.text(option).pipe(
    Options.withDescription(description),
    Options.withPseudoName("flows"),
    Options.mapEffect((text) => {
      const names = text.split(",").map((name) => name.trim())
      const wrong = names.filter((name) => !isFlow(name))
      return wrong.length > 0 ? Effect.fail(unknown(option, wrong)) : Effect.succeed(new Set(names.filter(isFlow)))
    })
  )
