/**
 * A larger Effect application around the package: it imports the index and nothing else.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Context, Deferred, Effect, Layer, Logger, Schema, Stream } from "effect"
import {
  AppConfig,
  AppConfigLive,
  assetMapping,
  Cdf,
  counted,
  decode,
  type ExtractorDefinition,
  extractors,
  FacilityLive,
  Fields,
  flow,
  type FlowReport,
  type FlowServices,
  layerProgressSilent,
  makeFacility,
  makeSandbox,
  map,
  pass,
  Plex,
  PlexError,
  Progress,
  runExtractor,
  type Sandbox,
  toCdf
} from "../src/index.js"

/** What the application has of its own: a list of parts that somebody keeps, and a board that people look at. */
class Warehouse extends Context.Tag("app/Warehouse")<
  Warehouse,
  { readonly rows: (path: string) => ReadonlyArray<Readonly<Record<string, unknown>>> }
>() {}
class Board extends Context.Tag("app/Board")<Board, { readonly shown: Array<FlowReport> }>() {}

const partId = "ba079f00-255d-4373-aa99-3e021c39e466"

const warehouse = Layer.succeed(Warehouse, {
  rows: (path) => (path === "/mdm/v1/parts" ? [{ id: partId, number: "OWN-1", name: "Made by the application" }] : [])
})

/** Plex as the application has it: over its own warehouse. */
const plexOfWarehouse = Layer.effect(
  Plex,
  Effect.map(Warehouse, ({ rows }) => {
    const none = (operation: string) =>
      Effect.fail(new PlexError({ operation, reason: "NotFound", detail: "the warehouse has only lists" }))
    return Plex.of({
      list: (path) => Stream.fromIterable(rows(path)),
      window: () => Stream.empty,
      get: none,
      search: none,
      now: Effect.succeed(Date.UTC(2026, 5, 12))
    })
  })
)

/** Progress as the application shows it. */
const progressOnBoard = Layer.effect(
  Progress,
  Effect.map(Board, ({ shown }) =>
    Progress.of({
      started: () => Effect.void,
      finished: (report) =>
        Effect.sync(() => {
          shown.push(report)
        })
    })
  )
)

/** The package's own services over a sandbox, whatever of them the application replaces afterwards. */
const servicesOf = (sandbox: Sandbox) =>
  FacilityLive.layer.pipe(
    Layer.provide(FacilityLive.layerShared),
    Layer.provideMerge(
      Layer.effect(
        AppConfig,
        Effect.map(
          AppConfigLive.loadSettings({ ...sandbox.environment(), STATE_URL: ":memory:" }),
          ({ settings }) => settings
        )
      )
    ),
    Layer.merge(Logger.replace(Logger.defaultLogger, Logger.none))
  )

/** All that the application runs on. */
const application = (sandbox: Sandbox) =>
  servicesOf(sandbox).pipe(
    Layer.merge(plexOfWarehouse.pipe(Layer.provide(warehouse))),
    Layer.merge(progressOnBoard),
    Layer.provideMerge(Layer.sync(Board, () => ({ shown: [] })))
  )

const sandboxed = makeSandbox({ size: "demo", seed: 7 })

/** Names of the assets of a kind that CDF holds. */
const namesOf = (kind: "part" | "building") =>
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    const cdf = yield* Cdf
    const externalIdPrefix = makeFacility(facility).ids.prefix(kind)
    const found = yield* Stream.runCollect(cdf.list("assets", { externalIdPrefix }))
    return Chunk.toReadonlyArray(found).map(({ name }) => name)
  })

describe("a larger application", () => {
  it.scopedLive("replaces Plex and the progress by its own, and runs one extractor into CDF", () =>
    Effect.gen(function* () {
      const sandbox = yield* sandboxed
      yield* Effect.gen(function* () {
        const stop = yield* Deferred.make<void>()
        const report = yield* runExtractor(extractors["master-data"], { sweep: true, stop })
        assert.strictEqual(report.status, "succeeded")
        assert.deepStrictEqual(yield* namesOf("part"), ["OWN-1 - Made by the application"])
        const { shown } = yield* Board
        assert.deepStrictEqual(
          shown.map(({ flow }) => flow),
          report.flows.map(({ flow }) => flow)
        )
      }).pipe(Effect.provide(application(sandbox)))
      // Nobody asked the Plex that was replaced.
      assert.strictEqual(sandbox.journal.count({ server: "plex" }), 0)
    })
  )

  it.scopedLive("composes a flow of its own from the stages", () =>
    Effect.gen(function* () {
      const sandbox = yield* sandboxed
      const Shed = Schema.Struct({ id: Fields.text, sign: Fields.text, places: Fields.number })
      const shedAsset = assetMapping<typeof Shed.Type>({
        kind: "building",
        dataSet: "master",
        fields: Shed.fields,
        key: ({ id }) => ["id", id],
        name: ({ sign }) => [sign],
        parent: (ids) => ({ parent: ids.root("facility") })
      })
      const sheds: ExtractorDefinition = {
        name: "master-data",
        plan: () => [
          flow(
            "buildings",
            counted(Stream.make({ id: "s1", sign: "North", places: "12.0" }, { id: null, sign: "lost" })).pipe(
              decode(Shed),
              map(shedAsset),
              toCdf("assets")
            )
          )
        ]
      }
      yield* Effect.gen(function* () {
        const run = Effect.flatMap(Deferred.make<void>(), (stop) => runExtractor(sheds, { sweep: false, stop }))
        const first = yield* run
        assert.deepInclude(first.flows[1]?.counts, { read: 2, created: 1, deadLettered: 1 })
        assert.deepInclude((yield* run).flows[1]?.counts, { read: 2, unchanged: 1, deadLettered: 1 })
        assert.deepStrictEqual(yield* namesOf("building"), ["North"])
      }).pipe(Effect.provide(application(sandbox)))
    })
  )

  it.scopedLive("runs the package as it is as one of its effects, beside others of its own", () =>
    Effect.gen(function* () {
      const sandbox = yield* sandboxed
      const stop = yield* Deferred.make<void>()
      const own = Effect.succeed("the application's own work")
      const sync = pass({ only: ["master-data"], sweep: false, stop })
      const [done, report] = yield* Effect.all([own, sync], { concurrency: 2 }).pipe(
        Effect.provide(Layer.merge(servicesOf(sandbox), layerProgressSilent))
      )
      assert.strictEqual(done, "the application's own work")
      assert.deepStrictEqual(
        report.extractors.map(({ extractor, status }) => [extractor, status]),
        [["master-data", "succeeded"]]
      )
    })
  )

  it("needs no service that it cannot replace", () => {
    // Checked by the compiler: everything a run requires is one of the exported tags.
    const run: Effect.Effect<unknown, never, FlowServices | Progress> = Effect.flatMap(Deferred.make<void>(), (stop) =>
      runExtractor(extractors.jobs, { sweep: true, stop })
    )
    assert.isTrue(Effect.isEffect(run))
  })
})
