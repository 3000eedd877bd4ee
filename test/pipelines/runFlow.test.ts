import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { CdfError } from "../../src/domain/Errors.js"
import type { Extractor, FlowName } from "../../src/domain/Flow.js"
import { extractorReport } from "../../src/domain/Report.js"
import { FlowRun } from "../../src/pipelines/FlowRun.js"
import { ExtractorRun, fedFlow, type Flow, flow, runFlow } from "../../src/pipelines/runFlow.js"
import { bury } from "../../src/pipelines/stages/bury.js"
import { demoFacility } from "../support/DemoFacility.js"
import { extract, flowOf, makePlant, report } from "../support/PipelineHarness.js"
import { plexError } from "../support/PlexScripted.js"
import { lists, partRow } from "./Rows.js"

const { layer } = makePlant()

const failing = (
  error: Parameters<typeof Effect.fail>[0] & (ReturnType<typeof plexError> | CdfError),
  optional = false
) => flow("equipment", Effect.fail(error), { optional })

const cdfError = (reason: CdfError["reason"]) =>
  new CdfError({ operation: "write", reason, detail: "scripted", missing: [], duplicated: [] })

/** The flows of one run of an extractor, one after the other. */
const together = (flows: ReadonlyArray<Flow>, extractor: Extractor = "master-data") =>
  Effect.gen(function* () {
    const run = new ExtractorRun(extractor, demoFacility(), yield* Deferred.make<void>())
    return extractorReport(extractor, yield* Effect.forEach(flows, (one) => runFlow(run, one)))
  })

const degrading = (name: FlowName) =>
  flow(
    name,
    Effect.map(FlowRun, ({ tally }) => tally.degrade("something is missing"))
  )

