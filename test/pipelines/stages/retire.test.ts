import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, FastCheck, Stream, TestClock } from "effect"
import type { EventDraft } from "../../../src/domain/cdf/Draft.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { relink } from "../../../src/pipelines/relink.js"
import { toCdf } from "../../../src/pipelines/stages/write.js"
import type { Settings } from "../../../src/services/AppConfig.js"
import { Ledger } from "../../../src/services/Ledger.js"
import { demoFacility } from "../../support/DemoFacility.js"
import {
  deadLetters,
  extract,
  flowOf,
  inFlow,
  makePlant,
  type PipelinePlant,
  unbalanced,
  withLedger
} from "../../support/PipelineHarness.js"
import { plexExamples } from "../../support/PlexExamples.js"
import { plexError } from "../../support/PlexScripted.js"
import { containerRow, jobRow, lists, partRow, uuid } from "../Rows.js"

const { ids } = demoFacility()
const part = (at: number) => ids.of("part", uuid(at))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)
const parts = (...numbers: ReadonlyArray<number>) => numbers.map((at) => partRow(at))

type Policy = Settings["removed"]["policy"]
const removed = (policy: Policy, retentionDays?: number) => ({
  removed: { policy, containerRetentionDays: 90, retentionDays }
})

const plantOf = (rows: ReadonlyArray<unknown>, settings: Partial<Settings> = {}) =>
  makePlant({ plex: { lists: { [lists.parts]: rows } }, settings })

/** Which of these parts carry the marks. */
const marked = ({ cdf }: PipelinePlant, among: ReadonlyArray<number>) =>
  among.filter((at) => cdf.held.assets.get(part(at))?.metadata["active"] === "false")

const there = ({ cdf }: PipelinePlant, among: ReadonlyArray<number>) =>
  among.filter((at) => cdf.held.assets.get(part(at)) !== undefined)

const run = extract("master-data", { sweep: false })

