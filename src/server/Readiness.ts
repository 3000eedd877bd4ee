/**
 * Whether the process does what it is there for: CDF follows Plex, as far as can be told now.
 */
import type { FacilityStatus, ProcessStatus } from "../domain/Status.js"
import type { Probes } from "../pipelines/probes.js"
import type { Check } from "./Check.js"

const check = (name: string, problem: string | undefined): Check =>
  problem === undefined ? { name, ok: true } : { name, ok: false, detail: problem }

const moment = (millis: number): string => new Date(millis).toISOString()

const leaseProblem = ({ holder, role }: FacilityStatus): string | undefined =>
  role === "standby"
    ? `standby: ${holder === undefined ? "another process" : `pid ${holder.pid} on ${holder.host}`} works on this facility`
    : role === "starting"
      ? "the lease is not ours yet"
      : undefined

const breakers = ({ upstreams }: FacilityStatus): ReadonlyArray<Check> =>
  upstreams.map(({ breaker, name }) =>
    check(`breaker ${name}`, breaker === "closed" ? undefined : `${breaker}: ${name} failed several times in a row`)
  )

const freshness = ({ extractors }: FacilityStatus): ReadonlyArray<Check> =>
  extractors
    .filter(({ state }) => state !== "off")
    .map(({ lastSuccess, name, staleSince }) =>
      check(
        `freshness ${name}`,
        staleSince === undefined
          ? undefined
          : `stale since ${moment(staleSince)}: ` +
              (lastSuccess === undefined ? "it has not succeeded yet" : `its last success was ${moment(lastSuccess)}`)
      )
    )

const probed = ({ at, found }: Probes): ReadonlyArray<Check> =>
  at === undefined
    ? ["plex", "token", "data sets", "rights"].map((name) => check(name, "not looked at yet"))
    : found.map(({ name, problem }) => check(name, problem))

/** All checks, each by its name, of what was seen and what probes of Plex and CDF found. */
export const readiness = ({ facilities }: ProcessStatus, probes: Probes): ReadonlyArray<Check> => [
  // A process whose configuration is wrong does not come this far.
  check("configuration", undefined),
  ...probed(probes),
  ...facilities.flatMap((facility) => [
    ...breakers(facility),
    check("state", facility.stateError),
    check("lease", leaseProblem(facility)),
    ...freshness(facility)
  ])
]
