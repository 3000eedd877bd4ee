/**
 * Connections that are not taken, that die while nobody looks, and that are to be given back.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { PlexError } from "../../../src/domain/Errors.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { layer as httpAgent, layerOf } from "../../../src/layers/http/HttpAgent.js"
import { makeRemote, type Remote } from "../../../src/layers/http/RemoteCall.js"
import { makeUpstream } from "../../../src/layers/http/Upstreams.js"
import { makeCdfSandbox, sandboxDataSets } from "../../../src/sandbox/cdf/CdfSandbox.js"
import type { CallSettings } from "../../../src/services/AppConfig.js"
import { CallObserver, type ObservedCall } from "../../../src/services/CallObserver.js"
import { cdfOver, settingsFor } from "../cdf/Sandboxed.js"
import { callSettings } from "../plex/PlexFixture.js"
import { deafServer, type Death, dyingConnections } from "./DyingConnections.js"
import { json, serve } from "./LocalServer.js"

/** A call may be told as ended before its connection is free again: the next one may make another. */
const connectionsFor = (inFlight: number): number => 2 * inFlight

const deaths: ReadonlyArray<Death> = ["closed", "reset", "unheard", "unanswered"]

/** One kind of call, over the agent of the process: `ask` gives the body. */
const calling = <A, E>(
  url: URL,
  { inFlight = 1, ...over }: Partial<CallSettings> & { readonly inFlight?: number },
  use: (ask: Effect.Effect<string, PlexError>, remote: Remote<PlexError>) => Effect.Effect<A, E>
) => {
  const calls = callSettings({ maxRetries: 0, retryDelay: 1, ...over })
  return Effect.gen(function* () {
    const remote = makeRemote<PlexError>({
      client: yield* HttpClient.HttpClient,
      upstream: makeUpstream("plex", { perMinute: Infinity, inFlight }),
      calls,
      secrets: () => [],
      toError: ({ detail, operation, reason, status }) => new PlexError({ operation, reason, detail, status })
    })
    const call = { operation: "GET /a", request: Effect.succeed(HttpClientRequest.get(url)) }
    return yield* use(
      remote.answer(call, ({ text }) => Effect.succeed(text)),
      remote
    )
  }).pipe(Effect.provide(layerOf(calls)))
}

describe.skipIf(process.platform !== "linux")("a host that does not take connections", () => {
  it.scopedLive("is a timeout that names its address, and is tried again as often as any other", () =>
    Effect.gen(function* () {
      const port = yield* deafServer
      const seen: Array<ObservedCall> = []
      const error = yield* calling(new URL(`http://127.0.0.1:${port}`), { timeout: 1_000, maxRetries: 2 }, (ask) =>
        Effect.flip(ask)
      ).pipe(Effect.provideService(CallObserver, (call) => Effect.sync(() => void seen.push(call))))
      assert.deepInclude(error, { reason: "Timeout", category: "transient" })
      assert.include(error.message, `127.0.0.1:${port}`)
      assert.deepStrictEqual(
        seen.map(({ reason }) => reason),
        ["Timeout", "Timeout", "Timeout"]
      )
    })
  )

  it.scopedLive("ends a call in time where it is the proxy, too", () =>
    Effect.gen(function* () {
      const port = yield* deafServer
      const proxy = new URL(`http://127.0.0.1:${port}`)
      const error = yield* calling(new URL("https://plex.test"), { timeout: 1_000, proxy }, (ask) => Effect.flip(ask))
      assert.deepInclude(error, { reason: "Timeout", category: "transient" })
      assert.include(error.message, "plex.test")
    })
  )
})

describe("a connection that died while nobody used it", () => {
  for (const death of deaths) {
    it.scopedLive(`costs tries, and no answer (${death})`, () =>
      Effect.gen(function* () {
        const { asked, url } = yield* serve((_, response, nth) => json(response, 200, nth))
        const { died, made, url: through } = yield* dyingConnections(url, death)
        const bodies = yield* calling(through, { maxRetries: 2 }, (ask) =>
          Effect.all(Array.from({ length: 6 }, () => ask))
        )
        assert.strictEqual(new Set(bodies).size, 6)
        assert.isAtLeast(died(), 3)
        assert.isAtLeast(made(), 4)
        assert.isAtLeast(asked.length, 6)
      })
    )
  }

  it.scopedLive("does not take the tries of a call one by one, where many died", () =>
    Effect.gen(function* () {
      const { url } = yield* serve((_, response) => json(response, 200, "a"))
      let mortal = false
      const { died, made, url: through } = yield* dyingConnections(url, "unheard", () => mortal)
      const bodies = yield* calling(through, { maxRetries: 1, inFlight: 8 }, (ask) =>
        Effect.gen(function* () {
          yield* Effect.all(
            Array.from({ length: 8 }, () => ask),
            { concurrency: "unbounded" }
          )
          mortal = true
          return yield* Effect.all(
            Array.from({ length: 4 }, () => ask),
            { concurrency: "unbounded" }
          )
        })
      )
      assert.strictEqual(bodies.length, 4)
      assert.strictEqual(made(), 8 + 4)
      assert.strictEqual(died(), 4)
    })
  )

  for (const death of deaths) {
    it.scopedLive(`loses nothing that is written to CDF, and makes nothing twice (${death})`, () =>
      Effect.gen(function* () {
        const sandbox = yield* makeCdfSandbox()
        const { died, url } = yield* dyingConnections(new URL(sandbox.url), death)
        const config = settingsFor(sandbox, {
          cdf: { host: url, tokenUrl: new URL(new URL(sandbox.tokenUrl).pathname, url), batchSize: 2, concurrency: 1 },
          calls: { maxRetries: 2, retryDelay: 1 }
        })
        const cdf = yield* cdfOver(config, httpAgent)
        const dataSetId = sandboxDataSets[0]?.id ?? 0
        const wanted = Array.from({ length: 10 }, (_, at) => ({
          resource: { externalId: ExternalId.make(`a${at}`), name: `a${at}`, dataSetId, source: "Plex", metadata: {} },
          exists: false,
          owns: [],
          heldLinks: []
        }))
        const { created, refused, unchanged } = yield* cdf.upsert("assets", wanted)
        assert.deepStrictEqual(refused, [])
        assert.strictEqual(created.length + unchanged.length, 10)
        assert.strictEqual(sandbox.state.assets.all().length, 10)
        assert.isAtLeast(died(), 2)
      })
    )
  }
})

describe("a refused call", () => {
  for (const [what, size] of [
    ["a word", 4],
    ["a long page", 60_000],
    ["more than anybody reads", 1_000_000]
  ] as const) {
    it.scopedLive(`gives its connection back, with ${what} for a reason`, () =>
      Effect.gen(function* () {
        const page = "x".repeat(size)
        const { connections, open, url } = yield* serve((_, response) => response.writeHead(400).end(page))
        const most = yield* calling(url, { inFlight: 2 }, (ask) =>
          Effect.forEach(Array.from({ length: 50 }), () => Effect.zipRight(Effect.flip(ask), Effect.sync(open)), {
            concurrency: 5
          })
        )
        assert.strictEqual(most.length, 50)
        assert.isAtMost(Math.max(...most), connectionsFor(2))
        // Where the reason is too long to be read, the connection is closed.
        if (size < 64 * 1024) assert.isAtMost(connections(), connectionsFor(2))
      })
    )
  }
})
