import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import { durable, variants } from "./Variants.js"

const ids = makeExternalIds("1")
const part = (key: string) => ids.of("part", key)
const named = (key: string, ...keys: ReadonlyArray<string>) => ({ kind: "part" as const, externalId: part(key), keys })

for (const { make, name, skip } of variants) {
  describe.skipIf(skip)(`human keys ${name}`, () => {
    it.scopedLive(
      "are told only once all of a kind are known, and what was confirmed counts more than what was met",
      () =>
        Effect.gen(function* () {
          const { ledger } = yield* (yield* make)()
          yield* ledger.confirm({ named: [named("a", "part:new", "part:new\u001FA"), named("b", "part:b")] })
          assert.isUndefined(yield* ledger.naturalKeys("part"))
          yield* ledger.meetNaturalKeys("part", [named("a", "part:old"), named("c", "part:c")])
          assert.deepStrictEqual(
            yield* ledger.naturalKeys("part"),
            new Map([
              [part("a"), ["part:new", "part:new\u001FA"]],
              [part("b"), ["part:b"]],
              [part("c"), ["part:c"]]
            ])
          )
          assert.isUndefined(yield* ledger.naturalKeys("workcenter"))
          yield* ledger.confirm({ named: [named("c", "part:renamed"), named("c", "part:last")] })
          assert.deepStrictEqual((yield* ledger.naturalKeys("part"))?.get(part("c")), ["part:last"])
        })
    )

    it.scopedLive("go with their asset, and are not trusted where nothing is", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const all = ["a", "b", "c"].map((key) => named(key, `part:${key}`))
        yield* ledger.meetNaturalKeys("part", all)
        yield* ledger.forget("events", [part("a")])
        yield* ledger.forget("assets", [part("b")])
        yield* ledger.confirm({ forgotten: [{ kind: "assets", externalId: part("c") }] })
        assert.deepStrictEqual([...((yield* ledger.naturalKeys("part")) ?? [])], [[part("a"), ["part:a"]]])
        for (const forget of [ledger.distrust, ledger.clear]) {
          yield* ledger.meetNaturalKeys("part", all)
          yield* forget
          assert.isUndefined(yield* ledger.naturalKeys("part"))
        }
        yield* ledger.meetNaturalKeys("part", [])
        assert.strictEqual((yield* ledger.naturalKeys("part"))?.size, 0)
      })
    )
  })
}

for (const { make, name, skip } of durable) {
  describe.skipIf(skip)(`human keys ${name}`, () => {
    it.scopedLive("are there for the next process, of this facility only", () =>
      Effect.gen(function* () {
        const open = yield* make
        yield* Effect.scoped(
          Effect.flatMap(open(), ({ ledger }) => ledger.meetNaturalKeys("part", [named("a", "part:a")]))
        )
        assert.strictEqual((yield* (yield* open()).ledger.naturalKeys("part"))?.size, 1)
        assert.isUndefined(yield* (yield* open({ pcn: "2" })).ledger.naturalKeys("part"))
      })
    )
  })
}
