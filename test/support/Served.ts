/**
 * The resident process with its server, and what it answers.
 */
import { Duration, Effect, Schedule, Schema, type Scope } from "effect"
import { createServer } from "node:net"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { type Running, startProcess } from "./RunProcess.js"
import { environmentOf } from "./SandboxProcess.js"

/** A port on which nothing listens right now. */
export const freePort: Effect.Effect<number> = Effect.promise(
  () =>
    new Promise<number>((done, fail) => {
      const server = createServer()
      server.on("error", fail)
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        server.close(() => done(port))
      })
    })
)

const Checks = Schema.Struct({
  status: Schema.String,
  checks: Schema.Array(
    Schema.Struct({ name: Schema.String, ok: Schema.Boolean, detail: Schema.optional(Schema.String) })
  )
})

const Status = Schema.Struct({
  facilities: Schema.Array(
    Schema.Struct({
      role: Schema.String,
      extractors: Schema.Array(
        Schema.Struct({
          name: Schema.String,
          state: Schema.String,
          nextRun: Schema.optional(Schema.Number),
          lastRun: Schema.optional(
            Schema.Struct({ status: Schema.String, trigger: Schema.String, started: Schema.Number })
          )
        })
      ),
      sweeps: Schema.Array(
        Schema.Struct({ sweep: Schema.String, state: Schema.String, due: Schema.optional(Schema.Number) })
      ),
      recentRuns: Schema.Array(Schema.Struct({ name: Schema.String, status: Schema.String, trigger: Schema.String }))
    })
  )
})

/** One line of the metrics, its labels sorted by name. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Reads Prometheus' text format, as far as it is used here. */
export const samplesOf = (text: string): ReadonlyArray<Sample> =>
  text.split("\n").flatMap((line) => {
    const [, name, labels = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined || value === undefined) return []
    const pairs = Array.from(labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, key = "", text = ""]) => [key, text])
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value.replace("Inf", "Infinity")) }]
  })

export interface Served {
  readonly process: Running
  readonly base: string
  readonly ask: (path: string, init?: RequestInit) => Effect.Effect<Response>
  readonly checks: (path: "/livez" | "/readyz") => Effect.Effect<{
    readonly code: number
    /** Names of the checks that fail, with their details. */
    readonly failing: Readonly<Record<string, string>>
  }>
  readonly facility: Effect.Effect<(typeof Status.Type)["facilities"][number]>
  readonly samples: Effect.Effect<ReadonlyArray<Sample>>
}

/** Asks again and again until it is so; fails with what was seen last when that takes over a minute, or so many seconds. */
export const eventually = <A>(look: Effect.Effect<A>, isSo: (seen: A) => boolean, patience = 60): Effect.Effect<A> =>
  look.pipe(
    Effect.flatMap((seen) => (isSo(seen) ? Effect.succeed(seen) : Effect.fail(seen))),
    Effect.retry(Schedule.spaced("100 millis").pipe(Schedule.upTo(Duration.seconds(patience)))),
    Effect.catchAll((seen) => Effect.dieMessage(`it did not come to be; seen last: ${JSON.stringify(seen)}`))
  )

/**
 * Starts a resident process against a sandbox, at any port where none is given, and waits until it listens; `headers` are those of all
 * that it is asked.
 */
export const startServed = (
  sandbox: Sandbox,
  over: Readonly<Record<string, string>> = {},
  args: ReadonlyArray<string> = [],
  headers: Readonly<Record<string, string>> = {}
): Effect.Effect<Served, never, Scope.Scope> =>
  Effect.gen(function* () {
    const port = over["HTTP_PORT"] ?? `${yield* freePort}`
    const base = `http://127.0.0.1:${port}`
    const running = yield* startProcess(args, {
      environment: environmentOf(sandbox, { HTTP_PORT: port, STATE_URL: ":memory:", ...over })
    })
    yield* Effect.promise(() => running.said(/"message":"listening"/))
    const ask: Served["ask"] = (path, init = {}) =>
      Effect.promise(() => fetch(`${base}${path}`, { ...init, headers: { ...headers, ...init.headers } }))
    const json = (path: string) => Effect.flatMap(ask(path), (answer) => Effect.promise(() => answer.json()))
    return {
      process: running,
      base,
      ask,
      checks: (path) =>
        Effect.gen(function* () {
          const answer = yield* ask(path)
          const { checks } = Schema.decodeUnknownSync(Checks)(yield* Effect.promise(() => answer.json()))
          return {
            code: answer.status,
            failing: Object.fromEntries(
              checks.filter(({ ok }) => !ok).map(({ detail = "", name }) => [name, detail] as const)
            )
          }
        }),
      facility: Effect.flatMap(json("/status"), (body) => {
        const [facility] = Schema.decodeUnknownSync(Status)(body).facilities
        return facility === undefined ? Effect.dieMessage("no facility") : Effect.succeed(facility)
      }),
      samples: Effect.flatMap(ask("/metrics"), (answer) =>
        Effect.map(
          Effect.promise(() => answer.text()),
          samplesOf
        )
      )
    }
  })

/** All extractors have run and nothing goes on. */
export const idle = ({ extractors, sweeps }: (typeof Status.Type)["facilities"][number]): boolean =>
  extractors.every(({ lastRun, state }) => state === "off" || (state === "waiting" && lastRun !== undefined)) &&
  sweeps.every(({ due, state }) => state !== "running" && (state === "off" || due === 0))
