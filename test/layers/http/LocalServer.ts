/**
 * A real server on loopback that answers as a test says, and tells what became of its connections.
 */
import { Deferred, Effect, type Scope } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface LocalServer {
  readonly url: URL
  /** Path and query of each request, as sent. */
  readonly asked: ReadonlyArray<string>
  readonly requests: ReadonlyArray<IncomingMessage>
  /** Connections made so far. */
  readonly connections: () => number
  /** Connections that there are now. */
  readonly open: () => number
  /** Done when an exchange was cut before the answer was whole. */
  readonly cut: Effect.Effect<void>
}

export type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void

/** Listens until the scope closes. */
export const serve = (handler: Handler): Effect.Effect<LocalServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const asked: Array<string> = []
    const requests: Array<IncomingMessage> = []
    const cut = yield* Deferred.make<void>()
    let connections = 0
    let open = 0
    const server = createServer((request, response) => {
      asked.push(request.url ?? "")
      requests.push(request)
      response.on("close", () => {
        if (!response.writableFinished) Deferred.unsafeDone(cut, Effect.void)
      })
      handler(request, response, asked.length)
    })
    server.on("connection", (socket) => {
      connections++
      open++
      socket.on("close", () => open--)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const { port } = server.address() as AddressInfo
    return {
      url: new URL(`http://127.0.0.1:${port}`),
      asked,
      requests,
      connections: () => connections,
      open: () => open,
      cut: Deferred.await(cut)
    }
  })

export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
