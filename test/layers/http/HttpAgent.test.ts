import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { createServer as createHttpServer, type Server } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import { type AddressInfo, connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PlexError } from "../../../src/domain/Errors.js"
import { layerOf } from "../../../src/layers/http/HttpAgent.js"
import { makeRemote } from "../../../src/layers/http/RemoteCall.js"
import { makeUpstream } from "../../../src/layers/http/Upstreams.js"
import type { CallSettings } from "../../../src/services/AppConfig.js"
import { certificate, key } from "./TestCertificate.js"

const defaults: CallSettings = {
  maxRetries: 0,
  retryDelay: 1,
  timeout: 5_000,
  proxy: undefined,
  noProxy: undefined,
  extraCaCerts: undefined
}

const listen = (server: Server): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

const secureServer = Effect.map(
  listen(createHttpsServer({ cert: certificate, key }, (_, response) => response.end("secure"))),
  (port) => new URL(`https://127.0.0.1:${port}`)
)

/** A proxy that tunnels, and tells to where, and with which credentials. */
const proxyServer = Effect.gen(function* () {
  const tunnels: Array<string | undefined> = []
  const credentials: Array<string | undefined> = []
  const sockets = new Set<Socket>()
  const server = createHttpServer((_, response) => response.writeHead(405).end())
  server.on("connect", (request, socket: Socket) => {
    tunnels.push(request.url)
    credentials.push(request.headers["proxy-authorization"])
    const [host, port] = (request.url ?? "").split(":")
    const upstream = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      upstream.pipe(socket).pipe(upstream)
    })
    for (const each of [socket, upstream]) {
      sockets.add(each)
      each.on("error", () => each.destroy())
    }
  })
  const port = yield* listen(server)
  yield* Effect.addFinalizer(() => Effect.sync(() => sockets.forEach((socket) => socket.destroy())))
  return { tunnels, credentials, url: new URL(`http://user:pass@127.0.0.1:${port}`) }
})

const caFile = (text: string) => {
  const file = join(mkdtempSync(join(tmpdir(), "plex-cdf-ca-")), "ca.pem")
  writeFileSync(file, text)
  return file
}

const fetchText = (url: URL, calls: Partial<CallSettings>) =>
  Effect.gen(function* () {
    const remote = makeRemote<PlexError>({
      client: yield* HttpClient.HttpClient,
      upstream: makeUpstream("test", { perMinute: Infinity, inFlight: 1 }),
      calls: defaults,
      secrets: () => [],
      toError: ({ detail, operation, reason }) => new PlexError({ operation, reason, detail })
    })
    const call = { operation: "GET /", request: Effect.succeed(HttpClientRequest.get(url)) }
    return yield* remote.answer(call, ({ text }) => Effect.succeed(text))
  }).pipe(Effect.provide(layerOf({ ...defaults, ...calls })))

describe("the HTTP agent", () => {
  it.scopedLive("refuses a certificate of an unknown authority, and says what to set", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(fetchText(yield* secureServer, {}))
      assert.strictEqual(failure._tag, "PlexError")
      assert.include(failure.message, "NODE_EXTRA_CA_CERTS")
    })
  )

  it.scopedLive("trusts the further authorities of the settings' file", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* fetchText(yield* secureServer, { extraCaCerts: caFile(certificate) }), "secure")
    })
  )

  it.live("does not start with a file of authorities that cannot be used", () =>
    Effect.forEach(["/nowhere/ca.pem", caFile("not a certificate")], (extraCaCerts) =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(fetchText(new URL("https://127.0.0.1:1"), { extraCaCerts }))
        assert.strictEqual(failure._tag, "ConfigurationError")
        assert.include(failure.message, "NODE_EXTRA_CA_CERTS")
      })
    )
  )

  it.scopedLive("goes through the proxy, with its credentials, and trusts the same authorities there", () =>
    Effect.gen(function* () {
      const [server, proxy] = [yield* secureServer, yield* proxyServer]
      const settings = { proxy: proxy.url, noProxy: "other.test", extraCaCerts: caFile(certificate) }
      assert.strictEqual(yield* fetchText(server, settings), "secure")
      assert.deepStrictEqual(proxy.tunnels, [server.host])
      // Else the next request to another host would carry the name of this one.
      assert.deepStrictEqual(Object.keys(HttpClientRequest.get("https://other.test").headers), [])
      assert.deepStrictEqual(proxy.credentials, [`Basic ${Buffer.from("user:pass").toString("base64")}`])
    })
  )

  it.scopedLive("reaches the hosts of NO_PROXY, and http, directly", () =>
    Effect.gen(function* () {
      const [server, proxy] = [yield* secureServer, yield* proxyServer]
      const plain = yield* listen(createHttpServer((_, response) => response.end("plain")))
      const settings = { proxy: proxy.url, extraCaCerts: caFile(certificate) }
      assert.strictEqual(yield* fetchText(server, { ...settings, noProxy: "x.test,127.0.0.1" }), "secure")
      assert.strictEqual(yield* fetchText(new URL(`http://127.0.0.1:${plain}`), settings), "plain")
      assert.deepStrictEqual(proxy.tunnels, [])
    })
  )
})
