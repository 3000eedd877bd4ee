import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import { relink } from "../../src/pipelines/relink.js"
import { Ledger } from "../../src/services/Ledger.js"
import { demoFacility } from "../support/DemoFacility.js"
import {
  dataSourceSettings,
  extract,
  flowOf,
  makePlant,
  type PipelinePlant,
  unbalanced
} from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { plexError, plexNow, type PlexScript } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { jobRow, lists, partRow, uuid, workcenterRow } from "./Rows.js"

const { ids } = demoFacility()
const day = 86_400_000

const checksheet = (at: number, over: object = {}) => ({
  Checksheet_No: String(at),
  Inspection_Date: "2026-06-12T06:00:00Z",
  Out_Of_Spec: "false",
  ...over
})

const problem = (at: number, reported: string, over: object = {}) => ({
  Problem_No: String(at),
  Problem_Status: "Open",
  Reported_Date: reported,
  ...over
})

/** Problems that the data source gives for the period asked for. */
const problems =
  (rows: ReadonlyArray<ReturnType<typeof problem>>): NonNullable<PlexScript["dataSources"]["problems"]> =>
  ({ Date_Begin, Date_End }) => ({
    rows: rows.filter(
      ({ Reported_Date }) =>
        Date.parse(Reported_Date) >= Date.parse(String(Date_Begin)) &&
        Date.parse(Reported_Date) < Date.parse(String(Date_End))
    ),
    truncated: false
  })

/** Checksheets that the data source gives for the period asked for. */
const between =
  (...rows: ReadonlyArray<ReturnType<typeof checksheet>>): NonNullable<PlexScript["dataSources"]["checksheets"]> =>
  ({ Date_Begin, Date_End }) => ({
    rows: rows.filter(
      ({ Inspection_Date }) =>
        Date.parse(Inspection_Date) >= Date.parse(String(Date_Begin)) &&
        Date.parse(Inspection_Date) < Date.parse(String(Date_End))
    ),
    truncated: false
  })

const daysAgo = (days: number): string => new Date(plexNow - days * day).toISOString()

const lookback = (days: number) => ({
  extractors: { ...settings.extractors, quality: { enabled: true, interval: 1, lookback: days * day } }
})

const linkedTo = (plant: PipelinePlant, event: Parameters<typeof ids.of>) => {
  const numbers = plant.cdf.held.events.get(ids.of(...event))?.assetIds ?? []
  return [...plant.cdf.held.assets].flatMap(([name, asset]) => (asset && numbers.includes(asset.id) ? name : [])).sort()
}

const counts = ({ cdf }: PipelinePlant) =>
  Effect.map(cdf.cdf.points([ids.series("ncr_count", "340884")], { begin: 0, end: 4e12 }), (found) =>
    [...found.values()].flat().map(({ timestamp, value }) => [new Date(timestamp).toISOString().slice(0, 13), value])
  )

