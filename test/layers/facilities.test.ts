/**
 * What several facilities of one process share, by the journal of the sandbox.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { makeExternalIds } from "../../src/domain/ExternalId.js"
import { loadSettings } from "../../src/layers/config/AppConfigLive.js"
import * as FacilityLive from "../../src/layers/FacilityLive.js"
import { Upstreams } from "../../src/layers/http/Upstreams.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { AppConfig, type Settings } from "../../src/services/AppConfig.js"
import { Cdf } from "../../src/services/Cdf.js"
import { Plex } from "../../src/services/Plex.js"
import { environmentOf, startSandbox } from "../support/SandboxProcess.js"

const settingsFor = (sandbox: Sandbox, over: Readonly<Record<string, string>>) =>
  Effect.map(
    loadSettings(environmentOf(sandbox, { STATE_URL: ":memory:", ...over })),
    ({ settings }): Settings => settings
  )

/** The services of each of these facilities, over what they share. */
const servicesOf = (all: readonly [Settings, ...Array<Settings>]) =>
  Effect.flatMap(Layer.build(Layer.provide(FacilityLive.layerShared, Layer.succeed(AppConfig, all[0]))), (shared) =>
    Effect.forEach(all, (settings) =>
      Layer.build(Layer.provide(FacilityLive.layerOfSeveral, Layer.succeed(AppConfig, settings))).pipe(
        Effect.provide(shared)
      )
    )
  )

const calls = 5

describe("Facilities of one process", () => {
  it.scopedLive("that have the same Plex key share its rate, and those of one OAuth client its token", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3 } })
      const one = yield* settingsFor(sandbox, { PLEX_RATE_LIMIT: "600" })
      const other = yield* settingsFor(sandbox, { PLEX_RATE_LIMIT: "600", EXTERNAL_ID_PREFIX: "OTHER_" })
      const services = yield* servicesOf([one, other])
      yield* Effect.forEach(
        services,
        (own) =>
          Effect.all([
            Effect.repeatN(Stream.runDrain(Context.get(own, Plex).list("/mdm/v1/tenants")), calls - 1),
            Context.get(own, Cdf).byids("assets", [makeExternalIds(one.facility.pcn).root("facility")])
          ]),
        { concurrency: "unbounded" }
      )
      const moments = sandbox.journal.entries({ server: "plex" }).map(({ startedAt }) => startedAt)
      assert.strictEqual(moments.length, 2 * calls)
      // One call each 100 ms; two limiters would let them through in half the time.
      assert.isAtLeast(Math.max(...moments) - Math.min(...moments), (2 * calls - 2) * 100)
      assert.strictEqual(sandbox.journal.count({ path: /oauth2/ }), 1)
    })
  )

  it.scopedLive("are each told of the upstreams that they use, and of no other's", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3 } })
      const one = yield* settingsFor(sandbox, {})
      const other = yield* settingsFor(sandbox, { PLEX_API_KEY: "another", EXTERNAL_ID_PREFIX: "OTHER_" })
      const services = yield* servicesOf([one, other])
      const [first] = services
      if (first === undefined) return assert.fail("there is no first facility")
      yield* Stream.runDrain(Context.get(first, Plex).list("/mdm/v1/tenants"))
      const used = yield* Effect.forEach(services, (own) =>
        Effect.map(Context.get(own, Upstreams).states, (states) =>
          states.filter(({ name }) => name === "plex").map(({ used }) => used)
        )
      )
      assert.deepStrictEqual(used, [[1], [0]])
    })
  )
})
