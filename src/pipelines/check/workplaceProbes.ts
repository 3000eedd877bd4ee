/**
 * Where a run would work: state, lease, disk, Redis.
 */
import { Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import { failed, type Found, ok, skipped, warning } from "../../domain/Finding.js"
import { type SeenState, Workplace } from "../../services/Workplace.js"
import { type Probe, probe } from "./Probe.js"

const told = ({ fleeting, makes, version, where }: SeenState): Found => {
  if (fleeting) {
    return warning(
      "the state is kept in memory: each process begins by comparing everything with CDF",
      "set STATE_URL to a file or to PostgreSQL, unless this is a trial"
    )
  }
  if (version === undefined) return ok(`${where}: there is none yet, a run will make it`)
  return version < makes
    ? ok(`${where}: version ${version}, a run will bring it to version ${makes}`)
    : ok(`${where}: version ${version}`)
}

/** Our own refusals say after a colon what to do. */
const refused = ({ detail }: StateError): Found => {
  const [, cause, fix] = /^(.*It was left as it is): (.*)$/su.exec(detail) ?? []
  return cause === undefined || fix === undefined
    ? failed(detail, "check STATE_URL, and that the database or the file can be reached and read")
    : failed(cause, fix)
}

const state = Effect.flatMap(Workplace, ({ state }) => Effect.match(state, { onFailure: refused, onSuccess: told }))

const lease = Effect.flatMap(Workplace, ({ holder }) =>
  Effect.match(holder, {
    onFailure: refused,
    onSuccess: (found) =>
      found === undefined
        ? ok("nobody works on the facility with this state")
        : warning(
            `pid ${found.pid} on ${found.host} works on the facility`,
            "nothing, where that is the process that is to run; another one waits for it, and run --once exits with 1"
          )
  })
)

/** Of a state of a year of history, with its log. */
const scarce = 1024 ** 3

const folder = Effect.map(
  Effect.flatMap(Workplace, ({ folder }) => folder),
  (found): Found => {
    if (found === undefined) return skipped("the state is in no file")
    const { folder, free, problem } = found
    if (problem !== undefined) {
      return failed(
        `nothing can be written in ${folder}: ${problem}`,
        "check the owner and the mount of the folder of STATE_URL"
      )
    }
    return free !== undefined && free < scarce
      ? warning(
          `${folder} has ${Math.floor(free / 1024 ** 2)} MiB left`,
          "make room: the state of a large plant takes a gigabyte"
        )
      : ok(`${folder} can be written`)
  }
)

const redis = Effect.gen(function* () {
  const found = yield* (yield* Workplace).redis
  if (found === undefined) return skipped("REDIS_URL is not set: ids are looked up without it")
  return found === "answers"
    ? ok("Redis answers")
    : warning(
        `Redis does not answer (${found.detail}): ids are looked up without it`,
        "check REDIS_URL and the server; runs are as right without it"
      )
})

export const workplaceProbes: ReadonlyArray<Probe<Workplace>> = [
  probe("state", state),
  probe("state folder", folder),
  probe("lease", lease, ["state"]),
  probe("redis", redis)
]
