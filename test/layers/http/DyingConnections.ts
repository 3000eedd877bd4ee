/**
 * Ends of connections that behave as no HTTP server does: they do not take a connection, or let one die that was used before.
 */
import { Effect, type Scope } from "effect"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { Worker } from "node:worker_threads"

/** Listens, fills what the system takes in its place, and never comes to take a connection itself. */
const deaf = `
const { createServer } = require("node:net")
const { parentPort } = require("node:worker_threads")
const server = createServer()
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})`

/** Connections that Linux establishes for a backlog of 1 before anybody takes one. */
const queued = 2

/** The port of a host on which no further connection is ever made, nor refused. Linux only. */
export const deafServer: Effect.Effect<number, never, Scope.Scope> = Effect.gen(function* () {
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(deaf, { eval: true })),
    (made) => Effect.promise(() => made.terminate())
  )
  const port = yield* Effect.async<number>((resume) => void worker.once("message", (at) => resume(Effect.succeed(at))))
  yield* Effect.forEach(Array.from({ length: queued }), () =>
    Effect.acquireRelease(
      Effect.async<Socket>((resume) => {
        const socket = connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
        socket.on("error", () => undefined)
      }),
      (socket) => Effect.sync(() => socket.destroy())
    )
  )
  return port
})

/**
 * How a connection ends that gave an answer before:
 *
 * - `closed`, `reset`: at once, while nobody uses it
 * - `unheard`: the next request on it is answered by a reset, and goes no further
 * - `unanswered`: the next request on it is handled, and a reset comes in the place of its answer
 */
export type Death = "closed" | "reset" | "unheard" | "unanswered"

export interface DyingConnections {
  readonly url: URL
  /** Connections made so far. */
  readonly made: () => number
  /** Connections that died so far. */
  readonly died: () => number
}

/** In front of a server of HTTP: each connection lives for one exchange, and its client is not told. */
export const dyingConnections = (
  target: URL,
  death: Death,
  mortal: () => boolean = () => true
): Effect.Effect<DyingConnections, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    let made = 0
    let died = 0
    const server = createServer((client) => {
      made++
      const upstream = connect(Number(target.port), target.hostname)
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.on("error", () => socket.destroy())
        socket.on("close", () => sockets.delete(socket))
      }
      let answered = false
      let dying = false
      const die = (end: () => void) => {
        died++
        end()
        upstream.destroy()
      }
      client.on("data", (bytes) => {
        dying ||= answered && mortal()
        if (dying && death === "unheard") return die(() => client.resetAndDestroy())
        upstream.write(bytes)
      })
      upstream.on("data", (bytes) => {
        if (dying) return die(() => client.resetAndDestroy())
        answered = true
        client.write(bytes, () => {
          if (!mortal()) return
          if (death === "closed") die(() => client.end())
          if (death === "reset") die(() => client.resetAndDestroy())
        })
      })
      client.on("close", () => upstream.destroy())
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          for (const socket of sockets) socket.destroy()
        })
    )
    const { port } = server.address() as AddressInfo
    return { url: new URL(`http://127.0.0.1:${port}`), made: () => made, died: () => died }
  })
