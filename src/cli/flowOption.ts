/**
 * Options and arguments that name flows.
 */
import * as Args from "@effect/cli/Args"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { Effect } from "effect"
import { type FlowName, flowNames } from "../domain/Flow.js"

const isFlow = (name: string): name is FlowName => flowNames.some((known) => known === name)

const noFlow = (names: ReadonlyArray<string>): string =>
  `${names.map((name) => JSON.stringify(name)).join(", ")} is no flow; there are ${flowNames.join(", ")}`

const unknown = (option: string, names: ReadonlyArray<string>) =>
  ValidationError.invalidValue(HelpDoc.p(`--${option}: ${noFlow(names)}`))

/** One flow by its name; `isOne` tells which names there are. */
export const flowOption = (
  option: string,
  description: string,
  isOne: (name: string) => name is FlowName = isFlow
): Options.Options<FlowName> =>
  Options.text(option).pipe(
    Options.withDescription(description),
    Options.withPseudoName("flow"),
    Options.mapEffect((text) => {
      const name = text.trim()
      return isOne(name) ? Effect.succeed(name) : Effect.fail(unknown(option, [name]))
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

/** A flow by its name, as an argument. */
export const flowArgument: Args.Args<FlowName> = Args.text({ name: "FLOW" }).pipe(
  Args.withDescription("The flow"),
  Args.mapEffect((text) => (isFlow(text) ? Effect.succeed(text) : Effect.fail(HelpDoc.p(noFlow([text])))))
)
