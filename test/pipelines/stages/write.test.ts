import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Exit, Fiber, Option, Stream } from "effect"
import type { EventDraft } from "../../../src/domain/cdf/Draft.js"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import { Part, partAsset } from "../../../src/domain/records/Part.js"
import { Workcenter, workcenterAsset } from "../../../src/domain/records/Workcenter.js"
import { hierarchy } from "../../../src/pipelines/tree.js"
import { decode } from "../../../src/pipelines/stages/decode.js"
import { link } from "../../../src/pipelines/stages/link.js"
import { map } from "../../../src/pipelines/stages/map.js"
import { counted } from "../../../src/pipelines/stages/read.js"
import { toCdf } from "../../../src/pipelines/stages/write.js"
import { IdResolver } from "../../../src/services/IdResolver.js"
import { Ledger } from "../../../src/services/Ledger.js"
import { transient } from "../../support/CdfMemory.js"
import { deadLetters, inFlow, makePlant, type PlantOptions, report, withLedger } from "../../support/PipelineHarness.js"
import { plexError } from "../../support/PlexScripted.js"
import { partRow, uuid, workcenterRow } from "../Rows.js"

const ids = makeExternalIds("340884")

/** Lets every other fiber go as far as it can. */
const letOthers = Effect.repeatN(Effect.yieldNow(), 500)

/** Parts on their whole way. */
const copy = <E, R>(rows: Stream.Stream<unknown, E, R>) =>
  counted(rows).pipe(decode(Part), map(partAsset), toCdf("assets"))

const event = (key: string, over: Partial<EventDraft> = {}): EventDraft => ({
  kind: "events",
  externalId: ids.of("deviation", key),
  dataSet: "quality",
  plexId: key,
  type: "quality_deviation",
  links: [],
  metadata: {},
  owns: [],
  ...over
})

const part = (at: number) => ids.of("part", uuid(at))

const ledgerRows = (...externalIds: ReadonlyArray<ReturnType<typeof part>>) =>
  Effect.flatMap(Ledger, (ledger) => Effect.map(ledger.rows("assets", externalIds), (rows) => [...rows.keys()]))

/** A plant with its tree made and nothing counted of that. */
const withTree = (options: PlantOptions = {}) => {
  const plant = makePlant(options)
  return {
    ...plant,
    tree: Effect.zipRight(
      report(hierarchy),
      Effect.sync(() => plant.cdf.calls.splice(0))
    )
  }
}

