import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Logger } from "effect"
import { AppConfigLive, FacilityLive, layerProgressSilent, pass, type PassReport } from "../../src/index.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { environmentOf, lastOf, startSandbox, unexplainedRefusals, writesTo } from "../support/SandboxProcess.js"
import { compare, type Expected, expectedOf, Readings } from "../support/Verdict.js"

const hour = 3_600_000

/** What an embedding application provides: the services of the sandbox's facility, for as many passes as it likes. */
const facilityOf = (sandbox: Sandbox) =>
  FacilityLive.layer.pipe(
    Layer.provide(FacilityLive.layerShared),
    Layer.provideMerge(AppConfigLive.layer(environmentOf(sandbox, { STATE_URL: ":memory:" }))),
    Layer.merge(layerProgressSilent),
    Layer.provideMerge(Logger.replace(Logger.defaultLogger, Logger.none))
  )

const wholePass = Effect.flatMap(Deferred.make<void>(), (stop) => pass({ only: [], sweep: true, stop }))

const unwell = ({ extractors }: PassReport): ReadonlyArray<string> =>
  extractors.flatMap(({ flows }) =>
    flows.flatMap(({ flow, notice, status }) => (status === "ok" ? [] : [`${flow} ${status}: ${notice}`]))
  )

const keysOnlyIn = (one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): ReadonlySet<string> =>
  new Set(Array.from(one.keys()).filter((id) => !other.has(id)))

const idIn = (line: string): string => line.split(" ")[1] ?? ""

/**
 * Differences but for series that nothing is measured for any more: those are still there, and their level must be 0. What Plex corrected
 * must be gone.
 */
const differences = (sandbox: Sandbox, before: Expected, now: Expected): ReadonlyArray<string> => {
  const corrected = keysOnlyIn(before.events, now.events)
  const emptied = keysOnlyIn(before.timeSeries, now.timeSeries)
  assert.isTrue(Array.from(corrected).every((id) => id.includes("_production_entry_")))
  assert.isAbove(corrected.size, 0, "entries were corrected")
  assert.isTrue(Array.from(emptied).every((id) => /_ts_(wip|inventory|live_performance)_/.test(id)))
  const full = Array.from(emptied).flatMap((id) => {
    const last = sandbox.cdf.state.points(id).at(-1)?.value
    return id.includes("_live_") || last === 0 ? [] : [`timeSeries ${id} must be empty, is ${last}`]
  })
  const lines = compare(now, sandbox.cdf.snapshot(), 10_000).filter((line) => {
    const id = idIn(line)
    return !(line.includes("must not be there") && emptied.has(id))
  })
  return [...full, ...lines]
}

describe("Passes of one process", () => {
  it.scopedLive("write once what does not change, and follow what does", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ seed: 11 })
      const { plant } = sandbox
      const readings = new Readings(plant)
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(unwell(yield* wholePass), [])
        let expected = expectedOf(plant, { histories: readings.read() })
        assert.deepStrictEqual(compare(expected, sandbox.cdf.snapshot()), [])

        const mark = lastOf(sandbox)
        const second = yield* wholePass
        assert.deepStrictEqual(unwell(second), [])
        assert.deepStrictEqual(writesTo(sandbox, mark), [])
        assert.isTrue(
          second.extractors.every(({ flows }) => flows.every(({ counts }) => counts.created + counts.updated === 0))
        )

        for (const hours of [1, 2, 2]) {
          const [row] = plant.productionEntries.between(plant.now() - hour, plant.now()).slice(-1)
          assert.isTrue(row !== undefined && plant.correct("productionEntries", row, { ...row, quantity: 4711.5 }))
          plant.advance(hours * hour)
          assert.deepStrictEqual(unwell(yield* wholePass), [])
          const now = expectedOf(plant, { histories: readings.read(), before: expected })
          assert.deepStrictEqual(differences(sandbox, expected, now), [])
          assert.isAbove(keysOnlyIn(now.events, expected.events).size, 5)
          expected = {
            ...now,
            events: now.events,
            timeSeries: new Map([...expected.timeSeries, ...now.timeSeries])
          }
        }
        const final = expectedOf(plant, { histories: readings.read() })
        const gone = keysOnlyIn(expected.assets, final.assets)
        assert.isAbove(gone.size, 0, "containers were used up")
        assert.isTrue(Array.from(gone).every((id) => id.includes("_container_")))
        assert.deepStrictEqual(unexplainedRefusals(sandbox), [])
      }).pipe(Effect.provide(facilityOf(sandbox)))
    })
  )
})
