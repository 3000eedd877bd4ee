/**
 * How the process calls, keeps its state, is watched, and logs.
 */
import { Effect } from "effect"
import { stat } from "node:fs/promises"
import type { CallSettings, HttpSettings, OtlpSettings, Settings } from "../../services/AppConfig.js"
import { isLoopback } from "../../domain/Loopback.js"
import {
  callVariables as calls,
  serverVariables as server,
  stateVariables as state,
  telemetryVariables as telemetry
} from "./ProcessVariables.js"
import { allProblems, everyPart, type Problems, type Source } from "./Source.js"

/** Node only warns about a file that is missing, and TLS then fails much later. */
const extraCaCerts = (source: Source): Effect.Effect<string | undefined, Problems> =>
  Effect.gen(function* () {
    const path = yield* source.read(calls.extraCaCerts)
    if (path === undefined) return undefined
    const isFile = yield* Effect.tryPromise(() => stat(path)).pipe(
      Effect.map((status) => status.isFile()),
      Effect.orElseSucceed(() => false)
    )
    if (isFile) return path
    return yield* Effect.fail([
      `${calls.extraCaCerts.name} does not name a file: expected ${calls.extraCaCerts.format.expected}. Correct it or unset it.`
    ])
  })

const callSettings = (source: Source): Effect.Effect<CallSettings, Problems> =>
  Effect.all(
    {
      maxRetries: source.read(calls.maxRetries),
      retryDelay: source.read(calls.retryDelay),
      timeout: source.read(calls.timeout),
      proxy: source.read(calls.proxy),
      noProxy: source.read(calls.noProxy),
      extraCaCerts: extraCaCerts(source)
    },
    everyPart
  ).pipe(Effect.mapError(allProblems))

/** The address to listen on; a server that others can reach must have a token. */
const listenAddress = (source: Source): Effect.Effect<string, Problems> =>
  Effect.gen(function* () {
    const address = (yield* source.read(server.host)).replace(/^\[(.*)\]$/, "$1")
    const hasServer = (yield* source.peek(server.port)) !== 0
    const hasToken = source.isSet(server.readToken) || source.isSet(server.adminToken)
    if (isLoopback(address) || !hasServer || hasToken) return address
    return yield* Effect.fail([
      `${server.host.name} is "${address}", which is not loopback, and no token is set: expected ${server.readToken.name} or ` +
        `${server.adminToken.name}. Set one of them, or unset ${server.host.name}, or set ${server.port.name}=0 for no server.`
    ])
  })

const httpSettings = (source: Source): Effect.Effect<HttpSettings, Problems> =>
  Effect.all(
    {
      host: listenAddress(source),
      port: source.read(server.port),
      readToken: source.read(server.readToken),
      adminToken: source.read(server.adminToken),
      allowedHosts: Effect.map(source.read(server.allowedHosts), (names) => names ?? []),
      healthCheckInterval: source.read(server.healthCheckInterval)
    },
    everyPart
  ).pipe(Effect.mapError(allProblems))

const otlp = (source: Source): Effect.Effect<OtlpSettings | undefined, Problems> =>
  Effect.gen(function* () {
    const { endpoint, ...found } = yield* Effect.all(
      {
        endpoint: source.read(telemetry.otlpEndpoint),
        headers: source.read(telemetry.otlpHeaders),
        serviceName: source.read(telemetry.serviceName)
      },
      everyPart
    ).pipe(Effect.mapError(allProblems))
    if (endpoint === undefined) return undefined
    if (found.headers === undefined || endpoint.protocol === "https:" || isLoopback(endpoint.hostname)) {
      return { endpoint, ...found }
    }
    const { otlpEndpoint, otlpHeaders } = telemetry
    return yield* Effect.fail([
      `${otlpEndpoint.name} is http, and ${otlpHeaders.name} would be sent in the clear: expected https, or http on loopback. ` +
        `Use https, or unset ${otlpHeaders.name}.`
    ])
  })

type ProcessSettings = Pick<
  Settings,
  "calls" | "stateUrl" | "redisUrl" | "runLog" | "http" | "gracefulShutdown" | "otlp" | "log"
>

export const processSettings = (source: Source): Effect.Effect<ProcessSettings, Problems> =>
  Effect.all(
    {
      calls: callSettings(source),
      stateUrl: source.read(state.stateUrl),
      redisUrl: source.read(state.redisUrl),
      runLogEnabled: source.read(state.runLog),
      retentionDays: source.read(state.retentionDays),
      http: httpSettings(source),
      gracefulShutdown: source.read(server.gracefulShutdown),
      otlp: otlp(source),
      level: source.read(telemetry.level),
      format: source.read(telemetry.format)
    },
    everyPart
  ).pipe(
    Effect.mapError(allProblems),
    Effect.map(({ format, level, retentionDays, runLogEnabled, ...found }) => ({
      ...found,
      runLog: { enabled: runLogEnabled, retentionDays },
      log: { level, format }
    }))
  )