describe("write", () => {
  it.effect("sends chunks of the size set, the last one short", () => {
    const { cdf, layer, tree } = withTree({ cdf: { batchSize: 20 } })
    return Effect.gen(function* () {
      yield* tree
      const rows = Stream.range(1, 50).pipe(
        Stream.map((at) => partRow(at)),
        Stream.rechunk(7)
      )
      const { tally } = yield* inFlow(copy(rows))
      assert.deepStrictEqual(
        cdf
          .writes()
          .map(({ externalIds, operation }) => `${operation} ${externalIds.length}`)
          .sort(),
        ["create 10", "create 20", "create 20"]
      )
      assert.strictEqual(tally.counts.created, 50)
    }).pipe(Effect.provide(layer))
  })

  it.effect("has as many chunks in flight as set, and no more", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const full = yield* Deferred.make<void>()
      let now = 0
      let most = 0
      const { layer, tree } = withTree({
        cdf: { batchSize: 1, concurrency: 3 },
        over: (cdf) => ({
          upsert: (kind, wanted) =>
            wanted.some(({ resource }) => resource.externalId.startsWith(ids.prefix("part")))
              ? Effect.gen(function* () {
                  most = Math.max(most, ++now)
                  if (now === 3) yield* Deferred.succeed(full, undefined)
                  yield* Deferred.await(gate)
                  now--
                  return yield* cdf.upsert(kind, wanted)
                })
              : cdf.upsert(kind, wanted)
        })
      })
      yield* Effect.gen(function* () {
        yield* tree
        const fiber = yield* Effect.fork(inFlow(copy(Stream.range(1, 12).pipe(Stream.map((at) => partRow(at))))))
        yield* Deferred.await(full)
        yield* letOthers
        yield* Deferred.succeed(gate, undefined)
        const { tally } = yield* Fiber.join(fiber)
        assert.strictEqual(most, 3)
        assert.strictEqual(tally.counts.created, 12)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("makes no write for what is in CDF already", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      const rows = Stream.make(partRow(1), partRow(2))
      yield* inFlow(copy(rows))
      cdf.calls.splice(0)
      const { tally } = yield* inFlow(copy(rows))
      assert.deepStrictEqual(cdf.writes(), [])
      assert.strictEqual(tally.counts.unchanged, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("cuts a note that has no room beside what others added, counts that, and looks at it no more", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      yield* inFlow(copy(Stream.make(partRow(1, { note: "n".repeat(9000) }))))
      const theirs = { theirs: "t".repeat(900) }
      yield* cdf.cdf.update("assets", [{ externalId: part(1), update: { metadata: { add: theirs, remove: [] } } }])
      const changed = Stream.make(partRow(1, { note: "m".repeat(9700), revision: "B" }))
      const { tally } = yield* inFlow(copy(changed))
      assert.deepInclude(tally.counts, { updated: 1, cuts: 1 })
      const { metadata = {} } = cdf.held.assets.get(part(1)) ?? {}
      assert.deepInclude(metadata, { ...theirs, revision: "B" })
      assert.match(metadata["note"] ?? "", /^m{8000,}…$/)
      cdf.calls.splice(0)
      assert.deepInclude((yield* inFlow(copy(changed))).tally.counts, { unchanged: 1, cuts: 0 })
      yield* Effect.flatMap(Ledger, ({ forget }) => forget("assets", [part(1)]))
      const { counts } = (yield* inFlow(copy(changed))).tally
      assert.deepInclude(counts, { unchanged: 1, cuts: 1 })
      assert.deepStrictEqual(
        cdf.writes().filter(({ operation }) => operation === "update"),
        []
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("of two records of one key in a chunk writes the last and counts the other as a duplicate", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      const { tally } = yield* inFlow(copy(Stream.make(partRow(1, { name: "old" }), partRow(1, { name: "new" }))))
      assert.strictEqual(cdf.held.assets.get(part(1))?.name, "P-1 - new")
      assert.deepInclude(tally.counts, { read: 2, created: 1, duplicates: 1 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("of two records of one key in chunks written at once the last one read wins", () =>
    Effect.gen(function* () {
      const second = yield* Deferred.make<void>()
      const { cdf, layer, tree } = withTree({
        cdf: { batchSize: 1, concurrency: 4 },
        over: (cdf) => ({
          upsert: (kind, wanted) => {
            const names = wanted.map(({ resource }) => ("name" in resource ? resource.name : ""))
            // The first write is as slow as it can be: it waits for the third, which has nothing to do with it.
            if (names.includes("P-1 - old")) return Effect.zipRight(Deferred.await(second), cdf.upsert(kind, wanted))
            if (names.includes("P-2 - other")) {
              return Effect.zipLeft(cdf.upsert(kind, wanted), Deferred.succeed(second, undefined))
            }
            return cdf.upsert(kind, wanted)
          }
        })
      })
      yield* Effect.gen(function* () {
        yield* tree
        const rows = [partRow(1, { name: "old" }), partRow(1, { name: "new" }), partRow(2, { name: "other" })]
        const { tally } = yield* inFlow(copy(Stream.fromIterable(rows).pipe(Stream.rechunk(1))))
        assert.strictEqual(cdf.held.assets.get(part(1))?.name, "P-1 - new")
        assert.deepInclude(tally.counts, { read: 3, created: 2, updated: 1 })
        // The ledger knows what CDF holds: the new one again is no write.
        cdf.calls.splice(0)
        yield* inFlow(copy(Stream.make(partRow(1, { name: "new" }))))
        assert.deepStrictEqual(cdf.writes(), [])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("of two records of one key, compared apart, the last one read wins also where CDF holds it already", () => {
    const { cdf, layer, tree } = withTree()
    const read = (...names: ReadonlyArray<string>) =>
      inFlow(copy(Stream.fromIterable(names.map((name) => partRow(1, { name }))).pipe(Stream.rechunk(1))))
    const held = () => cdf.held.assets.get(part(1))?.name
    return Effect.gen(function* () {
      yield* tree
      yield* read("new")
      const { tally } = yield* read("old", "new")
      assert.strictEqual(held(), "P-1 - new")
      assert.deepInclude(tally.counts, { read: 2, unchanged: 1, duplicates: 1 })
      yield* read("new")
      assert.strictEqual(held(), "P-1 - new")
    }).pipe(Effect.provide(layer))
  })

  it.effect("of two records of one key the last one takes back what the one before has linked", () =>
    Effect.gen(function* () {
      const compared = yield* Deferred.make<void>()
      const confirmed = yield* Deferred.make<void>()
      const { cdf, layer, tree } = withTree({ cdf: { batchSize: 2, concurrency: 4 } })
      const id = ids.of("deviation", "d")
      const linkedTo = (at: number) => event("d", { links: [part(at)] })
      // The first chunk is confirmed when the last record was compared, and the list goes on when it was.
      const drafts = Stream.make(linkedTo(2), event("e"), linkedTo(1)).pipe(
        Stream.concat(
          Stream.fromEffect(
            Deferred.succeed(compared, undefined).pipe(
              Effect.zipRight(Deferred.await(confirmed)),
              Effect.zipRight(letOthers),
              Effect.as(event("f"))
            )
          )
        ),
        Stream.rechunk(1)
      )
      yield* Effect.gen(function* () {
        yield* tree
        yield* inFlow(copy(Stream.make(partRow(1), partRow(2))))
        yield* inFlow(toCdf("events")(Stream.make(linkedTo(1))))
        yield* inFlow(toCdf("events")(drafts)).pipe(
          withLedger(({ confirm }) => ({
            confirm: (chunk) =>
              Deferred.await(compared).pipe(
                Effect.zipRight(confirm(chunk)),
                Effect.zipLeft(Deferred.succeed(confirmed, undefined))
              )
          }))
        )
        assert.deepStrictEqual(cdf.held.events.get(id)?.assetIds, [cdf.held.assets.get(part(1))?.id ?? 0])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("does not wait for a list that goes on before a full chunk is written", () =>
    Effect.gen(function* () {
      const written = yield* Deferred.make<void>()
      const { layer, tree } = withTree({
        cdf: { batchSize: 2 },
        over: (cdf) => ({
          upsert: (kind, wanted) =>
            Effect.zipLeft(
              cdf.upsert(kind, wanted),
              wanted.length === 2 && kind === "assets" ? Deferred.succeed(written, undefined) : Effect.void
            )
        })
      })
      yield* Effect.gen(function* () {
        yield* tree
        const rest = Stream.fromEffect(Effect.as(Deferred.await(written), partRow(3)))
        const rows = Stream.make(partRow(1), partRow(2)).pipe(Stream.concat(rest))
        const { tally } = yield* inFlow(copy(rows))
        assert.strictEqual(tally.counts.created, 3)
      }).pipe(Effect.provide(layer))
    })
  )
})

describe("confirm", () => {
  it.effect("leaves no ledger row of a chunk that failed", () => {
    const { cdf, layer, tree } = withTree({ cdf: { batchSize: 1, concurrency: 1 } })
    return Effect.gen(function* () {
      yield* tree
      cdf.fail = ({ externalIds, operation }) =>
        operation === "create" && externalIds.includes(part(2)) ? transient("create") : undefined
      const rows = Stream.range(1, 3).pipe(Stream.map((at) => partRow(at)))
      const { exit, tally } = yield* inFlow(copy(rows))
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(yield* ledgerRows(part(1), part(2), part(3)), [part(1)])
      assert.strictEqual(tally.counts.created, 1)
      cdf.fail = () => undefined
      const again = yield* inFlow(copy(rows))
      assert.deepInclude(again.tally.counts, { created: 2, unchanged: 1 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("happens only after CDF said yes", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      const { layer, tree } = withTree({
        over: (cdf) => ({
          upsert: (kind, wanted) =>
            wanted.some(({ resource }) => resource.externalId === part(1))
              ? Deferred.succeed(asked, undefined).pipe(
                  Effect.zipRight(Deferred.await(gate)),
                  Effect.zipRight(cdf.upsert(kind, wanted))
                )
              : cdf.upsert(kind, wanted)
        })
      })
      yield* Effect.gen(function* () {
        yield* tree
        const fiber = yield* Effect.fork(inFlow(copy(Stream.make(partRow(1)))))
        yield* Deferred.await(asked)
        assert.deepStrictEqual(yield* ledgerRows(part(1)), [])
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(yield* ledgerRows(part(1)), [part(1)])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("comes for everything read before a list broke off, also what is in flight then", () =>
    Effect.gen(function* () {
      const inFlight = yield* Deferred.make<void>()
      const broken = yield* Deferred.make<void>()
      const { layer, tree } = withTree({
        cdf: { batchSize: 1, concurrency: 4 },
        over: (cdf) => ({
          upsert: (kind, wanted) =>
            wanted.some(({ resource }) => resource.externalId === part(1))
              ? Deferred.succeed(inFlight, undefined).pipe(
                  Effect.zipRight(Deferred.await(broken)),
                  Effect.zipRight(letOthers),
                  Effect.zipRight(cdf.upsert(kind, wanted))
                )
              : cdf.upsert(kind, wanted)
        })
      })
      yield* Effect.gen(function* () {
        yield* tree
        const rows = Stream.make(partRow(1)).pipe(
          Stream.concat(
            Stream.fromEffect(
              Deferred.await(inFlight).pipe(
                Effect.zipRight(Deferred.succeed(broken, undefined)),
                Effect.zipRight(Effect.fail(plexError("WrongBody", "the body ended early")))
              )
            )
          )
        )
        const { exit, tally } = yield* inFlow(copy(rows))
        assert.deepStrictEqual(
          Option.map(Exit.causeOption(exit), ({ _tag }) => _tag),
          Option.some("Fail" as const)
        )
        assert.strictEqual(tally.counts.created, 1)
        assert.deepStrictEqual(yield* ledgerRows(part(1)), [part(1)])
      }).pipe(Effect.provide(layer))
    })
  )
})

describe("what CDF refuses", () => {
  it.effect("becomes a dead letter with its reason, and all else of the chunk is written", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      cdf.refuse = (_, externalId) => (externalId === part(5) ? { message: "no such thing" } : undefined)
      const { exit, tally } = yield* inFlow(copy(Stream.range(1, 30).pipe(Stream.map((at) => partRow(at)))))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepInclude(tally.counts, { read: 30, created: 29, deadLettered: 1 })
      const [letter, ...others] = yield* deadLetters
      assert.deepInclude(letter, { flow: "parts", key: part(5), reason: "no such thing" })
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual(yield* ledgerRows(part(5), part(6)), [part(6)])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is tried again on the next pass", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      cdf.refuse = () => ({ message: "no" })
      yield* inFlow(copy(Stream.make(partRow(1))))
      cdf.refuse = () => undefined
      const { tally } = yield* inFlow(copy(Stream.make(partRow(1))))
      assert.strictEqual(tally.counts.created, 1)
    }).pipe(Effect.provide(layer))
  })
})

describe("link", () => {
  const toEvents = (...drafts: ReadonlyArray<EventDraft>) => toCdf("events")(Stream.fromIterable(drafts))

  it.effect("asks CDF once for all assets of a chunk", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      yield* inFlow(copy(Stream.range(1, 3).pipe(Stream.map((at) => partRow(at)))))
      const resolver = yield* IdResolver
      yield* resolver.forget([part(1), part(2), part(3)])
      cdf.calls.splice(0)
      const { tally } = yield* inFlow(
        toEvents(...[1, 2, 3].map((at) => event(`d${at}`, { links: [part(at), part(1)] })))
      )
      assert.deepStrictEqual(
        cdf.calls.filter(({ operation }) => operation === "byids").map(({ externalIds }) => externalIds.length),
        [3]
      )
      assert.deepInclude(tally.counts, { links: 6, pendingLinks: 0 })
      const id = cdf.held.assets.get(part(1))?.id ?? 0
      assert.deepStrictEqual(cdf.held.events.get(ids.of("deviation", "d1"))?.assetIds, [id])
    }).pipe(Effect.provide(layer))
  })

  it.effect("writes an object without the links whose asset does not exist, and keeps those as pending", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      yield* inFlow(copy(Stream.make(partRow(1))))
      const { tally } = yield* inFlow(toEvents(event("d", { links: [part(1), part(2)] })), { flow: "deviations" })
      assert.strictEqual(cdf.held.events.get(ids.of("deviation", "d"))?.assetIds?.length, 1)
      assert.deepInclude(tally.counts, { links: 1, pendingLinks: 1 })
      const [waiting, ...others] = yield* Effect.flatMap(Ledger, ({ pendingLinks }) => pendingLinks)
      assert.deepInclude(waiting, { kind: "events", from: ids.of("deviation", "d"), to: part(2), flow: "deviations" })
      assert.deepStrictEqual(others, [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("looks an asset that is gone up again, once, and writes what links to it", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      yield* inFlow(copy(Stream.make(partRow(1))))
      // Deleted behind our back: the resolver still knows its number.
      yield* cdf.cdf.delete("assets", [part(1)])
      const { tally } = yield* inFlow(toEvents(event("d", { links: [part(1)] })))
      assert.deepInclude(tally.counts, { created: 1, deadLettered: 0, links: 0, pendingLinks: 1 })
      assert.deepStrictEqual(cdf.held.events.get(ids.of("deviation", "d"))?.assetIds, [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("links to the asset that was made anew under the same id", () => {
    const { cdf, layer, tree } = withTree()
    return Effect.gen(function* () {
      yield* tree
      yield* inFlow(copy(Stream.make(partRow(1))))
      yield* cdf.cdf.delete("assets", [part(1)])
      const [anew] = yield* cdf.cdf.create("assets", [
        { externalId: part(1), name: "anew", dataSetId: 1, source: "Plex", metadata: {} }
      ])
      const { tally } = yield* inFlow(toEvents(event("d", { links: [part(1)] })))
      assert.deepInclude(tally.counts, { created: 1, links: 1 })
      assert.deepStrictEqual(cdf.held.events.get(ids.of("deviation", "d"))?.assetIds, [anew?.id ?? 0])
    }).pipe(Effect.provide(layer))
  })

  it.effect("lets an asset whose parent is gone wait under the kind's root", () => {
    const { cdf, layer, tree } = withTree()
    const line = ids.of("production_line", "L")
    const workcenter = ids.of("workcenter", "W")
    const root = ids.root("workcenters_root")
    return Effect.gen(function* () {
      yield* tree
      const resolver = yield* IdResolver
      yield* resolver.remember([{ externalId: line, id: 4711 }])
      const draft = {
        kind: "assets",
        externalId: workcenter,
        dataSet: "production",
        plexId: "W",
        name: "W",
        parent: line,
        waitsUnder: root,
        metadata: {},
        owns: []
      } as const
      const { tally } = yield* inFlow(toCdf("assets")(Stream.make(draft)))
      assert.deepInclude(tally.counts, { created: 1, deadLettered: 0, pendingLinks: 1 })
      assert.strictEqual(cdf.held.assets.get(workcenter)?.parentExternalId, root)
    }).pipe(Effect.provide(layer))
  })

  it.effect("never writes an object without its data set", () => {
    const { cdf, layer, tree } = withTree({ facility: { dataSets: { master: 1 } } })
    return Effect.gen(function* () {
      yield* tree
      const { exit } = yield* inFlow(toEvents(event("d")))
      assert.match(String(exit), /data set quality is not configured/)
      assert.deepStrictEqual(cdf.writes(), [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("takes back links of ours that a record does not name any more, and no others", () => {
    const { cdf, layer, tree } = withTree()
    const id = ids.of("deviation", "d")
    return Effect.gen(function* () {
      yield* tree
      yield* inFlow(copy(Stream.range(1, 3).pipe(Stream.map((at) => partRow(at)))))
      yield* inFlow(toEvents(event("d", { links: [part(1), part(2)] })))
      const foreign = cdf.held.assets.get(part(3))?.id ?? 0
      yield* cdf.cdf.update("events", [{ externalId: id, update: { assetIds: { add: [foreign], remove: [] } } }])
      yield* inFlow(toEvents(event("d", { links: [part(2)] })))
      assert.deepStrictEqual(cdf.held.events.get(id)?.assetIds, [cdf.held.assets.get(part(2))?.id ?? 0, foreign])
    }).pipe(Effect.provide(layer))
  })
})

describe("an event that depends on what is not known now", () => {
  it.effect("keeps the links it had, and gives them back once all is known", () => {
    const { cdf, layer, tree } = withTree()
    const write = (draft: EventDraft) => inFlow(toCdf("events")(Stream.make(draft)))
    const linked = () => cdf.held.events.get(ids.of("deviation", "e"))?.assetIds ?? []
    return Effect.gen(function* () {
      yield* tree
      yield* inFlow(copy(Stream.make(partRow(1), partRow(2))))
      const [one, two] = [part(1), part(2)].map((id) => cdf.held.assets.get(id)?.id ?? 0)
      yield* write(event("e", { links: [part(1)] }))
      yield* write(event("e", { links: [part(2)], description: "less known", over: (held) => held }))
      assert.sameMembers([...linked()], [one, two])
      yield* write(event("e", { links: [part(2)], description: "all known" }))
      assert.deepStrictEqual([...linked()], [two])
    }).pipe(Effect.provide(layer))
  })

  it.effect("knows nothing of the links that another record had under its id", () => {
    const { cdf, layer, tree } = withTree()
    const of = (plexId: string, over: Partial<EventDraft>) =>
      inFlow(toCdf("events")(Stream.make(event("e", { plexId, metadata: { plex_id: plexId }, ...over }))))
    const externalId = ids.of("deviation", "e")
    return Effect.gen(function* () {
      yield* tree
      yield* inFlow(copy(Stream.make(partRow(1), partRow(2))))
      yield* of("x", { links: [part(1)] })
      yield* of("y", { links: [part(2)], over: (held) => held })
      assert.deepStrictEqual(cdf.held.events.get(externalId)?.assetIds, [cdf.held.assets.get(part(2))?.id ?? 0])
      const rows = yield* Effect.flatMap(Ledger, (ledger) => ledger.rows("events", [externalId]))
      assert.deepStrictEqual(rows.get(externalId)?.links, [part(2)])
    }).pipe(Effect.provide(layer))
  })
})

describe("an asset", () => {
  it.effect("knows its parent by number too, as some answers of CDF name parents by number alone", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* report(hierarchy)
      const library = ids.root("parts_library")
      const { exit } = yield* inFlow(
        Stream.runHead(Stream.make(partRow(1)).pipe(decode(Part), map(partAsset), link("assets")))
      )
      const linked = Option.getOrUndefined(yield* exit)
      assert.strictEqual(linked?.parentId, cdf.held.assets.get(library)?.id)
      assert.isDefined(linked?.parentId)
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps what others wrote in a field that its mapping never writes, and takes back its own", () => {
    const { cdf, layer, tree } = withTree()
    const theirs = { description: { set: "theirs" } }
    const workcenters = (at: number, over: Readonly<Record<string, unknown>> = {}) =>
      inFlow(
        counted(Stream.make(workcenterRow(at, over))).pipe(decode(Workcenter), map(workcenterAsset), toCdf("assets"))
      )
    const descriptionOf = (externalId: ReturnType<typeof part>) => cdf.held.assets.get(externalId)?.description
    return Effect.gen(function* () {
      yield* tree
      const [root, workcenter] = [ids.root("production_root"), ids.of("workcenter", uuid(7))]
      yield* workcenters(7)
      yield* inFlow(copy(Stream.make(partRow(1, { description: "ours" }))))
      yield* cdf.cdf.update(
        "assets",
        [root, workcenter, part(1)].map((externalId) => ({ externalId, update: theirs }))
      )
      yield* Effect.flatMap(Ledger, ({ forget }) => forget("assets", [root]))
      yield* cdf.cdf.update("assets", [{ externalId: root, update: { name: { set: "theirs" } } }])
      yield* report(hierarchy)
      yield* workcenters(7, { name: "renamed" })
      yield* inFlow(copy(Stream.make(partRow(1, { description: null }))))
      assert.include(cdf.held.assets.get(workcenter)?.name, "renamed")
      assert.notStrictEqual(cdf.held.assets.get(root)?.name, "theirs")
      assert.deepStrictEqual([root, workcenter, part(1)].map(descriptionOf), ["theirs", "theirs", undefined])
    }).pipe(Effect.provide(layer))
  })
})

describe("the tree", () => {
  it.effect("is written parents before children, whatever the size of a chunk", () => {
    const { cdf, layer } = makePlant({ cdf: { batchSize: 1, concurrency: 8 } })
    return Effect.gen(function* () {
      const { counts, status } = yield* report(hierarchy)
      assert.strictEqual(status, "ok")
      assert.deepInclude(counts, { read: 17, created: 17, deadLettered: 0 })
      assert.strictEqual([...cdf.held.assets.keys()][0], ids.root("facility"))
      assert.strictEqual(Chunk.size(Chunk.fromIterable(cdf.held.labels.keys())), 2)
    }).pipe(Effect.provide(layer))
  })
})