describe("the end of a flow", () => {
  it.effect("is ok where nothing is to be said", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* report(flow("parts", Effect.void)), {
        flow: "parts",
        status: "ok",
        notice: undefined,
        finished: true,
        refused: false
      })
    }).pipe(Effect.provide(layer))
  )

  it.effect("is skipped where Plex does not offer an optional flow, and that fails nothing", () =>
    Effect.gen(function* () {
      for (const reason of ["NotAvailable", "NotFound", "NotSubscribed", "Forbidden"] as const) {
        const { status, notice } = yield* report(failing(plexError(reason), true))
        assert.strictEqual(status, "skipped")
        assert.include(notice, reason)
      }
      const { status } = yield* together([flow("parts", Effect.void), failing(plexError("NotAvailable"), true)])
      assert.strictEqual(status, "succeeded")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is degraded where an optional flow meets trouble or a fault of ours", () =>
    Effect.gen(function* () {
      for (const reason of ["Unavailable", "WrongBody", "Refused", "Unauthenticated"] as const) {
        assert.strictEqual((yield* report(failing(plexError(reason), true))).status, "degraded")
      }
      assert.strictEqual((yield* report(failing(cdfError("NotFound"), true))).status, "degraded")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is degraded where Plex refuses a flow that is not optional, and the others go on", () =>
    Effect.gen(function* () {
      const { flows, status } = yield* together([failing(plexError("NotSubscribed")), flow("parts", Effect.void)])
      assert.strictEqual(status, "degraded")
      assert.deepStrictEqual(
        flows.map((one) => one.status),
        ["degraded", "ok"]
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("fails the extractor where credentials or the project are refused", () =>
    Effect.gen(function* () {
      for (const error of [plexError("Unauthenticated"), cdfError("Unauthenticated"), cdfError("Forbidden")]) {
        const { status } = yield* together([flow("parts", Effect.void), failing(error)])
        assert.strictEqual(status, "failed")
      }
      assert.strictEqual(
        (yield* together([flow("parts", Effect.void), failing(plexError("Forbidden"))])).status,
        "degraded"
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("fails the extractor where no flow finished, and not where all did", () =>
    Effect.gen(function* () {
      const broken = failing(plexError("Unavailable"))
      const fed = fedFlow("wip", ["equipment"])
      assert.strictEqual((yield* together([broken, fed])).status, "failed")
      assert.strictEqual((yield* together([broken, failing(plexError("NotFound"), true)])).status, "failed")
      assert.strictEqual((yield* together([degrading("parts"), degrading("operations")])).status, "degraded")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is degraded by a defect, which stays its own", () =>
    Effect.gen(function* () {
      const { flows, status } = yield* together([
        flow("equipment", Effect.dieMessage("a bug")),
        flow("parts", Effect.void)
      ])
      assert.strictEqual(status, "degraded")
      assert.match(flows[0]?.notice ?? "", /^defect: .*a bug/)
      assert.isFalse(flows[0]?.refused)
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets interruption through", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        report(flow("parts", Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never)))
      )
      yield* Deferred.await(begun)
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isInterrupted(exit))
    }).pipe(Effect.provide(layer))
  )

  it.effect("degrades the extractor where a record was dead-lettered, however the flow ended", () =>
    Effect.gen(function* () {
      const setAside = bury([{ key: "1", reason: "bad", content: {} }])
      const read = Effect.map(FlowRun, ({ tally }) => tally.add("read", 1))
      const { flows, status } = yield* together([flow("parts", Effect.zipRight(read, setAside))])
      assert.strictEqual(flows[0]?.status, "ok")
      assert.strictEqual(status, "degraded")
    }).pipe(Effect.provide(layer))
  )

  it.effect("says that the flow may have been cut where it was told to stop", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const run = new ExtractorRun("master-data", demoFacility(), stop)
      const { notice, status } = yield* runFlow(run, flow("parts", Deferred.succeed(stop, undefined)))
      assert.strictEqual(status, "degraded")
      assert.match(notice ?? "", /told to stop/)
    }).pipe(Effect.provide(layer))
  )
})

describe("a flow that is fed", () => {
  it.effect("is as whole as what feeds it", () =>
    Effect.gen(function* () {
      const { flows } = yield* together([
        degrading("containers"),
        fedFlow("wip", ["containers"]),
        failing(plexError("NotAvailable"), true),
        fedFlow("output", ["equipment"])
      ])
      assert.deepStrictEqual(
        flows.map(({ status }) => status),
        ["degraded", "degraded", "skipped", "skipped"]
      )
      assert.strictEqual(flows[1]?.notice, "containers, which feeds it, is degraded")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is off where all that feeds it is off, and not where some is", () =>
    Effect.gen(function* () {
      const off = (name: FlowName) => flow(name, Effect.dieMessage("must not run"), { off: "not wanted" })
      const { flows, status } = yield* together([
        off("production-entries"),
        fedFlow("output", ["production-entries", "scrap-entries"]),
        flow("scrap-entries", Effect.void),
        fedFlow("output", ["production-entries", "scrap-entries"])
      ])
      assert.deepStrictEqual(
        flows.map((one) => one.status),
        ["off", "off", "ok", "ok"]
      )
      assert.strictEqual(status, "succeeded")
    }).pipe(Effect.provide(layer))
  )
})

describe("a flow that is off", () => {
  it.effect("asks Plex nothing and is no failure", () => {
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1)] } },
      settings: { flowsDisabled: new Set(["parts"]) }
    })
    return Effect.gen(function* () {
      const found = yield* extract("master-data")
      assert.deepInclude(flowOf(found, "parts"), { status: "off", notice: "switched off by FLOWS_DISABLED" })
      assert.strictEqual(plant.plex.asked(lists.parts), 0)
      assert.strictEqual(found.status, "succeeded")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is a sweep where none was asked for", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: [partRow(1)] } } })
    return Effect.gen(function* () {
      const found = yield* extract("master-data", { sweep: false })
      assert.strictEqual(flowOf(found, "boms").status, "off")
      assert.strictEqual(plant.plex.asked(lists.boms), 0)
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("an extractor", () => {
  it.effect("fails without its tree, and tries nothing else", () => {
    const plant = makePlant()
    plant.cdf.refuse = (_, externalId) => (externalId.includes("parts_library") ? { message: "no" } : undefined)
    return Effect.gen(function* () {
      assert.strictEqual((yield* extract("inventory")).status, "failed")
      assert.deepStrictEqual(plant.plex.calls, [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("does nothing at all once it is to stop", () => {
    const plant = makePlant()
    return Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      yield* Deferred.succeed(stop, undefined)
      const found = yield* extract("master-data", { stop })
      assert.deepStrictEqual(found, { extractor: "master-data", status: "succeeded", flows: [] })
      assert.deepStrictEqual(plant.cdf.calls, [])
    }).pipe(Effect.provide(plant.layer))
  })
})
