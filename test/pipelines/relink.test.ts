import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import type { AssetDraft, EventDraft, SequenceDraft, TimeSeriesDraft } from "../../src/domain/cdf/Draft.js"
import { makeExternalIds } from "../../src/domain/ExternalId.js"
import { partNumberKey } from "../../src/domain/NaturalKey.js"
import { relink } from "../../src/pipelines/relink.js"
import type { FlowServices } from "../../src/pipelines/runFlow.js"
import { toSequences } from "../../src/pipelines/stages/sequences.js"
import { toCdf } from "../../src/pipelines/stages/write.js"
import { hierarchy } from "../../src/pipelines/tree.js"
import { IdResolver } from "../../src/services/IdResolver.js"
import { Ledger } from "../../src/services/Ledger.js"
import { inFlow, makePlant, report, withLedger } from "../support/PipelineHarness.js"

const ids = makeExternalIds("340884")
const part = (key: string) => ids.of("part", key)

const base = { plexId: "1", metadata: {}, owns: [] } as const
const event = (key: string, ...links: EventDraft["links"]): EventDraft => ({
  ...base,
  kind: "events",
  externalId: ids.of("deviation", key),
  dataSet: "quality",
  type: "quality_deviation",
  links
})
const series: TimeSeriesDraft = {
  ...base,
  kind: "timeseries",
  externalId: ids.series("wip", "p"),
  dataSet: "inventory",
  name: "wip",
  isString: false,
  isStep: true,
  link: part("a")
}
const sequence: SequenceDraft = {
  ...base,
  kind: "sequences",
  externalId: ids.of("bom", "p"),
  dataSet: "master",
  name: "BOM",
  link: part("a"),
  columns: [{ externalId: "code", valueType: "STRING" }],
  rows: []
}
const asset = (key: string): AssetDraft => ({
  ...base,
  kind: "assets",
  externalId: part(key),
  dataSet: "master",
  name: key,
  parent: ids.root("parts_library"),
  waitsUnder: ids.root("parts_library")
})
const workcenter: AssetDraft = {
  ...asset("w"),
  externalId: ids.of("workcenter", "w"),
  parent: ids.of("production_line", "l"),
  waitsUnder: ids.root("workcenters_root")
}
const line: AssetDraft = { ...asset("l"), externalId: ids.of("production_line", "l") }

const events = (...drafts: ReadonlyArray<EventDraft>) => inFlow(toCdf("events")(Stream.fromIterable(drafts)))
const assets = (...drafts: ReadonlyArray<AssetDraft>) => inFlow(toCdf("assets")(Stream.fromIterable(drafts)))
const pending = Effect.flatMap(Ledger, ({ pendingLinks }) => pendingLinks)

