import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import type { FlowName } from "../../src/domain/Flow.js"
import { reconcile } from "../../src/pipelines/reconcile.js"
import { Ledger } from "../../src/services/Ledger.js"
import { demoFacility } from "../support/DemoFacility.js"
import { deadLetters, extract, flowOf, makePlant, type PipelinePlant, unbalanced } from "../support/PipelineHarness.js"
import { plexError } from "../support/PlexScripted.js"
import { jobRow, lists, partRow, uuid, workcenterRow } from "./Rows.js"

const { ids } = demoFacility()
const job = (key: string) => ids.of("job", key)
const operationsPath = (id: string) => `${lists.jobs}/${id}/operations`

const operation = (over: Readonly<Record<string, unknown>> = {}) => ({
  jobOperationId: uuid(500),
  jobOperationNumber: 10,
  operationCode: "Freeze",
  workcenterId: uuid(7),
  workcenterCode: "WC-7",
  scheduledStartDate: "2026-06-11T06:00:00Z",
  ...over
})

/** Ids that sort as their numbers do, and differ in their first eight characters. */
const idOf = (at: number): string => `${at}0000000-0000-4000-8000-000000000000`

const held = ({ cdf }: PipelinePlant) =>
  [...cdf.held.events].map(([key, event]) => [key.replace(ids.prefix("job"), ""), event?.metadata["plex_id"]]).sort()

const withCompleted = (includeCompleted: boolean, rows: ReadonlyArray<unknown>) =>
  makePlant({
    plex: { lists: { [lists.jobs]: rows } },
    settings: { jobs: { fullListInterval: 3_600_000, includeCompleted } }
  })

