import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option, Stream, TestClock } from "effect"
import { failed, ok, type Verdict, verdictOf, warning } from "../../../src/domain/Finding.js"
import { clockFinding } from "../../../src/pipelines/check/clockFinding.js"
import { plexProbes } from "../../../src/pipelines/check/plexProbes.js"
import { look, probe } from "../../../src/pipelines/check/Probe.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { settings } from "../../layers/cdf/Settings.js"
import { makePlexScripted } from "../../support/PlexScripted.js"
import { saidOf } from "./Looking.js"

const well = Effect.succeed(ok("well"))
const unwell = Effect.succeed(failed("broken", "mend it"))

describe("Probes", () => {
  it.effect("are all made, whatever becomes of the others; what depends on a failed one says on which", () =>
    Effect.gen(function* () {
      const found = yield* look([
        probe("a", unwell),
        probe("b", well, ["a"]),
        probe("c", well, ["b"]),
        probe("d", Effect.die(new Error("a mistake"))),
        probe("e", Effect.succeed(warning("doubtful", "look"))),
        probe("f", well, ["e"])
      ])
      assert.deepStrictEqual(
        found.map(({ probe, verdict }) => [probe, verdict]),
        [
          ["a", "failed"],
          ["b", "skipped"],
          ["c", "skipped"],
          ["d", "failed"],
          ["e", "warning"],
          ["f", "ok"]
        ]
      )
      assert.strictEqual(found[1]?.cause, "not looked at: a failed")
      assert.strictEqual(found[2]?.cause, "not looked at: b was skipped")
      assert.match(found[3]?.cause ?? "", /a mistake/)
    })
  )

  it.effect("are told in their order, though they end in another", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const found = yield* look([
        probe("slow", Effect.zipRight(Deferred.await(gate), well)),
        probe("quick", Effect.zipRight(Deferred.succeed(gate, undefined), well))
      ])
      assert.deepStrictEqual(
        found.map(({ probe }) => probe),
        ["slow", "quick"]
      )
    })
  )

  it("make one verdict of all", () => {
    const of = (...verdicts: ReadonlyArray<Verdict>) => verdictOf(verdicts.map((verdict) => ({ verdict, cause: "" })))
    assert.strictEqual(of(), "ok")
    assert.strictEqual(of("ok", "skipped"), "ok")
    assert.strictEqual(of("ok", "warning", "skipped"), "warning")
    assert.strictEqual(of("warning", "failed", "ok"), "failed")
  })
})

describe("Our clock", () => {
  it("is well within a minute, and told how far it is apart otherwise", () => {
    assert.strictEqual(clockFinding("Plex", 1_000_000, 1_060_000).verdict, "ok")
    const { cause, verdict } = clockFinding("Plex", 1_000_000, 1_061_000)
    assert.strictEqual(verdict, "warning")
    assert.match(cause, /61 s ahead of that of Plex/)
    assert.match(clockFinding("Plex", 1_300_000, 1_000_000).cause, /300 s behind/)
  })

  it.effect("is held against that of Plex, where that is no sandbox", () =>
    Effect.gen(function* () {
      const { layer } = makePlexScripted({ now: 7_200_000 })
      const at = (baseUrl: string) => ({ ...settings, plex: { ...settings.plex, baseUrl: new URL(baseUrl) } })
      const lookAt = (baseUrl: string) =>
        look(plexProbes(new Map())).pipe(Effect.provide(Layer.merge(layer, Layer.succeed(AppConfig, at(baseUrl)))))
      assert.match(saidOf(yield* lookAt("https://connect.plex.com"), "plex clock"), /^warning: our clock is 2 h behind/)
      assert.match(saidOf(yield* lookAt("http://127.0.0.1:1"), "plex clock"), /^ok: .*1970-01-01T02:00/)
    })
  )
})

describe("A Plex that does not answer", () => {
  it.effect("is given up after half a minute", () =>
    Effect.gen(function* () {
      const { layer } = makePlexScripted({ lists: { "/mdm/v1/tenants": Stream.never } })
      const looking = yield* look(plexProbes(new Map())).pipe(
        Effect.provide(Layer.merge(layer, Layer.succeed(AppConfig, settings))),
        Effect.fork
      )
      yield* TestClock.adjust("29 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(looking)))
      yield* TestClock.adjust("2 seconds")
      const found = yield* Fiber.join(looking)
      assert.match(saidOf(found, "plex key"), /^failed: no answer within 30 seconds -> check the address/)
    })
  )
})