describe("relink", () => {
  it.effect("writes the links of events, series and sequences and the parents of assets as soon as these exist", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* report(hierarchy)
      yield* events(event("e", part("a"), part("b")))
      yield* inFlow(toCdf("timeseries")(Stream.make(series)))
      yield* inFlow(toSequences(Stream.make(sequence)))
      yield* assets(workcenter)
      assert.strictEqual((yield* pending).length, 5)
      assert.strictEqual(yield* relink, 0)

      yield* assets(asset("a"), line)
      assert.strictEqual(yield* relink, 4)
      const id = cdf.held.assets.get(part("a"))?.id ?? 0
      assert.deepStrictEqual(cdf.held.events.get(ids.of("deviation", "e"))?.assetIds, [id])
      assert.strictEqual(cdf.held.timeseries.get(series.externalId)?.assetId, id)
      assert.strictEqual(cdf.held.sequences.get(sequence.externalId)?.assetId, id)
      assert.strictEqual(cdf.held.assets.get(workcenter.externalId)?.parentExternalId, line.externalId)
      assert.deepStrictEqual(
        (yield* pending).map(({ from, to }) => [from, to]),
        [[ids.of("deviation", "e"), part("b")]]
      )

      yield* assets(asset("b"))
      assert.strictEqual(yield* relink, 1)
      assert.strictEqual(cdf.held.events.get(ids.of("deviation", "e"))?.assetIds?.length, 2)
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(Effect.provide(layer))
  })

  it.effect(
    "links what a record names by a human key when an asset of that key appears, and only while it is the only one",
    () => {
      const { cdf, layer } = makePlant()
      const numbered = (key: string, number: string): AssetDraft => ({
        ...asset(key),
        metadata: { asset_type: "part", number, revision: key }
      })
      const naming = (key: string, number: string): EventDraft => ({
        ...event(key),
        awaits: [{ kind: "part", key: partNumberKey(number) }]
      })
      return Effect.gen(function* () {
        yield* report(hierarchy)
        yield* events(naming("e", "M-1"), naming("f", "M-2"))
        assert.strictEqual((yield* pending).length, 2)
        assert.strictEqual(yield* relink, 0)

        yield* assets(numbered("a", "M-1"), numbered("b", "M-2"), numbered("c", "M-2"))
        assert.strictEqual(yield* relink, 1)
        assert.deepStrictEqual(cdf.held.events.get(ids.of("deviation", "e"))?.assetIds, [
          cdf.held.assets.get(part("a"))?.id ?? 0
        ])
        assert.deepStrictEqual(cdf.held.events.get(ids.of("deviation", "f"))?.assetIds ?? [], [])
        assert.deepStrictEqual(
          (yield* pending).map(({ from }) => from),
          [ids.of("deviation", "f")]
        )
      }).pipe(Effect.provide(layer))
    }
  )

  it.effect("leaves nothing for the next pass to write", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* report(hierarchy)
      yield* events(event("e", part("a")))
      yield* assets(asset("a"))
      yield* relink
      cdf.calls.splice(0)
      const { tally } = yield* events(event("e", part("a")))
      assert.deepInclude(tally.counts, { unchanged: 1, updated: 0 })
      assert.deepStrictEqual(cdf.writes(), [])
      assert.strictEqual(yield* relink, 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("leaves a link that CDF refuses pending, and writes the others", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* report(hierarchy)
      yield* events(event("e", part("a")), event("f", part("a")), event("g", part("a")))
      yield* assets(asset("a"))
      cdf.refuse = (_, externalId) => (externalId === ids.of("deviation", "f") ? { message: "no" } : undefined)
      assert.strictEqual(yield* relink, 2)
      assert.deepStrictEqual(
        (yield* pending).map(({ from }) => from),
        [ids.of("deviation", "f")]
      )
      cdf.refuse = () => undefined
      assert.strictEqual(yield* relink, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("waits on for an asset that went while its number was still known", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* report(hierarchy)
      yield* events(event("e", part("a")))
      const resolver = yield* IdResolver
      yield* resolver.remember([{ externalId: part("a"), id: 4711 }])
      cdf.refuse = (kind) =>
        kind === "events" ? { message: "Asset ids not found", missing: [{ id: 4711 }] } : undefined
      assert.strictEqual(yield* relink, 0)
      assert.strictEqual((yield* pending).length, 1)
      cdf.refuse = () => undefined
      // Not by that number again.
      assert.strictEqual(yield* relink, 0)
      yield* assets(asset("a"))
      assert.strictEqual(yield* relink, 1)
      assert.deepStrictEqual(cdf.held.events.get(ids.of("deviation", "e"))?.assetIds, [
        cdf.held.assets.get(part("a"))?.id ?? 0
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is known to have linked what a record does not name any more that is written at the same time", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const linked = yield* Deferred.make<void>()
      let waits = false
      const { cdf, layer } = makePlant({
        over: ({ upsert }) => ({
          upsert: (kind, wanted) =>
            waits && kind === "events"
              ? Deferred.succeed(asked, undefined).pipe(
                  Effect.zipRight(Deferred.await(linked)),
                  Effect.zipRight(upsert(kind, wanted))
                )
              : upsert(kind, wanted)
        })
      })
      yield* Effect.gen(function* () {
        yield* report(hierarchy)
        yield* assets(asset("a"))
        yield* events(event("e", part("b")))
        waits = true
        const writing = yield* Effect.fork(events(event("e", part("a"))))
        yield* Deferred.await(asked)
        yield* assets(asset("b"))
        assert.strictEqual(yield* relink, 1)
        yield* Deferred.succeed(linked, undefined)
        yield* Fiber.join(writing)

        yield* events(event("e", part("a")))
        assert.deepStrictEqual(cdf.held.events.get(ids.of("deviation", "e"))?.assetIds, [
          cdf.held.assets.get(part("a"))?.id ?? 0
        ])
        const { tally } = yield* events(event("e", part("a")))
        assert.deepInclude(tally.counts, { unchanged: 1, updated: 0 })
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("leaves what begins to wait while it writes", () => {
    const { layer } = makePlant()
    return Effect.gen(function* () {
      yield* report(hierarchy)
      yield* assets(asset("b"))
      yield* events(event("e", part("a"), part("b")))
      yield* assets(asset("a"))
      const besides = yield* Effect.context<FlowServices>()
      const linked = yield* relink.pipe(
        withLedger(({ confirm }) => ({
          confirm: (chunk) =>
            Effect.zipRight(
              Effect.provide(events(event("e", part("a"), part("b"), part("c"))), besides),
              confirm(chunk)
            )
        }))
      )
      assert.strictEqual(linked, 1)
      assert.deepStrictEqual(
        (yield* pending).map(({ to }) => to),
        [part("c")]
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("counts nothing for an object that is gone itself", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* report(hierarchy)
      yield* events(event("e", part("a")))
      yield* assets(asset("a"))
      yield* cdf.cdf.delete("events", [ids.of("deviation", "e")])
      assert.strictEqual(yield* relink, 0)
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(Effect.provide(layer))
  })
})