describe("A record that disappears", () => {
  it.effect("is marked when the list that misses it came whole, counted apart, and marked once", () => {
    const plant = plantOf(parts(1, 2, 3))
    return Effect.gen(function* () {
      yield* run
      plant.plex.lists[lists.parts] = parts(1, 3)
      plant.plex.now += 60_000
      const found = yield* run
      assert.deepInclude(flowOf(found, "parts").counts, { read: 2, unchanged: 2, updated: 0, retired: 1 })
      assert.deepStrictEqual(unbalanced(found), [])
      assert.strictEqual(found.status, "succeeded")
      const metadata = plant.cdf.held.assets.get(part(2))?.metadata
      assert.strictEqual(metadata?.["active"], "false")
      assert.strictEqual(metadata?.["retired_at"], new Date(plant.plex.now).toISOString())
      assert.deepStrictEqual(marked(plant, [1, 3]), [])
      plant.cdf.calls.splice(0)
      plant.plex.now += 60_000
      assert.strictEqual(flowOf(yield* run, "parts").counts.retired, 0)
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  /** A part that is gone for one list: what CDF held of it before, meanwhile and when it came back. */
  const goneAndBack = (plant: PipelinePlant) =>
    Effect.gen(function* () {
      const held = () => plant.cdf.held.assets.get(part(2))
      yield* run
      const before = held()
      plant.plex.lists[lists.parts] = parts(1, 3)
      yield* run
      const meanwhile = held()
      plant.plex.lists[lists.parts] = parts(1, 2, 3)
      const { counts } = flowOf(yield* run, "parts")
      return { before, meanwhile, counts, after: held() }
    })

  it.effect("comes back to the byte as if it had never been retired, and counts as updated", () => {
    const plant = plantOf(parts(1, 2, 3))
    return Effect.gen(function* () {
      const { after, before, counts, meanwhile } = yield* goneAndBack(plant)
      assert.notDeepEqual(meanwhile, before)
      assert.deepInclude(counts, { updated: 1, unchanged: 2, created: 0, retired: 0 })
      assert.deepStrictEqual(after, before)
      plant.cdf.calls.splice(0)
      yield* run
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("would be seen to stay retired if it was compared by its content only", () => {
    const plant = plantOf(parts(1, 2, 3))
    return Effect.gen(function* () {
      const { after, before, meanwhile } = yield* goneAndBack(plant)
      assert.notDeepEqual(after, before)
      assert.deepStrictEqual(after, meanwhile)
    }).pipe(
      withLedger(({ rows }) => ({
        rows: (...asked) =>
          Effect.map(
            rows(...asked),
            (found) => new Map([...found].map(([id, row]) => [id, { ...row, retiredAt: undefined }]))
          )
      })),
      Effect.provide(plant.layer)
    )
  })

  it.effect("keeps what others have added to its object, retired or not", () => {
    const plant = plantOf(parts(1, 2, 3))
    return Effect.gen(function* () {
      yield* run
      yield* plant.cdf.cdf.update("assets", [
        { externalId: part(2), update: { metadata: { add: { theirs: "stays" }, remove: [] } } }
      ])
      plant.plex.lists[lists.parts] = parts(1, 3)
      yield* run
      plant.plex.lists[lists.parts] = parts(1, 2, 3)
      yield* run
      assert.strictEqual(plant.cdf.held.assets.get(part(2))?.metadata["theirs"], "stays")
    }).pipe(Effect.provide(plant.layer))
  })

  /** A list that ends after `cut` of its records by a failure, by the stop, or not at all. */
  const cutAt = (cut: number, how: "failure" | "stop" | "whole") => {
    const rows = Stream.fromIterable(parts(...range(1, cut)))
    return Effect.map(Deferred.make<void>(), (stop) => ({
      stop,
      list:
        how === "failure"
          ? Stream.concat(rows, Stream.fail(plexError("WrongBody")))
          : how === "stop"
            ? Stream.concat(rows, Stream.execute(Deferred.succeed(stop, undefined)))
            : rows
    }))
  }

  it.effect("is touched by no list that was cut, wherever and however it was", () =>
    Effect.forEach(
      FastCheck.sample(FastCheck.tuple(FastCheck.integer({ min: 0, max: 9 }), FastCheck.boolean()), {
        numRuns: 8,
        seed: 7
      }),
      ([cut, fails]) => {
        const plant = plantOf(parts(...range(1, 10)))
        return Effect.gen(function* () {
          yield* run
          plant.cdf.calls.splice(0)
          const { list, stop } = yield* cutAt(cut, fails ? "failure" : "stop")
          plant.plex.lists[lists.parts] = list
          const found = yield* extract("master-data", { sweep: false, stop })
          assert.strictEqual(flowOf(found, "parts").status, "degraded")
          assert.deepStrictEqual(plant.cdf.writes(), [], `cut after ${cut}`)
        }).pipe(Effect.provide(plant.layer))
      },
      { discard: true }
    )
  )

  it.effect("would be touched by a list that was cut and passed for whole", () => {
    const plant = plantOf(parts(...range(1, 10)))
    return Effect.gen(function* () {
      yield* run
      plant.plex.lists[lists.parts] = (yield* cutAt(8, "whole")).list
      yield* run
      assert.deepStrictEqual(marked(plant, range(1, 10)), [9, 10])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("counts as seen where it is a dead letter or refused by CDF", () => {
    const plant = plantOf(parts(...range(1, 8)))
    return Effect.gen(function* () {
      yield* run
      plant.cdf.refuse = (_, externalId) => (externalId === part(3) ? { message: "no" } : undefined)
      plant.plex.lists[lists.parts] = [
        partRow(1),
        partRow(2, { number: { a: 1 } }),
        partRow(3, { name: "new" })
      ].concat(parts(4, 5, 6, 7))
      const found = yield* run
      assert.deepInclude(flowOf(found, "parts").counts, { deadLettered: 2, retired: 1 })
      assert.deepStrictEqual(marked(plant, range(1, 8)), [8])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("takes its dead letter with it, once a whole list that is believed does not show it any more", () => {
    const bad = partRow(9, { number: { a: 1 } })
    const plant = plantOf(parts(...range(1, 8)).concat(bad))
    const letters = Effect.map(deadLetters, (kept) => kept.map(({ key }) => key))
    return Effect.gen(function* () {
      yield* run
      assert.deepStrictEqual(yield* letters, [uuid(9)])
      yield* TestClock.adjust("1 minute")
      plant.plex.lists[lists.parts] = [partRow(1)]
      yield* run
      assert.deepStrictEqual(yield* letters, [uuid(9)])
      yield* TestClock.adjust("1 minute")
      plant.plex.lists[lists.parts] = parts(...range(1, 8))
      yield* run
      assert.deepStrictEqual(yield* letters, [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("counts as seen by its number where it is a job without an id", () => {
    const plant = makePlant({ plex: { lists: { [lists.jobs]: [jobRow(1), jobRow(2), jobRow(3)] } } })
    return Effect.gen(function* () {
      yield* extract("jobs", { sweep: false })
      plant.plex.lists[lists.jobs] = [jobRow(1), jobRow(2, { id: null })]
      yield* extract("jobs", { sweep: false })
      assert.deepStrictEqual(
        [1, 2, 3].map((at) => plant.cdf.held.events.get(ids.of("job", `J${at}`))?.metadata["active"]),
        [undefined, undefined, "false"]
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is left alone where a record has no key that can be read, and the flow says so", () => {
    const plant = plantOf(parts(1, 2, 3))
    return Effect.gen(function* () {
      yield* run
      for (const keyless of [partRow(9, { id: null }), partRow(9, { id: { no: "key" } }), 17]) {
        plant.plex.lists[lists.parts] = [...parts(1, 3), keyless]
        const found = flowOf(yield* run, "parts")
        assert.strictEqual(found.status, "degraded")
        assert.include(found.notice ?? "", "1 of 3 assets")
        assert.deepStrictEqual(marked(plant, [1, 2, 3]), [])
      }
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is forgotten where CDF does not hold its object any more", () => {
    const plant = plantOf(parts(1, 2, 3))
    return Effect.gen(function* () {
      yield* run
      yield* plant.cdf.cdf.delete("assets", [part(2)])
      plant.plex.lists[lists.parts] = parts(1, 3)
      const found = yield* run
      assert.strictEqual(flowOf(found, "parts").status, "ok")
      assert.strictEqual(flowOf(found, "parts").counts.retired, 0)
      plant.plex.lists[lists.parts] = parts(1, 2, 3)
      assert.strictEqual(flowOf(yield* run, "parts").counts.created, 1)
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("The policy for removed records", () => {
  it.effect("delete: deletes, moves children to the root of their kind, and has them back when their parent is", () => {
    const line = plexExamples.productionLine
    const workcenter = { ...plexExamples.workcenter, productionLineId: line.id }
    const linePath = "/production/v1/production-definitions/production-lines"
    const plant = makePlant({
      plex: { lists: { [linePath]: [line, { ...line, id: uuid(77) }], [lists.workcenters]: [workcenter] } },
      settings: removed("delete")
    })
    const parent = () => plant.cdf.held.assets.get(ids.of("workcenter", workcenter.workcenterId))?.parentExternalId
    return Effect.gen(function* () {
      yield* run
      assert.strictEqual(parent(), ids.of("production_line", line.id))
      plant.plex.lists[linePath] = [{ ...line, id: uuid(77) }]
      plant.plex.lists[lists.workcenters] = plexError("Unavailable")
      assert.strictEqual(flowOf(yield* run, "production-lines").counts.retired, 1)
      assert.isUndefined(plant.cdf.held.assets.get(ids.of("production_line", line.id)))
      assert.strictEqual(parent(), ids.root("workcenters_root"))
      plant.plex.lists[lists.workcenters] = [workcenter]
      assert.strictEqual(flowOf(yield* run, "workcenters").status, "ok")
      assert.strictEqual(parent(), ids.root("workcenters_root"))
      plant.plex.lists[linePath] = [line, { ...line, id: uuid(77) }]
      yield* run
      assert.strictEqual(parent(), ids.of("production_line", line.id))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("delete: marks an asset under which somebody else has one, and leaves theirs where it is", () => {
    const line = plexExamples.productionLine
    const linePath = "/production/v1/production-definitions/production-lines"
    const others = Array.from({ length: 3 }, (_, at) => ({ ...line, id: uuid(70 + at) }))
    const plant = makePlant({ plex: { lists: { [linePath]: [line, ...others] } }, settings: removed("delete") })
    return Effect.gen(function* () {
      yield* run
      const own = ids.of("production_line", line.id)
      // One in a data set of theirs under an id as ours are, and one in ours under an id of theirs.
      const { dataSetId } = plant.cdf.held.assets.get(own) ?? {}
      const theirs = [
        yield* foreignChild(plant, own),
        yield* foreignChild(plant, own, { dataSetId, externalId: ExternalId.make("their_press") })
      ]
      plant.plex.lists[linePath] = others
      yield* run
      assert.strictEqual(plant.cdf.held.assets.get(own)?.metadata["active"], "false")
      for (const child of theirs) assert.strictEqual(plant.cdf.held.assets.get(child)?.parentExternalId, own)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("keep: touches nothing, and does not count the same object twice", () => {
    const plant = plantOf(parts(1, 2, 3), removed("keep"))
    return Effect.gen(function* () {
      yield* run
      const before = [...plant.cdf.held.assets]
      plant.plex.lists[lists.parts] = parts(1, 3)
      assert.strictEqual(flowOf(yield* run, "parts").counts.retired, 1)
      assert.strictEqual(flowOf(yield* run, "parts").counts.retired, 0)
      assert.deepStrictEqual([...plant.cdf.held.assets], before)
      plant.plex.lists[lists.parts] = parts(1, 2, 3)
      assert.strictEqual(flowOf(yield* run, "parts").counts.unchanged, 3)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("always deletes relationships; a routing goes with its last step, and comes back with the first", () => {
    const step = (at: number, of: number) => ({
      ...plexExamples.partOperation,
      id: uuid(100 + at),
      partId: uuid(of),
      operationNumber: at
    })
    const routing = (of: number) => ids.of("routing", uuid(of))
    const plant = makePlant({
      plex: {
        lists: { [lists.parts]: parts(1, 2, 3), [lists.routings]: [step(1, 1), step(2, 1), step(3, 2), step(4, 3)] }
      }
    })
    const rows = (of: number) =>
      Effect.map(plant.cdf.cdf.rows(routing(of), [{ externalId: "operation_number" }]), (found) =>
        found.flatMap(({ values }) => values)
      )
    return Effect.gen(function* () {
      yield* run
      const before = plant.cdf.held.sequences.get(routing(2))
      plant.plex.lists[lists.routings] = [step(1, 1), step(4, 3)]
      const found = yield* run
      assert.strictEqual(flowOf(found, "routings").counts.retired, 3)
      assert.deepStrictEqual(
        [2, 3].filter((at) => plant.cdf.held.relationships.get(ids.of("routing", uuid(100 + at))) !== undefined),
        []
      )
      assert.deepStrictEqual(yield* rows(1), [1])
      assert.deepStrictEqual(yield* rows(2), [])
      assert.strictEqual(plant.cdf.held.sequences.get(routing(2))?.metadata["active"], "false")
      plant.plex.lists[lists.routings] = [step(1, 1), step(3, 2), step(4, 3)]
      yield* run
      assert.deepStrictEqual(yield* rows(2), [3])
      assert.deepStrictEqual(plant.cdf.held.sequences.get(routing(2)), before)
    }).pipe(Effect.provide(plant.layer))
  })
})

/** An asset of another system under one of ours. */
const foreignChild = (
  { cdf }: PipelinePlant,
  parent: ExternalId,
  { dataSetId = 9999, externalId = ids.of("equipment", "not-of-plex") } = {}
) =>
  Effect.as(
    cdf.cdf.create("assets", [
      { externalId, name: "theirs", parentExternalId: parent, dataSetId, source: "other", metadata: {} }
    ]),
    externalId
  )

describe("The safety valve", () => {
  const wip = ids.series("wip", uuid(1), "kg")
  const inProcess = (at: number) =>
    containerRow(at, { inventoryType: "WIP", partId: uuid(1), quantity: 1, locationId: null })
  const containers = (...numbers: ReadonlyArray<number>) => numbers.map(inProcess)
  const stocked = (...numbers: ReadonlyArray<number>) =>
    makePlant({ plex: { lists: { [lists.containers]: containers(...numbers) } } })
  const level = ({ cdf }: PipelinePlant) =>
    Effect.map(cdf.cdf.points([wip], { begin: 0, end: 4e12 }), (found) =>
      (found.get(wip) ?? []).map(({ value }) => value)
    )
  const inventory = extract("inventory")

  for (const left of [[], [1, 2, 3, 4, 5]]) {
    it.effect(
      `stays closed where ${left.length} of 12 are listed: nothing retired, no level, and the flow says what to do`,
      () => {
        const plant = stocked(...range(1, 12))
        return Effect.gen(function* () {
          yield* inventory
          assert.deepStrictEqual(yield* level(plant), [12])
          plant.plex.lists[lists.containers] = containers(...left)
          plant.plex.now += 60_000
          plant.cdf.calls.splice(0)
          const found = flowOf(yield* inventory, "containers")
          assert.strictEqual(found.status, "degraded")
          assert.include(found.notice ?? "", `${12 - left.length} of 12 assets`)
          assert.include(found.notice ?? "", "plex-cdf reconcile --accept-removals containers")
          assert.deepStrictEqual(plant.cdf.writes(), [])
          plant.plex.lists[lists.containers] = containers(...range(1, 11))
          plant.plex.now += 60_000
          const cleared = flowOf(yield* inventory, "containers")
          assert.strictEqual(cleared.status, "ok")
          assert.strictEqual(cleared.counts.retired, 1)
          assert.deepStrictEqual(yield* level(plant), [12, 11])
        }).pipe(Effect.provide(plant.layer))
      }
    )
  }

  it.effect("is not fooled by as many new objects", () => {
    const plant = stocked(...range(1, 12))
    return Effect.gen(function* () {
      yield* inventory
      plant.plex.lists[lists.containers] = containers(...range(101, 130))
      for (let pass = 0; pass < 3; pass++) {
        const found = flowOf(yield* inventory, "containers")
        assert.strictEqual(found.counts.retired, 0)
        assert.strictEqual(found.status, "degraded")
        assert.include(found.notice ?? "", "12 of 12 assets")
      }
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("counts nothing that came since it closed, and takes what of that is gone once a list clears it", () => {
    const plant = stocked(...range(1, 20))
    return Effect.gen(function* () {
      yield* inventory
      plant.plex.lists[lists.containers] = containers(1)
      assert.include(flowOf(yield* inventory, "containers").notice ?? "", "19 of 20 assets")
      // What comes and goes meanwhile, once beside a list that broke off.
      plant.plex.lists[lists.containers] = Stream.concat(
        Stream.fromIterable(containers(1, ...range(100, 124))),
        Stream.fail(plexError("WrongBody"))
      )
      yield* inventory
      plant.plex.lists[lists.containers] = containers(1, ...range(200, 224))
      assert.include(flowOf(yield* inventory, "containers").notice ?? "", "19 of 20 assets")
      plant.plex.lists[lists.containers] = containers(2, ...range(200, 205))
      assert.include(flowOf(yield* inventory, "containers").notice ?? "", "19 of 20 assets")
      plant.plex.lists[lists.containers] = containers(...range(3, 20), ...range(200, 205))
      const { counts, notice, status } = flowOf(yield* inventory, "containers")
      assert.deepStrictEqual([status, notice, counts.retired], ["ok", undefined, 2 + 25 + 19])
      plant.plex.lists[lists.containers] = containers(3, 200)
      assert.include(flowOf(yield* inventory, "containers").notice ?? "", "22 of 24 assets")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("opens for the flow that somebody has confirmed", () => {
    const plant = stocked(...range(1, 12))
    return Effect.gen(function* () {
      yield* inventory
      plant.plex.lists[lists.containers] = []
      plant.plex.now += 60_000
      const other = yield* extract("inventory", { flows: { acceptRemovals: new Set(["locations"]) } })
      assert.strictEqual(flowOf(other, "containers").counts.retired, 0)
      const found = yield* extract("inventory", { flows: { acceptRemovals: new Set(["containers"]) } })
      assert.strictEqual(flowOf(found, "containers").counts.retired, 12)
      assert.strictEqual(flowOf(found, "containers").status, "ok")
      assert.deepStrictEqual(yield* level(plant), [12, 0])
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("Retention", () => {
  const day = 86_400_000
  const containers = (...numbers: ReadonlyArray<number>) => numbers.map((at) => containerRow(at, { locationId: null }))
  const held = ({ cdf }: PipelinePlant, at: number) => cdf.held.assets.get(ids.of("container", `S${at}`))

  it.effect(
    "deletes a container 90 days after it was retired, not a day before, and forgets it once no link waits for it",
    () => {
      const plant = makePlant({ plex: { lists: { [lists.containers]: containers(1, 2, 3) } } })
      return Effect.gen(function* () {
        yield* extract("inventory")
        plant.plex.lists[lists.containers] = containers(1, 3)
        yield* extract("inventory")
        plant.plex.now += 90 * day
        yield* extract("inventory")
        assert.isDefined(held(plant, 2))
        plant.plex.now += 1
        yield* extract("inventory")
        assert.isUndefined(held(plant, 2))
        assert.isDefined(held(plant, 1))
        const ledger = yield* Ledger
        const known = Effect.map(ledger.rows("assets", [ids.of("container", "S2")]), ({ size }) => size)
        plant.plex.now += plant.settings.pendingLinkDays * day
        yield* extract("inventory")
        assert.strictEqual(yield* known, 1)
        plant.plex.now += 1
        yield* extract("inventory")
        assert.strictEqual(yield* known, 0)
      }).pipe(Effect.provide(plant.layer))
    }
  )

  for (const days of [2, 60]) {
    it.effect(
      `leaves what was linked to a part to be linked again should it come back, deleted after ${days} days`,
      () => {
        const plant = plantOf(parts(1, 2, 3), removed("mark", days))
        const event: EventDraft = {
          kind: "events",
          externalId: ids.of("movement", "m"),
          dataSet: "inventory",
          plexId: "m",
          type: "inventory_movement",
          links: [part(2)],
          metadata: {},
          owns: []
        }
        const number = () => plant.cdf.held.assets.get(part(2))?.id ?? 0
        const linked = () => plant.cdf.held.events.get(event.externalId)?.assetIds
        return Effect.gen(function* () {
          yield* run
          yield* inFlow(toCdf("events")(Stream.make(event)), { flow: "movements" })
          const before = number()
          assert.deepStrictEqual(linked(), [before])
          plant.plex.lists[lists.parts] = parts(1, 3)
          yield* run
          plant.plex.now += days * day + 1
          yield* run
          assert.deepStrictEqual(there(plant, [1, 2, 3]), [1, 3])
          plant.plex.lists[lists.parts] = parts(1, 2, 3)
          yield* run
          yield* relink
          assert.notStrictEqual(number(), before)
          assert.deepStrictEqual(linked(), [number()])
        }).pipe(Effect.provide(plant.layer))
      }
    )
  }

  it.effect("deletes nothing else, unless told to, and nothing under the policy keep", () =>
    Effect.forEach(
      [
        { settings: removed("mark"), left: [1, 2, 3] },
        { settings: removed("mark", 10), left: [1, 3] },
        { settings: removed("keep", 10), left: [1, 2, 3] }
      ],
      ({ left, settings }) => {
        const plant = plantOf(parts(1, 2, 3), settings)
        return Effect.gen(function* () {
          yield* run
          plant.plex.lists[lists.parts] = parts(1, 3)
          yield* run
          plant.plex.now += 4000 * day
          yield* run
          assert.deepStrictEqual(there(plant, [1, 2, 3]), left)
        }).pipe(Effect.provide(plant.layer))
      },
      { discard: true }
    )
  )
})