describe("checksheets", () => {
  it.effect("link what their numbers and codes name, once each kind is looked up", () => {
    const plant = makePlant({
      plex: {
        lists: {
          [lists.parts]: [
            partRow(1, { number: "P", revision: "A" }),
            partRow(2, { number: "P", revision: "B" }),
            partRow(3, { number: "Q", revision: "A" })
          ],
          [lists.workcenters]: [workcenterRow(7)]
        },
        dataSources: {
          checksheets: () => ({
            rows: [
              checksheet(1, { Part_No: "P", Revision: "B", Workcenter_Code: "wc-7 " }),
              checksheet(2, { Part_No: "Q" }),
              checksheet(3, { Part_No: "P" }),
              checksheet(4, { Part_No: "unknown" })
            ],
            truncated: false
          })
        }
      }
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      const found = yield* extract("quality")
      assert.deepStrictEqual(linkedTo(plant, ["checksheet", "1"]), [
        ids.of("part", uuid(2)),
        ids.of("workcenter", uuid(7))
      ])
      assert.deepStrictEqual(linkedTo(plant, ["checksheet", "2"]), [ids.of("part", uuid(3))])
      assert.deepStrictEqual(linkedTo(plant, ["checksheet", "3"]), [])
      assert.deepStrictEqual(linkedTo(plant, ["checksheet", "4"]), [])
      assert.deepInclude(flowOf(found, "checksheets").counts, { read: 4, created: 4, ambiguous: 1 })
      assert.deepStrictEqual(unbalanced(found), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("keep the link to a part that was retired since, until another one has its number", () => {
    const named = (...numbers: ReadonlyArray<number>) =>
      numbers.map((at) => partRow(at, at === 9 ? {} : { number: "P", revision: "A" }))
    const plant = makePlant({
      plex: {
        lists: { [lists.parts]: named(1, 9) },
        dataSources: {
          checksheets: () => ({ rows: [checksheet(1, { Part_No: "P", Revision: "A" })], truncated: false })
        }
      }
    })
    const linked = Effect.gen(function* () {
      yield* extract("master-data")
      yield* extract("quality")
      return linkedTo(plant, ["checksheet", "1"])
    })
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* linked, [ids.of("part", uuid(1))])
      plant.plex.lists[lists.parts] = named(9)
      plant.cdf.calls.splice(0)
      assert.deepStrictEqual(yield* linked, [ids.of("part", uuid(1))])
      assert.strictEqual(plant.cdf.held.assets.get(ids.of("part", uuid(1)))?.metadata["active"], "false")
      assert.notInclude(
        plant.cdf.writes().map(({ kind }) => kind),
        "events"
      )
      plant.plex.lists[lists.parts] = named(2, 9)
      assert.deepStrictEqual(yield* linked, [ids.of("part", uuid(2))])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect(
    "wait for their inspection point until all control plans were looked at, as another one may fit it too",
    () =>
      Effect.gen(function* () {
        const stop = yield* Deferred.make<void>()
        const { controlPlan, controlPlanLine } = plexExamples
        const linesOf = (plan: number, ...descriptions: ReadonlyArray<string>) =>
          descriptions.map((description, at) => ({
            ...controlPlanLine,
            id: uuid(10 * plan + at),
            controlPlanId: uuid(plan),
            description
          }))
        const path = (plan: number) => `${lists.controlPlans}/${uuid(plan)}/control-plan-lines`
        const plant = makePlant({
          plex: {
            lists: {
              [lists.controlPlans]: [
                { ...controlPlan, id: uuid(6) },
                { ...controlPlan, id: uuid(7) }
              ],
              [path(6)]: () =>
                Stream.zipRight(
                  Stream.fromEffect(Deferred.succeed(stop, undefined)),
                  Stream.fromIterable(linesOf(6, "Diameter", "Length"))
                ),
              [path(7)]: linesOf(7, "Diameter")
            },
            dataSources: {
              checksheets: between(
                checksheet(1, { Inspection_Date: daysAgo(20), Inspection_Point: "Diameter" }),
                checksheet(2, { Inspection_Date: daysAgo(20), Inspection_Point: "Length" })
              )
            }
          },
          settings: { ...lookback(25), plex: { ...settings.plex, concurrency: 1, dataSource: dataSourceSettings } }
        })
        yield* Effect.gen(function* () {
          yield* extract("quality", { stop })
          assert.deepStrictEqual([plant.plex.asked(path(6)), plant.plex.asked(path(7))], [1, 0])
          assert.strictEqual(yield* relink, 0)
          plant.plex.lists[path(6)] = linesOf(6, "Diameter", "Length")
          plant.plex.now += day
          yield* extract("quality")
          yield* relink
          assert.deepStrictEqual(linkedTo(plant, ["checksheet", "1"]), [])
          assert.deepStrictEqual(linkedTo(plant, ["checksheet", "2"]), [ids.of("inspection_point", uuid(61))])
        }).pipe(Effect.provide(plant.layer))
      })
  )

  for (const { expected, name, second } of [
    { name: "and has another point of that name then", second: ["Diameter"], expected: [] },
    { name: "and is refused again", second: undefined, expected: [ids.of("inspection_point", uuid(60))] }
  ]) {
    it.effect(`wait until a control plan that was refused is looked at once more, ${name}`, () => {
      const { controlPlan, controlPlanLine } = plexExamples
      const path = (plan: number) => `${lists.controlPlans}/${uuid(plan)}/control-plan-lines`
      const line = { ...controlPlanLine, id: uuid(60), controlPlanId: uuid(6), description: "Diameter" }
      const plant = makePlant({
        plex: {
          lists: {
            [lists.controlPlans]: [
              { ...controlPlan, id: uuid(6) },
              { ...controlPlan, id: uuid(7) }
            ],
            [path(6)]: [line],
            [path(7)]: plexError("NotFound")
          },
          dataSources: {
            checksheets: between(checksheet(1, { Inspection_Date: daysAgo(20), Inspection_Point: "Diameter" }))
          }
        },
        settings: lookback(25)
      })
      return Effect.gen(function* () {
        yield* extract("quality")
        assert.strictEqual(yield* relink, 0)
        if (second !== undefined) {
          plant.plex.lists[path(7)] = second.map((description) => ({
            ...line,
            id: uuid(70),
            controlPlanId: uuid(7),
            description
          }))
        }
        yield* extract("quality")
        yield* relink
        assert.deepStrictEqual(linkedTo(plant, ["checksheet", "1"]), expected)
      }).pipe(Effect.provide(plant.layer))
    })
  }

  it.effect("that the account may not read degrade their flow, and no other", () => {
    const plant = makePlant({ plex: { dataSources: { checksheets: () => plexError("Forbidden", "no grant") } } })
    return Effect.gen(function* () {
      const found = yield* extract("quality")
      assert.strictEqual(flowOf(found, "checksheets").status, "degraded")
      assert.strictEqual(flowOf(found, "problems").status, "ok")
      assert.strictEqual(found.status, "degraded")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("are off without credentials of the data sources, and say what they need", () => {
    const plant = makePlant({ settings: { plex: { ...settings.plex, dataSource: undefined } } })
    return Effect.gen(function* () {
      const found = yield* extract("quality")
      for (const name of ["checksheets", "problems", "ncr-count"] as const) {
        assert.deepInclude(flowOf(found, name), {
          status: "off",
          notice: "needs PLEX_DS_USERNAME and PLEX_DS_PASSWORD"
        })
      }
      assert.strictEqual(found.status, "succeeded")
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("problems", () => {
  it.effect("wait for their part until its list has come whole, as another one may have its number too", () => {
    const parts = [partRow(1, { number: "P" }), partRow(2, { number: "Q" }), partRow(3, { number: "P", revision: "Z" })]
    const plant = makePlant({
      plex: {
        lists: {
          [lists.parts]: Stream.concat(Stream.fromIterable(parts.slice(0, 2)), Stream.fail(plexError("Unavailable")))
        },
        dataSources: {
          problems: problems([
            problem(1, daysAgo(20), { Part_No: "P", Problem_Status: "Closed" }),
            problem(2, daysAgo(20), { Part_No: "Q", Problem_Status: "Closed" })
          ])
        }
      },
      settings: lookback(25)
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      assert.isDefined(plant.cdf.held.assets.get(ids.of("part", uuid(1))))
      yield* extract("quality")
      assert.strictEqual(yield* relink, 0)
      plant.plex.lists[lists.parts] = parts
      plant.plex.now += day
      yield* extract("master-data")
      yield* extract("quality")
      yield* relink
      assert.deepStrictEqual(linkedTo(plant, ["ncr", "1"]), [])
      assert.deepStrictEqual(linkedTo(plant, ["ncr", "2"]), [ids.of("part", uuid(2))])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect(
    "whose number fits two parts are linked once it fits one, however long ago they were, and do not wait",
    () => {
      const numbered = (second: string) => [
        partRow(1, { number: "P" }),
        partRow(2, { number: second, revision: "Z" }),
        partRow(3)
      ]
      const plant = makePlant({
        plex: {
          lists: { [lists.parts]: numbered("P") },
          dataSources: { problems: problems([problem(1, daysAgo(20), { Part_No: "P", Problem_Status: "Closed" })]) }
        },
        settings: lookback(25)
      })
      return Effect.gen(function* () {
        yield* extract("master-data")
        yield* extract("quality")
        assert.strictEqual(yield* relink, 0)
        assert.strictEqual(yield* Effect.flatMap(Ledger, (ledger) => ledger.countPendingLinks), 0)
        plant.plex.lists[lists.parts] = numbered("P2")
        plant.plex.now += day
        yield* extract("master-data")
        assert.strictEqual(yield* relink, 1)
        assert.deepStrictEqual(linkedTo(plant, ["ncr", "1"]), [ids.of("part", uuid(1))])
        plant.cdf.calls.splice(0)
        assert.strictEqual(yield* relink, 0)
        assert.deepStrictEqual(plant.cdf.calls, [], "it is asked for once")
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("are counted per finished local day, days without any too", () => {
    const plant = makePlant({
      plex: {
        dataSources: {
          problems: problems([
            problem(1, "2026-06-10T03:59:00Z"),
            problem(2, "2026-06-10T04:00:00Z"),
            problem(3, "2026-06-10T12:00:00Z"),
            problem(4, "2026-06-12T05:00:00Z")
          ])
        }
      },
      settings: lookback(2)
    })
    return Effect.gen(function* () {
      const found = yield* extract("quality")
      // Days begin at 04:00 UTC; the look-back is widened to whole days, and today is not over.
      assert.deepStrictEqual(yield* counts(plant), [
        ["2026-06-09T04", 1],
        ["2026-06-10T04", 2],
        ["2026-06-11T04", 0]
      ])
      assert.deepInclude(flowOf(found, "ncr-count").counts, { points: 3 })
      plant.cdf.calls.splice(0)
      yield* extract("quality")
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that cannot be read leave the count of their day as it is", () => {
    const reported = "2026-06-11T12:00:00Z"
    let shown: ReadonlyArray<ReturnType<typeof problem>> = [problem(1, reported), problem(2, reported)]
    const plant = makePlant({
      plex: { dataSources: { problems: (inputs) => problems(shown)(inputs) } },
      settings: lookback(1)
    })
    return Effect.gen(function* () {
      yield* extract("quality")
      const before = yield* counts(plant)
      assert.deepInclude(before, ["2026-06-11T04", 2])
      for (const unread of [
        problem(1, reported, { Closed_Date: "soon" }),
        { ...problem(1, reported), Reported_Date: reported, Title: {} }
      ]) {
        shown = [unread, problem(2, reported)]
        const found = yield* extract("quality")
        assert.strictEqual(flowOf(found, "problems").counts.deadLettered, 1)
        assert.deepStrictEqual(yield* counts(plant), before)
      }
      shown = [problem(2, reported)]
      yield* extract("quality")
      assert.deepInclude(yield* counts(plant), ["2026-06-11T04", 1])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("are counted for the days before a slice that failed", () => {
    const rows = [problem(1, "2026-06-08T12:00:00Z")]
    let broken = true
    const plant = makePlant({
      plex: {
        dataSources: {
          problems: (inputs) =>
            broken && Date.parse(String(inputs["Date_Begin"])) >= Date.UTC(2026, 5, 11)
              ? plexError("Unavailable")
              : problems(rows)(inputs)
        }
      },
      settings: lookback(4)
    })
    return Effect.gen(function* () {
      assert.strictEqual(flowOf(yield* extract("quality"), "problems").status, "degraded")
      broken = false
      yield* extract("quality")
      assert.deepStrictEqual(
        (yield* counts(plant)).map(([, value]) => value),
        [0, 1, 0, 0, 0]
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("read in part because of the stop make no count", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const plant = makePlant({
        plex: {
          dataSources: {
            problems: () =>
              Effect.as(Deferred.succeed(stop, undefined), {
                rows: [problem(1, "2026-06-10T12:00:00Z")],
                truncated: false
              })
          }
        },
        settings: lookback(2)
      })
      yield* Effect.provide(extract("quality", { stop }), plant.layer)
      assert.deepStrictEqual(yield* counts(plant), [])
    })
  )

  it.effect(
    "that were not closed are looked at again, however long ago they were reported; closed ones are not",
    () => {
      const reported = "2026-06-03T12:00:00Z"
      const asked: Array<string> = []
      let rows = [problem(1, reported)]
      const plant = makePlant({
        plex: {
          dataSources: {
            problems: (inputs) => {
              asked.push(String(inputs["Date_Begin"]).slice(0, 10))
              return problems(rows)(inputs)
            }
          }
        },
        settings: lookback(10)
      })
      return Effect.gen(function* () {
        yield* extract("quality")
        rows = [problem(1, reported, { Problem_Status: "Closed", Closed_Date: "2026-06-12T07:00:00Z" })]
        asked.splice(0)
        yield* extract("quality")
        assert.strictEqual(asked[0], "2026-06-03")
        const [event] = [...plant.cdf.held.events.values()]
        assert.strictEqual(event?.subtype, "closed")
        asked.splice(0)
        yield* extract("quality")
        assert.isTrue(asked.every((day) => day >= "2026-06-10"))
      }).pipe(Effect.provide(plant.layer))
    }
  )

  for (const windowHours of [24, 12]) {
    it.effect(
      `that stay open for longer than the look-back are closed, too, read in windows of ${windowHours} hours`,
      () => {
        const reported = daysAgo(1)
        let rows = [problem(1, reported)]
        const asked: Array<string> = []
        const plant = makePlant({
          plex: {
            dataSources: {
              problems: (inputs) => {
                asked.push(String(inputs["Date_Begin"]).slice(0, 10))
                return problems(rows)(inputs)
              }
            }
          },
          settings: { ...lookback(3), history: { ...settings.history, windowHours } }
        })
        return Effect.gen(function* () {
          yield* extract("quality")
          for (let passed = 0; passed < 12; passed++) {
            plant.plex.now += day
            yield* extract("quality")
          }
          const before = yield* counts(plant)
          asked.splice(0)
          yield* extract("quality")
          assert.notInclude(asked, "2026-06-11", "once a day is enough")
          rows = [problem(1, reported, { Problem_Status: "Closed", Closed_Date: "2026-06-24T07:00:00Z" })]
          plant.plex.now += day
          yield* extract("quality")
          assert.strictEqual(plant.cdf.held.events.get(ids.of("ncr", "1"))?.subtype, "closed")
          assert.deepStrictEqual((yield* counts(plant)).slice(0, before.length), before)
          asked.splice(0)
          plant.plex.now += day
          yield* extract("quality")
          assert.notInclude(asked, "2026-06-11")
        }).pipe(Effect.provide(plant.layer))
      }
    )
  }

  it.effect("that change their state are the same event, updated", () => {
    const reported = "2026-06-12T06:00:00Z"
    const plant = makePlant({ plex: { dataSources: { problems: problems([problem(1, reported)]) } } })
    return Effect.gen(function* () {
      yield* extract("quality")
      plant.plex.dataSources.problems = problems([
        problem(1, reported, { Problem_Status: "Closed", Closed_Date: "2026-06-12T07:00:00Z" })
      ])
      assert.deepInclude(flowOf(yield* extract("quality"), "problems").counts, { read: 1, updated: 1 })
      assert.deepInclude(plant.cdf.held.events.get(ids.of("ncr", "1")), {
        subtype: "closed",
        endTime: Date.UTC(2026, 5, 12, 7)
      })
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("deviations", () => {
  it.effect("link the parts of their jobs, known or not, and wait for those that do not exist yet", () => {
    const deviation = { ...plexExamples.deviation, parts: [], jobIds: [uuid(31), uuid(32), uuid(33)] }
    const plant = makePlant({
      plex: {
        lists: { [lists.parts]: [partRow(1)], [lists.deviations]: [deviation] },
        records: { [`${lists.jobs}/${uuid(32)}`]: jobRow(32, { partId: uuid(2) }) }
      }
    })
    return Effect.gen(function* () {
      // Its part does not exist when the job is written: the job's link is pending.
      plant.plex.lists[lists.jobs] = [jobRow(31)]
      plant.plex.records[`${lists.jobs}/${uuid(31)}`] = jobRow(31)
      yield* extract("jobs")
      yield* extract("master-data")
      const found = yield* extract("quality")
      assert.deepStrictEqual(linkedTo(plant, ["deviation", deviation.id]), [ids.of("part", uuid(1))])
      assert.deepInclude(flowOf(found, "deviations").counts, { created: 1, links: 1, pendingLinks: 1 })
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("deviations that end before they begin", () => {
  it.effect("are written without the end, which is counted with each writing, and not while nothing changes", () => {
    const deviation = {
      ...plexExamples.deviation,
      parts: [],
      jobIds: [],
      effectiveDate: "2026-06-12T06:00:00Z",
      expirationDate: "2026-06-11T06:00:00Z"
    }
    const plant = makePlant({ plex: { lists: { [lists.deviations]: [deviation] } } })
    const deviations = Effect.map(extract("quality"), (found) => flowOf(found, "deviations").counts)
    return Effect.gen(function* () {
      assert.deepInclude(yield* deviations, { created: 1, omitted: 1 })
      assert.notProperty(plant.cdf.held.events.get(ids.of("deviation", deviation.id)), "endTime")
      assert.deepInclude(yield* deviations, { unchanged: 1, omitted: 0 })
      plant.plex.lists[lists.deviations] = [{ ...deviation, reason: "another" }]
      assert.deepInclude(yield* deviations, { updated: 1, omitted: 1 })
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("deviations of jobs that Plex does not show", () => {
  it.effect("are written without the parts of those", () => {
    const deviation = { ...plexExamples.deviation, parts: [], jobIds: [uuid(31)] }
    const plant = makePlant({
      plex: {
        lists: { [lists.deviations]: [deviation] },
        records: { [`${lists.jobs}/${uuid(31)}`]: plexError("NotSubscribed") }
      }
    })
    return Effect.gen(function* () {
      const { counts, status } = flowOf(yield* extract("quality"), "deviations")
      assert.strictEqual(status, "ok")
      assert.deepInclude(counts, { created: 1, links: 0 })
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("control plans", () => {
  it.effect("bring their lines, plan by plan", () => {
    const { controlPlan, controlPlanLine } = plexExamples
    const plant = makePlant({
      plex: {
        lists: {
          [lists.controlPlans]: [controlPlan, { ...controlPlan, id: uuid(60) }],
          [`${lists.controlPlans}/${controlPlan.id}/control-plan-lines`]: [controlPlanLine],
          [`${lists.controlPlans}/${uuid(60)}/control-plan-lines`]: plexError("NotFound")
        }
      }
    })
    return Effect.gen(function* () {
      const found = yield* extract("quality")
      assert.deepInclude(flowOf(found, "control-plan-lines").counts, { read: 1, created: 1 })
      assert.strictEqual(flowOf(found, "control-plan-lines").status, "degraded")
      assert.deepStrictEqual(unbalanced(found), [])
    }).pipe(Effect.provide(plant.layer))
  })
})
