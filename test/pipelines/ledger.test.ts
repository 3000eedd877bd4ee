import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeExternalIds } from "../../src/domain/ExternalId.js"
import { layerDeadLettersMemory } from "../../src/layers/DeadLettersMemory.js"
import { layerLedgerMemory } from "../../src/layers/LedgerMemory.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import { Ledger, type LedgerRow } from "../../src/services/Ledger.js"

const ids = makeExternalIds("1")
const row = (key: string, plexId: string): LedgerRow => ({
  kind: "events",
  externalId: ids.of("job", key),
  hash: key,
  id: undefined,
  flow: "jobs",
  plexId,
  links: []
})

describe("the ledger in memory", () => {
  it.effect("finds a record under the object that it has now, and a record without any under none", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      yield* ledger.confirm({ rows: [row("N", "a")], pending: [] })
      // The number goes to another job; the first one gets an object of its own only later.
      yield* ledger.confirm({ rows: [row("N", "b")], pending: [] })
      assert.deepStrictEqual([...(yield* ledger.byPlexIds("jobs", ["a", "b"])).keys()], ["b"])
      yield* ledger.confirm({ rows: [row("N_a", "a")], pending: [] })
      const found = yield* ledger.byPlexIds("jobs", ["a", "b"])
      assert.deepStrictEqual(
        [found.get("a")?.externalId, found.get("b")?.externalId],
        [ids.of("job", "N_a"), ids.of("job", "N")]
      )
    }).pipe(Effect.provide(layerLedgerMemory))
  )

  it.effect("knows a flow as long as it holds a row of it", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      assert.isFalse(yield* ledger.knows("jobs"))
      yield* ledger.confirm({ rows: [row("N", "a")], pending: [] })
      assert.isTrue(yield* ledger.knows("jobs"))
      yield* ledger.forget("events", [ids.of("job", "N")])
      assert.isFalse(yield* ledger.knows("jobs"))
      assert.deepStrictEqual(yield* ledger.rowsOf("jobs", "events"), [])
    }).pipe(Effect.provide(layerLedgerMemory))
  )

  it.effect("forgets what was pending for a row with its next confirmation", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const from = ids.of("job", "N")
      const link = { kind: "events", from, to: ids.of("part", "p"), flow: "jobs" } as const
      yield* ledger.confirm({
        rows: [row("N", "a"), row("M", "b")],
        pending: [link, { ...link, from: ids.of("job", "M") }]
      })
      yield* ledger.confirm({ rows: [row("N", "a")], pending: [] })
      assert.deepStrictEqual(
        (yield* ledger.pendingLinks).map((one) => one.from),
        [ids.of("job", "M")]
      )
    }).pipe(Effect.provide(layerLedgerMemory))
  )
})

describe("the dead letters in memory", () => {
  it.effect("hold the last letter of each key, all without a key, and are bounded", () =>
    Effect.gen(function* () {
      const { add, all } = yield* DeadLetters
      const letter = (key: string, reason = "") => ({ flow: "parts", key, reason, content: {} }) as const
      yield* add([letter("a", "old"), letter(""), letter(""), letter("a", "new")])
      assert.deepStrictEqual(
        (yield* all).map(({ key, reason }) => [key, reason]),
        [
          ["", ""],
          ["", ""],
          ["a", "new"]
        ]
      )
      yield* add(Array.from({ length: 12_000 }, (_, at) => letter(String(at))))
      const kept = yield* all
      assert.strictEqual(kept.length, 10_000)
      assert.strictEqual(kept.at(-1)?.key, "11999")
    }).pipe(Effect.provide(layerDeadLettersMemory))
  )
})
