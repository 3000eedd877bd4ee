/**
 * Probes of a facility's surroundings: each says what it found, and none keeps another from being made.
 */
import { Cause, Deferred, Effect } from "effect"
import { failed, type Finding, type Found, skipped } from "../../domain/Finding.js"

/** One question, of which the answer is a finding. */
export interface Probe<R = never> {
  readonly name: string
  /** Probes without whose being well this one would say nothing new. */
  readonly needs: ReadonlyArray<string>
  readonly look: Effect.Effect<Found, never, R>
}

export const probe = <R>(
  name: string,
  look: Effect.Effect<Found, never, R>,
  needs: ReadonlyArray<string> = []
): Probe<R> => ({ name, needs, look })

const isBlocking = ({ verdict }: Finding): boolean => verdict === "failed" || verdict === "skipped"

/** A bug of ours in a probe is a finding too. */
const orDefect = <R>(look: Effect.Effect<Found, never, R>): Effect.Effect<Found, never, R> =>
  Effect.catchAllCause(look, (cause) =>
    Cause.isInterruptedOnly(cause)
      ? Effect.interrupt
      : Effect.succeed(failed(`defect: ${Cause.pretty(cause)}`, "report it: this is a mistake of plex-cdf"))
  )

/** Makes all probes, at once as far as they do not need each other; their findings in the order of the probes. */
export const look = <R>(probes: ReadonlyArray<Probe<R>>): Effect.Effect<ReadonlyArray<Finding>, never, R> =>
  Effect.gen(function* () {
    const findings = new Map<string, Deferred.Deferred<Finding>>()
    for (const { name } of probes) findings.set(name, yield* Deferred.make<Finding>())

    const one = ({ look, name, needs }: Probe<R>) =>
      Effect.gen(function* () {
        const before = yield* Effect.forEach(
          needs.flatMap((need) => findings.get(need) ?? []),
          (finding) => Deferred.await(finding)
        )
        const blocking = before.find(isBlocking)
        const found =
          blocking === undefined
            ? yield* orDefect(look)
            : skipped(`not looked at: ${blocking.probe} ${blocking.verdict === "failed" ? "failed" : "was skipped"}`)
        const finding: Finding = { probe: name, ...found }
        const told = findings.get(name)
        if (told !== undefined) yield* Deferred.succeed(told, finding)
        return finding
      })

    return yield* Effect.forEach(probes, one, { concurrency: "unbounded" })
  })
