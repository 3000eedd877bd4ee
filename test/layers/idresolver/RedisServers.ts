/**
 * Redis for tests: the one that answers on loopback, a private one that a test may kill, and servers that do not behave.
 */
import { Effect, Redacted, type Scope } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeRedis, type Redis, type RedisLimits } from "../../../src/layers/idresolver/RedisConnection.js"

const server = { host: "127.0.0.1", port: 6379 }
export const sharedUrl = `redis://${server.host}:${server.port}`

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ host: server.host, port }, () => {
      socket.destroy()
      done(true)
    })
    socket.on("error", () => done(false))
  })

/** Where all tests are to be run, a Redis must answer on loopback. */
export const hasRedis = (await answers(server.port)) || process.env["CI"] === "true"
export const withRedis = hasRedis ? "with Redis" : `with Redis (none answers at ${server.host}:${server.port})`

/** Whether a private server can be started. */
export const hasBinary = spawnSync("redis-server", ["--version"]).status === 0 || process.env["CI"] === "true"
export const withPrivate = hasBinary ? "with a Redis of its own" : "with a Redis of its own (no redis-server here)"

/** Short, as tests wait for some of them in earnest. */
export const limits: RedisLimits = { connect: 2000, answer: 1000, rest: 30, longestRest: 60, watch: 20 }

export const redisAt = (url: string, over: Partial<RedisLimits> = {}): Effect.Effect<Redis, never, Scope.Scope> =>
  makeRedis(Redacted.make(url), { ...limits, ...over })

/** A port that nobody listens on. */
const freePort = Effect.async<number>((resume) => {
  const probe = createServer()
  probe.listen(0, server.host, () => {
    const { port } = addressOf(probe)
    probe.close(() => resume(Effect.succeed(port)))
  })
})

const addressOf = (listening: ReturnType<typeof createServer>): AddressInfo => {
  const address = listening.address()
  if (address === null || typeof address === "string") throw new Error("it has no address")
  return address
}

export interface PrivateRedis {
  readonly url: string
  readonly port: number
  /** Ends it as a power cut would. */
  readonly kill: Effect.Effect<void>
  /** It keeps its connections, and answers nothing. */
  readonly freeze: Effect.Effect<void>
  readonly thaw: Effect.Effect<void>
  readonly start: Effect.Effect<void>
}

/** A server of the test's own, gone with the scope. */
export const privateRedis = (args: ReadonlyArray<string> = []): Effect.Effect<PrivateRedis, never, Scope.Scope> =>
  Effect.gen(function* () {
    const port = yield* freePort
    const folder = mkdtempSync(join(tmpdir(), "plex-cdf-redis-"))
    let running: ChildProcess | undefined
    const start = Effect.gen(function* () {
      running = spawn(
        "redis-server",
        ["--port", String(port), "--bind", server.host, "--save", "", "--dir", folder, ...args],
        { stdio: "ignore" }
      )
      yield* Effect.repeat(
        Effect.promise(() => answers(port)),
        { until: (there) => there }
      )
    })
    const end = (signal: NodeJS.Signals) =>
      Effect.promise(async () => {
        const child = running
        running = undefined
        if (child === undefined) return
        const exited = once(child, "exit")
        child.kill(signal)
        await exited
      })
    const signal = (name: NodeJS.Signals) => Effect.sync(() => running?.kill(name))
    yield* Effect.acquireRelease(start, () =>
      Effect.zipRight(
        end("SIGKILL"),
        Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
      )
    )
    return {
      url: `redis://${server.host}:${port}`,
      port,
      kill: end("SIGKILL"),
      freeze: Effect.asVoid(signal("SIGSTOP")),
      thaw: Effect.asVoid(signal("SIGCONT")),
      start
    }
  })

/** A server that does with each connection what it is told; gives its address and how many connected. */
export const badServer = (
  behave: (socket: Socket) => void
): Effect.Effect<{ readonly url: string; readonly connections: () => number }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    let connections = 0
    const listening = createServer((socket) => {
      connections++
      sockets.add(socket)
      socket.on("error", () => undefined)
      behave(socket)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        listening.listen(0, server.host, () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          listening.close(() => resume(Effect.void))
        })
    )
    return { url: `redis://:hidden-word@${server.host}:${addressOf(listening).port}`, connections: () => connections }
  })

/** Looks until it is so; dies where it does not come about. */
export const eventually = <A, E, R>(
  look: Effect.Effect<A, E, R>,
  until: (found: A) => boolean
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const end = performance.now() + 20_000
    while (performance.now() < end) {
      const found = yield* look
      if (until(found)) return found
      yield* Effect.promise(() => new Promise(setImmediate))
    }
    return yield* Effect.dieMessage("it did not come about")
  })
