/**
 * The option that chooses facilities.
 */
import * as Options from "@effect/cli/Options"
import { Data, Effect, Option } from "effect"
import { nameOfFacility } from "../domain/Facility.js"
import type { Settings } from "../services/AppConfig.js"
import type { ChosenFacilities } from "./everyFacility.js"

/** `--facility Detroit,340885` */
export const facilityOption = Options.text("facility").pipe(
  Options.withDescription("Only these facilities, by PCN, code or name, separated by commas (default: all)"),
  Options.withPseudoName("names"),
  Options.map((text) => text.split(",").map((name) => name.trim())),
  Options.optional
)

/** A name that fits no facility; says which there are. */
export class UnknownFacility extends Data.TaggedError("UnknownFacility")<{
  readonly names: ReadonlyArray<string>
  readonly known: ReadonlyArray<string>
}> {
  override get message(): string {
    const names = this.names.map((name) => JSON.stringify(name)).join(", ")
    return `--facility: ${names} is no facility; there ${this.known.length === 1 ? "is" : "are"} ${this.known.join(", ")}`
  }
}

/** Several facilities where the command works on one; says which there are. */
export class OneFacilityWanted extends Data.TaggedError("OneFacilityWanted")<{
  readonly known: ReadonlyArray<string>
}> {
  override get message(): string {
    return `this works on one facility: name it by --facility; there are ${this.known.join(", ")}`
  }
}

const fits = ({ facility: { code, name, pcn } }: Settings, asked: string): boolean =>
  [pcn, code, name].some((known) => known.toLowerCase() === asked.toLowerCase())

const namesOf = (facilities: ChosenFacilities) => facilities.map(({ facility }) => nameOfFacility(facility))

/** The only one that is chosen. */
export const onlyFacility = (chosen: ChosenFacilities): Effect.Effect<void, OneFacilityWanted> =>
  chosen.length === 1 ? Effect.void : new OneFacilityWanted({ known: namesOf(chosen) })

/** Those of the facilities that are asked for, in their own order; all where nobody asks. */
export const chosenFacilities = (
  all: ChosenFacilities,
  asked: Option.Option<ReadonlyArray<string>>
): Effect.Effect<ChosenFacilities, UnknownFacility> => {
  if (Option.isNone(asked)) return Effect.succeed(all)
  const names = asked.value
  const unknown = names.filter((name) => !all.some((settings) => fits(settings, name)))
  const [first, ...others] = all.filter((settings) => names.some((name) => fits(settings, name)))
  return unknown.length > 0 || first === undefined
    ? new UnknownFacility({ names: unknown, known: namesOf(all) })
    : Effect.succeed([first, ...others])
}