describe("jobs", () => {
  it.effect("become events, and the second pass writes nothing", () => {
    const plant = makePlant({ plex: { lists: { [lists.jobs]: [jobRow(1), jobRow(2), jobRow(3, { id: null })] } } })
    return Effect.gen(function* () {
      const first = yield* extract("jobs")
      assert.deepInclude(flowOf(first, "jobs").counts, { read: 3, created: 2, deadLettered: 1 })
      plant.cdf.calls.splice(0)
      const second = yield* extract("jobs")
      assert.deepInclude(flowOf(second, "jobs").counts, { read: 3, unchanged: 2, deadLettered: 1 })
      assert.deepStrictEqual(plant.cdf.writes(), [])
      assert.deepStrictEqual([...unbalanced(first), ...unbalanced(second)], [])
      assert.strictEqual((yield* deadLetters).length, 1)
    }).pipe(Effect.provide(plant.layer))
  })

  for (const [order, numbers] of [
    ["the lower id first", [1, 2, 3]],
    ["the lower id last", [3, 2, 1]]
  ] as const) {
    it.effect(`that share a number across chunks are told apart, ${order}, and the second pass writes nothing`, () => {
      const rows = numbers.map((at) => jobRow(at, { id: idOf(at), jobNumber: "N", quantity: at }))
      const plant = makePlant({
        plex: { lists: { [lists.jobs]: Stream.fromIterable(rows).pipe(Stream.rechunk(1)) } },
        cdf: { batchSize: 1 }
      })
      for (const row of rows) plant.plex.records[`${lists.jobs}/${row.id}`] = row
      return Effect.gen(function* () {
        const first = yield* extract("jobs")
        assert.deepStrictEqual(held(plant), [
          ["N", idOf(1)],
          ["N_20000000", idOf(2)],
          ["N_30000000", idOf(3)]
        ])
        assert.strictEqual(flowOf(first, "jobs").counts.ambiguous, 2)
        plant.cdf.calls.splice(0)
        for (let again = 0; again < 2; again++) {
          const { counts } = flowOf(yield* extract("jobs"), "jobs")
          assert.deepInclude(counts, { read: 3, unchanged: 3 })
        }
        assert.deepStrictEqual(plant.cdf.writes(), [])
        assert.deepStrictEqual(unbalanced(first), [])
      }).pipe(Effect.provide(plant.layer))
    })
  }

  for (const lost of [false, true]) {
    const when = lost ? ", also when the state was lost meanwhile" : ""
    it.effect(`whose operations are not known link the part that they make now, not the one from before${when}`, () => {
      const plant = makePlant({
        plex: { lists: { [lists.parts]: [partRow(1), partRow(2)], [lists.jobs]: [jobRow(1)] } }
      })
      const partsOf = () => {
        const numbers = plant.cdf.held.events.get(ids.of("job", "J1"))?.assetIds ?? []
        return [1, 2].filter((at) => numbers.includes(plant.cdf.held.assets.get(ids.of("part", uuid(at)))?.id ?? 0))
      }
      const run = extract("jobs", { names: new Set<FlowName>(["jobs"]) })
      return Effect.gen(function* () {
        yield* extract("master-data", { sweep: false })
        yield* run
        assert.deepStrictEqual(partsOf(), [1])
        plant.plex.lists[lists.jobs] = [jobRow(1, { partId: uuid(2) })]
        if (lost) yield* Effect.flatMap(Ledger, ({ clear }) => clear)
        yield* run
        assert.deepStrictEqual(partsOf(), [2])
      }).pipe(Effect.provide(plant.layer))
    })
  }

  it.effect("lose their number to one with a lower id that comes later, also when the ledger was lost", () => {
    const before = makePlant({ plex: { lists: { [lists.jobs]: [jobRow(2, { id: idOf(2), jobNumber: "N" })] } } })
    const rows = [jobRow(1, { id: idOf(1), jobNumber: "N" }), jobRow(2, { id: idOf(2), jobNumber: "N" })]
    const after = makePlant({ plex: { lists: { [lists.jobs]: rows } }, over: () => before.cdf.cdf })
    for (const row of rows) after.plex.records[`${lists.jobs}/${row.id}`] = row
    return Effect.gen(function* () {
      yield* Effect.provide(extract("jobs"), before.layer)
      yield* Effect.provide(extract("jobs"), after.layer)
      assert.deepStrictEqual(held(before), [
        ["N", idOf(1)],
        ["N_20000000", idOf(2)]
      ])
    })
  })

  it.effect("listed twice are counted as duplicates, also where their number is contested", () => {
    const rows = [1, 2, 2].map((at) => jobRow(at, { id: idOf(at), jobNumber: "N" }))
    const plant = makePlant({ plex: { lists: { [lists.jobs]: rows } } })
    return Effect.gen(function* () {
      const found = yield* extract("jobs")
      assert.deepInclude(flowOf(found, "jobs").counts, { read: 3, created: 2, duplicates: 1 })
      assert.deepStrictEqual(unbalanced(found), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that were completed before they were seen are left out, where so set; cancelled ones are not", () => {
    const done = { jobStatus: "Completed", completedDate: "2026-06-11T08:00:00Z" }
    const cancelled = jobRow(3, { jobStatus: "Cancelled" })
    const dated = jobRow(4, { completedDate: done.completedDate })
    const plant = withCompleted(false, [jobRow(1), jobRow(2, done), cancelled, dated])
    return Effect.gen(function* () {
      const { counts } = flowOf(yield* extract("jobs"), "jobs")
      assert.deepInclude(counts, { read: 4, created: 2, filtered: 2 })
      assert.strictEqual(plant.cdf.held.events.get(job("J3"))?.subtype, "cancelled")
      plant.plex.lists[lists.jobs] = [jobRow(1, done), jobRow(2, done), cancelled]
      const again = flowOf(yield* extract("jobs"), "jobs")
      assert.deepInclude(again.counts, { read: 3, updated: 1, unchanged: 1, filtered: 1 })
      assert.strictEqual(plant.cdf.held.events.get(job("J1"))?.endTime, Date.parse(done.completedDate))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that were seen open get their end under whatever key, with the ledger and without it", () => {
    const done = { jobStatus: "Completed", completedDate: "2026-06-11T08:00:00Z" }
    const rows = (over: object) => [
      jobRow(1, { id: idOf(1), jobNumber: "N", ...over }),
      jobRow(2, { id: idOf(2), jobNumber: "N", ...over }),
      jobRow(3, { id: idOf(3), jobNumber: null, ...over })
    ]
    const plant = withCompleted(false, rows({}))
    const without = makePlant({
      plex: { lists: { [lists.jobs]: rows({ ...done, quantity: 7 }) } },
      settings: { jobs: plant.settings.jobs },
      over: () => plant.cdf.cdf
    })
    return Effect.gen(function* () {
      yield* Effect.gen(function* () {
        yield* extract("jobs")
        plant.plex.lists[lists.jobs] = rows(done)
        const { counts } = flowOf(yield* extract("jobs"), "jobs")
        assert.deepInclude(counts, { read: 3, updated: 3, filtered: 0 })
      }).pipe(Effect.provide(plant.layer))
      const { counts } = flowOf(yield* Effect.provide(extract("jobs"), without.layer), "jobs")
      assert.deepInclude(counts, { read: 3, updated: 3, filtered: 0 })
      assert.strictEqual(plant.cdf.held.events.size, 3)
    })
  })

  it.effect("whose list breaks off settle nothing", () => {
    const rows = Stream.concat(
      Stream.fromIterable([1, 2].map((at) => jobRow(at, { id: idOf(at), jobNumber: "N" }))),
      Stream.fail(plexError("WrongBody"))
    )
    const plant = makePlant({ plex: { lists: { [lists.jobs]: rows } } })
    return Effect.gen(function* () {
      const { status } = flowOf(yield* extract("jobs", { sweep: false }), "jobs")
      assert.strictEqual(status, "degraded")
      assert.deepStrictEqual(held(plant), [["N", idOf(1)]])
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("operations of jobs", () => {
  it.effect("complete the event: start, workcenters and the routing", () => {
    const plant = makePlant({
      plex: { lists: { [lists.jobs]: [jobRow(1)], [operationsPath(uuid(1))]: [operation()] } }
    })
    return Effect.gen(function* () {
      const found = yield* extract("jobs")
      assert.deepInclude(flowOf(found, "job-operations").counts, { read: 1, updated: 1, sequences: 1 })
      const event = plant.cdf.held.events.get(job("J1"))
      assert.strictEqual(event?.startTime, Date.parse("2026-06-11T06:00:00Z"))
      assert.include(event?.description, "WC WC-7")
      assert.isDefined(plant.cdf.held.sequences.get(ids.of("job_routing", "J1")))
      plant.cdf.calls.splice(0)
      const again = yield* extract("jobs")
      assert.deepStrictEqual(plant.cdf.writes(), [])
      assert.deepStrictEqual([...unbalanced(found), ...unbalanced(again)], [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that are not known leave start and workcenters as CDF holds them", () => {
    const first = makePlant({
      plex: { lists: { [lists.jobs]: [jobRow(1)], [operationsPath(uuid(1))]: [operation()] } }
    })
    const second = makePlant({
      plex: { lists: { [lists.jobs]: [jobRow(1, { quantityCompleted: 50 })] } },
      over: () => first.cdf.cdf
    })
    return Effect.gen(function* () {
      yield* Effect.provide(extract("jobs"), first.layer)
      yield* Effect.provide(extract("jobs", { sweep: false }), second.layer)
      const event = first.cdf.held.events.get(job("J1"))
      assert.strictEqual(event?.startTime, Date.parse("2026-06-11T06:00:00Z"))
      assert.include(event?.description, "Qty 50 / 100 | WC WC-7")
    })
  })

  it.effect(
    "take away the workcenter from before when they are known again, also when the state was lost meanwhile",
    () => {
      const operations = [operation()]
      const plant = makePlant({
        plex: {
          lists: {
            [lists.workcenters]: [workcenterRow(7), workcenterRow(8)],
            [lists.jobs]: [jobRow(1)],
            [operationsPath(uuid(1))]: operations
          }
        }
      })
      const linked = () => {
        const numbers = plant.cdf.held.events.get(job("J1"))?.assetIds ?? []
        return [...plant.cdf.held.assets.values()].flatMap((asset) =>
          asset !== undefined && numbers.includes(asset.id) ? [asset.externalId] : []
        )
      }
      return Effect.gen(function* () {
        yield* extract("master-data")
        yield* extract("jobs")
        assert.deepStrictEqual(linked(), [ids.of("workcenter", uuid(7))])
        yield* Effect.flatMap(Ledger, ({ clear }) => clear)
        yield* extract("jobs", { names: new Set<FlowName>(["jobs"]) })
        assert.deepStrictEqual(linked(), [ids.of("workcenter", uuid(7))])
        operations.splice(0, 1, operation({ workcenterId: uuid(8), workcenterCode: "WC-8" }))
        yield* extract("jobs")
        assert.deepStrictEqual(linked(), [ids.of("workcenter", uuid(8))])
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("are asked for where work may go on, and for jobs completed within the look-back", () => {
    const plant = makePlant({
      plex: {
        lists: {
          [lists.jobs]: [
            jobRow(1),
            jobRow(2, { jobStatus: "Completed", completedDate: "2026-06-12T01:00:00Z" }),
            jobRow(3, { jobStatus: "Completed", completedDate: "2026-05-01T00:00:00Z" })
          ]
        }
      }
    })
    return Effect.gen(function* () {
      yield* extract("jobs")
      assert.deepStrictEqual(
        [1, 2, 3].map((at) => plant.plex.asked(operationsPath(uuid(at)))),
        [1, 1, 0]
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("go on for a job that gets another number", () => {
    const plant = makePlant({
      plex: { lists: { [lists.jobs]: [jobRow(1), jobRow(2)], [operationsPath(uuid(1))]: [operation()] } }
    })
    return Effect.gen(function* () {
      yield* extract("jobs")
      plant.plex.lists[lists.jobs] = [jobRow(1, { jobNumber: "J1-A" }), jobRow(2)]
      for (let pass = 0; pass < 3; pass++) yield* extract("jobs")
      assert.strictEqual(plant.plex.asked(operationsPath(uuid(1))), 4)
      assert.strictEqual(plant.cdf.held.events.get(job("J1"))?.metadata["active"], "false")
      assert.isDefined(plant.cdf.held.sequences.get(ids.of("job_routing", "J1-A")))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("go on for a job that gets the plain number as the other one of that number is gone", () => {
    const rows = [1, 2].map((at) => jobRow(at, { id: idOf(at), jobNumber: "N" }))
    const plant = makePlant({ plex: { lists: { [lists.jobs]: rows, [operationsPath(idOf(2))]: [operation()] } } })
    for (const row of rows) plant.plex.records[`${lists.jobs}/${row.id}`] = row
    return Effect.gen(function* () {
      yield* extract("jobs")
      assert.isDefined(plant.cdf.held.sequences.get(ids.of("job_routing", "N_20000000")))
      plant.plex.lists[lists.jobs] = rows.slice(1)
      for (let pass = 0; pass < 3; pass++) yield* extract("jobs")
      assert.strictEqual(plant.cdf.held.events.get(job("N"))?.metadata["plex_id"], idOf(2))
      assert.isDefined(plant.cdf.held.sequences.get(ids.of("job_routing", "N")))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that Plex refuses for one job leave that job alone, and degrade the flow", () => {
    const plant = makePlant({
      plex: {
        lists: {
          [lists.jobs]: [jobRow(1), jobRow(2)],
          [operationsPath(uuid(1))]: plexError("NotFound"),
          [operationsPath(uuid(2))]: [operation()]
        }
      }
    })
    return Effect.gen(function* () {
      const found = flowOf(yield* extract("jobs"), "job-operations")
      assert.strictEqual(found.status, "degraded")
      assert.deepInclude(found.counts, { read: 1, updated: 1 })
      assert.strictEqual(plant.cdf.held.events.get(job("J1"))?.startTime, Date.parse("2026-06-10T08:00:00Z"))
    }).pipe(Effect.provide(plant.layer))
  })

  const completed = { jobStatus: "Completed", completedDate: "2026-06-12T07:00:00Z" }

  for (const count of [1, 4]) {
    it.effect(`of completed jobs are asked for until Plex gives them: ${count} of 4 were refused at first`, () => {
      const all = [1, 2, 3, 4]
      const operations = Object.fromEntries(all.map((at) => [operationsPath(uuid(at)), [operation()]]))
      const refused = Object.fromEntries(
        all.slice(0, count).map((at) => [operationsPath(uuid(at)), plexError("NotFound")])
      )
      const plant = makePlant({
        plex: { lists: { [lists.jobs]: all.map((at) => jobRow(at, completed)), ...operations, ...refused } }
      })
      const asked = Effect.map(extract("jobs"), (report) => {
        const calls = plant.plex.calls.splice(0).filter(({ path }) => path.endsWith("/operations"))
        return [flowOf(report, "job-operations").status, calls.length]
      })
      return Effect.gen(function* () {
        assert.deepStrictEqual(
          [yield* asked, yield* asked],
          [
            ["degraded", 4],
            ["degraded", count]
          ]
        )
        assert.strictEqual(routing(plant, "J1"), "none")
        Object.assign(plant.plex.lists, operations)
        assert.deepStrictEqual(
          [yield* asked, yield* asked],
          [
            ["ok", count],
            ["ok", 0]
          ]
        )
        assert.deepStrictEqual(
          all.map((at) => routing(plant, `J${at}`)),
          all.map(() => "alive")
        )
      }).pipe(Effect.provide(plant.layer))
    })
  }

  const routing = ({ cdf }: PipelinePlant, key: string) => {
    const held = cdf.held.sequences.get(ids.of("job_routing", key))
    return held === undefined ? "none" : held.metadata["active"] === "false" ? "retired" : "alive"
  }

  describe("that are gone of all jobs at once", () => {
    const all = [...Array(12).keys()].map((at) => at + 1)
    const shown = (rows: ReadonlyArray<unknown>) =>
      Object.fromEntries(all.map((at) => [operationsPath(uuid(at)), rows]))

    /** Jobs of which all had operations, and that have none when they are completed; gives what CDF holds of them. */
    const emptied = () => {
      const plant = makePlant({
        plex: { lists: { [lists.workcenters]: [workcenterRow(7)], [lists.jobs]: all.map((at) => jobRow(at)) } }
      })
      const workcenter = () => plant.cdf.held.assets.get(ids.of("workcenter", uuid(7)))?.id ?? 0
      const held = () =>
        all.map((at) => {
          const event = plant.cdf.held.events.get(job(`J${at}`))
          return [event?.startTime, event?.assetIds?.includes(workcenter()), routing(plant, `J${at}`)]
        })
      const end = Effect.gen(function* () {
        Object.assign(plant.plex.lists, shown([operation()]))
        yield* extract("master-data", { sweep: false })
        yield* extract("jobs")
        Object.assign(plant.plex.lists, shown([]), { [lists.jobs]: all.map((at) => jobRow(at, completed)) })
        const report = yield* extract("jobs")
        assert.isTrue(flowOf(report, "job-operations").valveClosed)
        assert.deepStrictEqual(unbalanced(report), [])
      })
      const asked = Effect.map(extract("jobs"), () => plant.plex.calls.splice(0).filter(isAboutOperations).length)
      return { plant, held, end, asked }
    }
    const isAboutOperations = ({ path }: { readonly path: string }) => path.endsWith("/operations")
    const started = [Date.parse("2026-06-11T06:00:00Z"), true, "alive"]
    const unknown = [Date.parse("2026-06-10T08:00:00Z"), false, "retired"]

    it.effect("are not believed: events and routings stay, and Plex is asked until it shows them", () => {
      const { asked, end, held, plant } = emptied()
      return Effect.gen(function* () {
        yield* end
        assert.deepStrictEqual(
          held(),
          all.map(() => started)
        )
        plant.cdf.calls.splice(0)
        plant.plex.calls.splice(0)
        assert.strictEqual(yield* asked, 12)
        assert.deepStrictEqual(plant.cdf.writes(), [])
        Object.assign(plant.plex.lists, shown([operation()]))
        assert.deepStrictEqual([yield* asked, yield* asked], [12, 0])
        assert.deepStrictEqual(
          held(),
          all.map(() => started)
        )
      }).pipe(Effect.provide(plant.layer))
    })

    it.effect("go where somebody says so, also of jobs that are completed", () => {
      const { asked, end, held, plant } = emptied()
      return Effect.gen(function* () {
        yield* end
        yield* extract("jobs", { flows: { acceptRemovals: new Set<FlowName>(["job-operations"]) } })
        assert.deepStrictEqual(
          held(),
          all.map(() => unknown)
        )
        plant.plex.calls.splice(0)
        assert.strictEqual(yield* asked, 0)
      }).pipe(Effect.provide(plant.layer))
    })
  })

  it.effect("are under the number that the job has now, and under no other", () => {
    const plant = makePlant({
      plex: { lists: { [lists.jobs]: [jobRow(1), jobRow(2)], [operationsPath(uuid(1))]: [operation()] } }
    })
    const called = (jobNumber: string) =>
      Effect.suspend(() => {
        plant.plex.lists[lists.jobs] = [jobRow(1, { jobNumber }), jobRow(2)]
        return extract("jobs")
      })
    const routings = () => [routing(plant, "J1"), routing(plant, "J1-A")]
    return Effect.gen(function* () {
      yield* called("J1")
      assert.deepStrictEqual(routings(), ["alive", "none"])
      yield* called("J1-A")
      assert.deepStrictEqual(routings(), ["retired", "alive"])
      yield* called("J1")
      assert.deepStrictEqual(routings(), ["alive", "retired"])
      plant.cdf.calls.splice(0)
      yield* called("J1")
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("stay under a number that another job has taken over from one that is gone", () => {
    const rows = [jobRow(1, { id: idOf(1), jobNumber: "N" }), jobRow(2, { id: idOf(2), jobNumber: "N" })]
    const operations = Object.fromEntries(rows.map(({ id }) => [operationsPath(id), [operation()]]))
    const plant = makePlant({ plex: { lists: { [lists.jobs]: rows, ...operations } } })
    return Effect.gen(function* () {
      yield* extract("jobs")
      assert.deepStrictEqual([routing(plant, "N"), routing(plant, "N_20000000")], ["alive", "alive"])
      plant.plex.lists[lists.jobs] = rows.slice(1)
      for (let again = 0; again < 3; again++) yield* extract("jobs")
      assert.strictEqual(plant.cdf.held.events.get(job("N"))?.metadata["plex_id"], idOf(2))
      assert.deepStrictEqual([routing(plant, "N"), routing(plant, "N_20000000")], ["alive", "retired"])
    }).pipe(Effect.provide(plant.layer))
  })

  /** Long enough for a job that is completed not to be looked at any more. */
  const muchLater = 20 * 86_400_000

  it.effect("come back with a completed job that a list did not show for a while", () => {
    const others = [2, 3, 4].map((at) => jobRow(at))
    const all = [jobRow(1, completed), ...others]
    const plant = makePlant({ plex: { lists: { [lists.jobs]: all, [operationsPath(uuid(1))]: [operation()] } } })
    const rows = plant.cdf.cdf.rows(ids.of("job_routing", "J1"), [{ externalId: "operation_code" }])
    return Effect.gen(function* () {
      yield* extract("jobs")
      const before = yield* rows
      assert.lengthOf(before, 1)
      plant.plex.now += muchLater
      plant.plex.lists[lists.jobs] = others
      yield* extract("jobs")
      assert.deepStrictEqual([routing(plant, "J1"), yield* rows], ["retired", []])
      plant.plex.lists[lists.jobs] = all
      yield* extract("jobs")
      assert.deepStrictEqual([routing(plant, "J1"), yield* rows], ["alive", before])
      plant.plex.calls.splice(0)
      yield* extract("jobs")
      assert.strictEqual(plant.plex.asked(operationsPath(uuid(1))), 0)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("go with a completed job to the plain number as the other one of that number is gone", () => {
    const rows = [1, 2].map((at) => jobRow(at, { id: idOf(at), jobNumber: "N", ...completed }))
    const others = [3, 4, 5].map((at) => jobRow(at))
    const operations = Object.fromEntries(rows.map(({ id }) => [operationsPath(id), [operation()]]))
    const plant = makePlant({ plex: { lists: { [lists.jobs]: [...rows, ...others], ...operations } } })
    return Effect.gen(function* () {
      yield* extract("jobs")
      assert.deepStrictEqual([routing(plant, "N"), routing(plant, "N_20000000")], ["alive", "alive"])
      plant.plex.now += muchLater
      plant.plex.lists[lists.jobs] = [...rows.slice(1), ...others]
      for (let again = 0; again < 2; again++) yield* extract("jobs")
      assert.strictEqual(plant.cdf.held.events.get(job("N"))?.metadata["plex_id"], idOf(2))
      assert.strictEqual(plant.cdf.held.sequences.get(ids.of("job_routing", "N"))?.metadata["plex_id"], idOf(2))
      assert.deepStrictEqual([routing(plant, "N"), routing(plant, "N_20000000")], ["alive", "retired"])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("are read anew of a completed job whose routing somebody deleted, by a comparison with CDF", () => {
    const jobs = [1, 2].map((at) => jobRow(at, completed))
    const operations = Object.fromEntries(jobs.map(({ id }) => [operationsPath(id), [operation()]]))
    const plant = makePlant({ plex: { lists: { [lists.jobs]: jobs, ...operations } } })
    const compare = Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      plant.plex.calls.splice(0)
      yield* reconcile({ only: ["jobs"], stop, sweep: true, acceptRemovals: new Set() })
      return [1, 2].map((at) => plant.plex.asked(operationsPath(uuid(at))))
    })
    return Effect.gen(function* () {
      yield* extract("jobs")
      plant.plex.now += muchLater
      yield* plant.cdf.cdf.delete("sequences", [ids.of("job_routing", "J1")])
      assert.deepStrictEqual(yield* compare, [1, 0])
      assert.deepStrictEqual([routing(plant, "J1"), routing(plant, "J2")], ["alive", "alive"])
      assert.deepStrictEqual(yield* compare, [0, 0])
    }).pipe(Effect.provide(plant.layer))
  })

  for (const when of ["is open", "is completed and no longer looked at"]) {
    it.effect(`go with a job that Plex has no more: one that ${when}`, () => {
      const plant = makePlant({
        plex: { lists: { [lists.jobs]: [jobRow(1), jobRow(2)], [operationsPath(uuid(1))]: [operation()] } }
      })
      return Effect.gen(function* () {
        yield* extract("jobs")
        if (when !== "is open") {
          const completed = { jobStatus: "Completed", completedDate: "2026-06-12T01:00:00Z" }
          plant.plex.lists[lists.jobs] = [jobRow(1, completed), jobRow(2)]
          yield* extract("jobs")
        }
        plant.plex.lists[lists.jobs] = [jobRow(2)]
        yield* extract("jobs")
        assert.strictEqual(plant.cdf.held.events.get(job("J1"))?.metadata["active"], "false")
        assert.strictEqual(routing(plant, "J1"), "retired")
        plant.cdf.calls.splice(0)
        yield* extract("jobs")
        assert.deepStrictEqual(plant.cdf.writes(), [])
      }).pipe(Effect.provide(plant.layer))
    })
  }

  it.effect("are not begun after the stop", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const rows = Stream.fromIterable([jobRow(1)]).pipe(Stream.tap(() => Deferred.succeed(stop, undefined)))
      const plant = makePlant({ plex: { lists: { [lists.jobs]: rows } } })
      yield* Effect.provide(extract("jobs", { stop }), plant.layer)
      assert.deepStrictEqual(held(plant), [["J1", uuid(1)]])
      assert.strictEqual(plant.plex.asked(operationsPath(uuid(1))), 0)
    })
  )
})
