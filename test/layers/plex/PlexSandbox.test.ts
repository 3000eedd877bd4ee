import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, type Scope, Stream } from "effect"
import type { PlexError } from "../../../src/domain/Errors.js"
import { layerOf } from "../../../src/layers/http/HttpAgent.js"
import type { PlexSandbox } from "../../../src/sandbox/plex/PlexSandbox.js"
import { tinyPlex } from "../../sandbox/plex/calls.js"
import { noon } from "../../sandbox/plex/tinyPlant.js"
import { callSettings, dataSourceOver, plexOver } from "./PlexFixture.js"

const withSandbox = <A, E>(
  use: (
    sandbox: PlexSandbox,
    plex: ReturnType<typeof plexOver>,
    source: ReturnType<typeof dataSourceOver>
  ) => Effect.Effect<A, E, Scope.Scope>
) =>
  Effect.gen(function* () {
    const sandbox = yield* tinyPlex()
    const client = yield* HttpClient.HttpClient
    const over = {
      baseUrl: new URL(sandbox.url),
      apiKey: Redacted.make(sandbox.apiKey),
      customerId: sandbox.customerId,
      rateLimit: 60_000
    }
    const source = dataSourceOver(client, {
      baseUrl: new URL(sandbox.dataSourceUrl),
      username: Redacted.make(sandbox.dsUsername),
      password: Redacted.make(sandbox.dsPassword)
    })
    return yield* use(sandbox, plexOver(client, over, { retryDelay: 1 }), source)
  }).pipe(Effect.provide(layerOf(callSettings())))

const reason = <A>(effect: Effect.Effect<A, PlexError>) => Effect.map(Effect.flip(effect), (error) => error.reason)

describe("the sandbox Plex", () => {
  it.scopedLive("gives its lists, its windows and its clock, and sees no write", () =>
    withSandbox((sandbox, plex) =>
      Effect.gen(function* () {
        assert.strictEqual(Math.abs((yield* plex.now) - noon) < 5_000, true)
        const parts = yield* Stream.runCollect(plex.list("/mdm/v1/parts"))
        assert.isAbove(parts.length, 0)
        const day = { begin: noon - 86_400_000, end: noon + 86_400_000 }
        const entries = yield* Stream.runCollect(
          plex.window("/production/v1/production-history/production-entries", day)
        )
        assert.isAbove(entries.length, 0)
        yield* plex.search("/production/v1/control/workcenter-setups", {})
        assert.deepStrictEqual(
          sandbox.journal.entries().filter((entry) => entry.violation !== undefined),
          []
        )
      })
    )
  )

  it.scopedLive("is understood when it refuses", () =>
    withSandbox((sandbox, plex) =>
      Effect.gen(function* () {
        sandbox.knobs.movesUnavailable = true
        const day = { begin: noon - 86_400_000, end: noon }
        const moves = plex.window("/inventory/v1/inventory-history/container-location-moves", day)
        assert.strictEqual(yield* reason(Stream.runDrain(moves)), "NotAvailable")
        sandbox.unsubscribe("quality")
        assert.strictEqual(yield* reason(Stream.runDrain(plex.list("/quality/v1/deviations"))), "NotSubscribed")
        assert.strictEqual(yield* reason(Stream.runDrain(plex.list("/mdm/v1/nothing"))), "NotFound")
      })
    )
  )

  it.scopedLive("says when the key has expired", () =>
    withSandbox((sandbox, plex) =>
      Effect.gen(function* () {
        sandbox.knobs.keyExpired = true
        assert.strictEqual(yield* reason(plex.get("/mdm/v1/parts/x")), "Unauthenticated")
      })
    )
  )

  it.scopedLive("is read all the same while it stumbles", () =>
    withSandbox((sandbox, plex) =>
      Effect.gen(function* () {
        const before = yield* Stream.runCollect(plex.list("/mdm/v1/parts"))
        sandbox.faults.add(
          { kind: "html", match: { path: "/mdm/v1/parts" }, times: 1 },
          { kind: "reset", match: { path: "/mdm/v1/parts" }, times: 1 },
          { kind: "wrongEncoding", match: { path: "/mdm/v1/parts" }, times: 1 }
        )
        assert.deepStrictEqual(yield* Stream.runCollect(plex.list("/mdm/v1/parts")), before)
        assert.strictEqual(sandbox.journal.entries().filter(({ path }) => path === "/mdm/v1/parts").length, 5)
      })
    )
  )

  it.scopedLive("answers its data sources", () =>
    withSandbox((sandbox, _, source) =>
      Effect.gen(function* () {
        const answer = yield* source.execute("specifications", { Active_Flag: true })
        assert.isString(answer.transactionNo)
        sandbox.revokeGrant(5112)
        assert.strictEqual(yield* reason(source.execute("specifications", {})), "Forbidden")
        assert.strictEqual(yield* reason(source.execute("problems", { No_Such_Input: 1 })), "Refused")
      })
    )
  )
})
