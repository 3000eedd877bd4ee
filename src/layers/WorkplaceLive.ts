/**
 * State, lease, disk and Redis as the settings name them, looked at without changing anything.
 */
import { Effect, Layer, Logger, LogLevel, Redacted } from "effect"
import { access, constants, statfs } from "node:fs/promises"
import { dirname } from "node:path"
import type { StateError } from "../domain/Errors.js"
import { AppConfig } from "../services/AppConfig.js"
import type { LeaseHolder } from "../services/Lease.js"
import { type SeenFolder, Workplace } from "../services/Workplace.js"
import { makeRedis } from "./idresolver/RedisConnection.js"
import { facilityKey, knownNumber } from "./state/FacilityNumber.js"
import { stateVersion } from "./state/Migrations.js"
import { reasonOf, told } from "./state/StateFailure.js"
import { pathOf } from "./state/StateFile.js"
import { leaseHolder } from "./state/StateOverview.js"
import { findState, type FoundState } from "./state/StateReading.js"

const whereOf = (url: string): string =>
  url === ":memory:" ? "in memory" : url.startsWith("file:") ? pathOf(url) : `PostgreSQL at ${new URL(url).host}`

/** Who has the lease; a state that a run would migrate first is none that anybody of this version works with. */
const holderIn = ({ sql, version }: FoundState): Effect.Effect<LeaseHolder | undefined, StateError, AppConfig> =>
  Effect.gen(function* () {
    if (version < stateVersion) return undefined
    const facility = yield* knownNumber(sql, facilityKey(yield* AppConfig))
    return facility === undefined ? undefined : yield* leaseHolder(sql, facility)
  }).pipe(told("read the lease"))

const problemOf = (path: string): Promise<string | undefined> =>
  access(path, constants.W_OK).then(
    () => undefined,
    (error: unknown) => reasonOf(error)
  )

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false
  )

/** The folder in which the file is, or else the nearest above it: what is missing between them would be made. */
const nearest = async (path: string): Promise<string> => {
  const folder = dirname(path)
  return folder === path || (await exists(folder)) ? folder : nearest(folder)
}

const look = async (path: string): Promise<SeenFolder> => {
  const folder = await nearest(path)
  const problems = [await problemOf(folder), (await exists(path)) ? await problemOf(path) : undefined]
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined
  )
  return { folder, problem: problems.find((problem) => problem !== undefined), free }
}

export const layer: Layer.Layer<Workplace, never, AppConfig> = Layer.effect(
  Workplace,
  Effect.gen(function* () {
    const config = yield* AppConfig
    const url = Redacted.value(config.stateUrl)
    return Workplace.of({
      state: Effect.map(findState(url), ({ version }) => ({
        where: whereOf(url),
        version: version === 0 ? undefined : version,
        makes: stateVersion,
        fleeting: url === ":memory:"
      })).pipe(Effect.scoped),
      holder: Effect.flatMap(findState(url), holderIn).pipe(Effect.provideService(AppConfig, config), Effect.scoped),
      folder: url.startsWith("file:") ? Effect.promise(() => look(pathOf(url))) : Effect.succeed(undefined),
      redis: Effect.suspend(() =>
        config.redisUrl === undefined
          ? Effect.succeed(undefined)
          : Effect.flatMap(makeRedis(config.redisUrl), ({ ask }) => ask((client) => client.ping())).pipe(
              Effect.match({ onFailure: ({ detail }) => ({ detail }), onSuccess: () => "answers" as const }),
              // What a process would log of it is told by whoever looks.
              Logger.withMinimumLogLevel(LogLevel.None),
              Effect.scoped
            )
      )
    })
  })
)
