/**
 * One and the same for each of the chosen facilities.
 */
import { Cause, Effect } from "effect"
import { nameOfFacility } from "../domain/Facility.js"
import type { Settings } from "../services/AppConfig.js"
import { failed, succeeded, worstOf } from "./exitCode.js"
import { tellLack } from "./notHere.js"
import { setExitCode, toStderr } from "./output.js"
import { type Lack, Speaking } from "./Speaking.js"

/** At least one. */
export type ChosenFacilities = readonly [Settings, ...Array<Settings>]

/** Lines of the log and metrics say that they are of this facility. */
export const forFacility = ({ facility: { name, pcn } }: Settings) => {
  const logged = { pcn, facility: name }
  return <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    work.pipe(Effect.annotateLogs(logged), Effect.tagMetrics({ pcn }))
}

/** A bug that one facility's data brings to light is no harm to the others. */
const contained = <R>(work: Effect.Effect<void, never, R>, { facility }: Settings): Effect.Effect<void, never, R> =>
  Effect.catchAllCause(work, (cause) =>
    Cause.isInterruptedOnly(cause)
      ? Effect.failCause(cause)
      : Effect.logError("this facility could not be worked on", cause).pipe(
          Effect.zipRight(toStderr([`plex-cdf: ${nameOfFacility(facility)} could not be worked on: see the log`])),
          Effect.zipRight(setExitCode(failed))
        )
  )

/**
 * Does this for each facility, one after the other or all at once; the exit code is the worst of theirs. What is said of one of several
 * says of which; where they come one after the other, under a heading on stderr. What none of them has is said once.
 */
export const everyFacility = <R>(
  facilities: ChosenFacilities,
  one: (settings: Settings) => Effect.Effect<void, never, R>,
  order: "one after the other" | "at once" = "one after the other"
): Effect.Effect<void, never, R> => {
  const [first, ...others] = facilities
  if (others.length === 0) return one(first)
  const inTurn = order === "one after the other"
  const codes: Array<number> = []
  const lacking: Array<Lack> = []
  const exit = (code: number): void => void codes.push(code)
  const tellLacks = Effect.suspend(() => {
    const lack = lacking.find(({ code }) => code === succeeded) ?? lacking[0]
    return lack === undefined || lacking.length < facilities.length
      ? Effect.void
      : Effect.provideService(tellLack(lack), Speaking, { facility: undefined, exit })
  })
  return Effect.forEach(
    facilities,
    (settings) => {
      const { name } = settings.facility
      const heading = inTurn ? toStderr([`${nameOfFacility(settings.facility)}:`]) : Effect.void
      return Effect.zipRight(heading, contained(one(settings), settings)).pipe(
        forFacility(settings),
        Effect.provideService(Speaking, { facility: name, exit, lacks: (lack) => void lacking.push(lack) })
      )
    },
    { discard: true, concurrency: inTurn ? 1 : "unbounded" }
  ).pipe(Effect.zipRight(tellLacks), Effect.zipRight(Effect.suspend(() => setExitCode(worstOf(codes)))))
}
