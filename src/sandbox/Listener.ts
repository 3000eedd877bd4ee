import { Data, Effect } from "effect"
import type { Scope } from "effect"
import { createServer } from "node:http"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import { promisify } from "node:util"
import { brotliDecompress, gunzip, inflate } from "node:zlib"
import { control } from "./Control.js"
import { Exchange } from "./Exchange.js"
import type { Faults } from "./Faults.js"
import type { Journal, ServerLabel } from "./Journal.js"
import { json } from "./Reply.js"
import type { Reply, SandboxRequest } from "./Reply.js"

export { json } from "./Reply.js"
export type { Reply, SandboxRequest } from "./Reply.js"

/** The address could not be listened on. */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly host: string
  readonly port: number
  /** As Node says it: `EADDRINUSE` where something else listens there. */
  readonly code: string
}> {
  override get message(): string {
    return `cannot listen on ${this.host}:${this.port}: ${this.code}`
  }
}

export interface ListenOptions {
  /** The label of the journal, or how to tell it from a request when one listener plays two servers. */
  readonly server: ServerLabel | ((request: SandboxRequest) => ServerLabel)
  readonly handler: (request: SandboxRequest) => Reply | Promise<Reply>
  readonly journal: Journal
  readonly faults: Faults
  /** Further paths under `/sandbox/`; asked after the journal and the faults, never journaled. */
  readonly control?: ((request: SandboxRequest) => Reply | undefined) | undefined
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** The server's own clock, epoch milliseconds: its `date` header and the dates of faults. Default: the host's. */
  readonly now?: (() => number) | undefined
  /** Milliseconds waited before each request is handled. Default 0. */
  readonly latency?: (() => number) | undefined
  /** Milliseconds after which an idle connection is closed. Default 60 seconds. */
  readonly keepAliveMillis?: number | undefined
  /** Headers, in lower case, that carry this server's credentials. Default: `authorization`. */
  readonly credentialHeaders?: ReadonlyArray<string> | undefined
}

/** Where a server can be reached; `url` has no slash at its end. */
export interface Listening {
  readonly url: string
  readonly port: number
}

const inflaters: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, Buffer>(gunzip),
  deflate: promisify<Buffer, Buffer>(inflate),
  br: promisify<Buffer, Buffer>(brotliDecompress)
}

const readBody = async (incoming: IncomingMessage): Promise<Buffer> => {
  const pieces: Array<Buffer> = []
  for await (const piece of incoming) {
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const headersOf = (incoming: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]]
    )
  )

const unreadable = (encoding: string): Reply =>
  json(400, { error: { code: 400, message: `The request body is not valid ${encoding}` } })

/** The request, or the answer to a body that cannot be inflated. */
const readRequest = async (
  incoming: IncomingMessage
): Promise<{ readonly request: SandboxRequest; readonly bytes: number; readonly refused?: Reply }> => {
  const raw = await readBody(incoming)
  const address = new URL(incoming.url ?? "/", "http://sandbox")
  const headers = headersOf(incoming)
  const seen = {
    method: incoming.method ?? "GET",
    path: address.pathname,
    query: address.searchParams,
    search: address.search.slice(1),
    headers
  }
  const encoding = headers["content-encoding"] ?? "identity"
  if (raw.length === 0 || encoding === "identity") {
    return { request: { ...seen, body: raw.toString() }, bytes: raw.length }
  }
  try {
    const plain = await inflaters[encoding]?.(raw)
    return plain === undefined
      ? { request: { ...seen, body: "" }, bytes: raw.length, refused: unreadable(encoding) }
      : { request: { ...seen, body: plain.toString() }, bytes: raw.length }
  } catch {
    return { request: { ...seen, body: "" }, bytes: raw.length, refused: unreadable(encoding) }
  }
}

/** A defect of the sandbox must not look like a fault of the client. */
const defect = (cause: unknown): string =>
  `defect of the sandbox: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`

const serve = async (options: ListenOptions, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { journal, faults } = options
  const now = options.now ?? Date.now
  const { request, bytes, refused } = await readRequest(incoming)
  if (request.path.startsWith("/sandbox/")) {
    const reply = control(journal, faults, request) ?? options.control?.(request) ?? json(404, {})
    return new Exchange(incoming, response, now, () => undefined).send(reply)
  }
  const server = typeof options.server === "string" ? options.server : options.server(request)
  const query = request.search
  const fault = faults.take({ server, method: request.method, path: request.path, query, body: request.body })
  const sequence = journal.start({
    server,
    method: request.method,
    path: request.path,
    query,
    headerNames: Object.keys(request.headers),
    authorized: (options.credentialHeaders ?? ["authorization"]).some((name) => name in request.headers),
    requestBody: request.body,
    requestBytes: bytes,
    fault: fault?.kind
  })
  const exchange = new Exchange(incoming, response, now, (answer) => journal.finish(sequence, answer))
  const handle = async (): Promise<Reply> => {
    try {
      const latency = options.latency?.() ?? 0
      if (latency > 0) {
        await pause(latency)
      }
      return refused ?? (await options.handler(request))
    } catch (cause) {
      return { ...json(500, { error: { code: 500, message: "The sandbox failed" } }), violation: defect(cause) }
    }
  }
  try {
    await (fault === undefined ? exchange.send(await handle()) : exchange.play(fault, handle))
  } catch (cause) {
    exchange.fail(defect(cause))
  }
}

/**
 * Serves a handler on loopback until the scope closes; then every connection is cut, answered or not. Journals each
 * exchange, plays faults, inflates request bodies, and answers `/sandbox/…` itself (see {@link control}).
 */
export const listen = (options: ListenOptions): Effect.Effect<Listening, ListenError, Scope.Scope> => {
  const host = options.host ?? "127.0.0.1"
  const port = options.port ?? 0
  const open = Effect.async<Server, ListenError>((resume) => {
    const server = createServer((incoming, response) => {
      // The client left while it was sending: that may not take the server down.
      serve(options, incoming, response).catch(() => response.destroy())
    })
    server.keepAliveTimeout = options.keepAliveMillis ?? 60_000
    server.requestTimeout = 0
    server.once("error", (cause: NodeJS.ErrnoException) =>
      resume(Effect.fail(new ListenError({ host, port, code: cause.code ?? cause.message })))
    )
    server.listen(port, host, 4096, () => resume(Effect.succeed(server)))
  })
  const close = (server: Server) =>
    Effect.async<void>((resume) => {
      server.close(() => resume(Effect.void))
      server.closeAllConnections()
    })
  return Effect.acquireRelease(open, close).pipe(
    Effect.map((server) => {
      const address = server.address()
      const bound = typeof address === "object" && address !== null ? address.port : port
      return { url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`, port: bound }
    })
  )
}
