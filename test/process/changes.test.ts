/**
 * What changes in Plex from one process to the next, and what that may write: each pass is a process of its own over one state.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rmSync } from "node:fs"
import type { Fault } from "../../src/sandbox/Faults.js"
import type { JsonObject } from "../../src/sandbox/cdf/Json.js"
import type { Snapshot } from "../../src/sandbox/cdf/Snapshot.js"
import { defaultStart, type Row } from "../../src/sandbox/plant/Plant.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { followed, type Followed, qualityAndPerformance } from "../support/Followed.js"
import { keptState } from "../support/KeptState.js"
import { type Damage, mutant } from "../support/Mutant.js"
import { cdfDifferences } from "../support/SameCdf.js"
import { statusOf, type WrittenItem } from "../support/SandboxProcess.js"
import { compare, expectedOf, historyRows } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []
const hour = 3_600_000
const day = 24 * hour

const id = (kind: string, key: unknown): string => `PCN340884_${kind}_${String(key)}`

const row = (found: Row | undefined): Row => {
  if (found === undefined) throw new RangeError("the plant has no such record")
  return found
}

const callsAndIds = (written: ReadonlyArray<WrittenItem>): ReadonlyArray<string> =>
  written.map(({ call, externalId }) => `${call} ${externalId}`).toSorted()

const metadataOf = (object: JsonObject | undefined): JsonObject => {
  const metadata = object?.["metadata"]
  return typeof metadata === "object" && metadata !== null ? { ...metadata } : {}
}

const isRetired = (sandbox: Sandbox, asset: string): boolean => {
  const { active, retired_at: retiredAt } = metadataOf(sandbox.cdf.state.assets.get(asset))
  return active === "false" && typeof retiredAt === "string" && retiredAt !== ""
}

/** The series of levels that a container counts in. */
const levelsOf = ({ locationId, partId }: Row): RegExp =>
  new RegExp(`^${id("ts", "")}(wip_${String(partId)}_.*|inventory_${String(locationId)})$`)

/** The assets that each event links to, as far as they exist. */
const linksOf = ({ events }: Snapshot): Readonly<Record<string, ReadonlyArray<unknown>>> =>
  Object.fromEntries(
    Object.entries(events).map(([event, { assets }]) => [
      event,
      Array.isArray(assets) ? assets.filter((asset) => !String(asset).startsWith("deleted:")) : []
    ])
  )

const masterData = ["--only", "master-data", "--no-sweep", "--strict"]
const inventory = ["--only", "inventory", "--strict"]

/** The next process while Plex lists only so many of the parts. */
const withParts = ({ follow, sandbox: { plant } }: Followed, left: number) => {
  for (const part of plant.parts.slice(left)) plant.remove("parts", String(part["id"]))
  assert.lengthOf(plant.parts, left)
  return follow(masterData)
}

/** The next process while the list of containers comes like this. */
const withContainers = ({ follow, sandbox }: Followed, fault: Fault) =>
  Effect.suspend(() => {
    const mend = sandbox.faults.add({ ...fault, match: { path: /inventory-tracking\/containers$/ } })
    return Effect.ensuring(follow(inventory), Effect.sync(mend))
  })

describe("A change in Plex", { concurrent: true, timeout: 300_000 }, () => {
  it.scopedLive(
    "of one part, one job and one container writes these three objects and the levels of what is gone, which may come back",
    () =>
      Effect.gen(function* () {
        const { follow, sandbox } = yield* followed()
        const { plant } = sandbox
        const before = expectedOf(plant, { without: qualityAndPerformance })
        assert.deepStrictEqual(compare(before, sandbox.cdf.snapshot()), none)

        assert.deepStrictEqual((yield* follow()).written, [])

        const part = row(
          plant.parts.find(({ id: key, number }) => typeof key === "string" && typeof number === "string")
        )
        plant.put("parts", { ...part, name: "Renamed, with a new label" })
        const job = row(
          plant.jobs.find(({ completedDate, jobNumber }) => completedDate === null && jobNumber === "J004217")
        )
        plant.put("jobs", { ...job, priority: "Critical" })
        const container = row(
          plant.containers.find(({ inventoryType }) => inventoryType === "WIP") ?? plant.containers[0]
        )
        const asset = id("container", container["serialNo"])
        assert.isTrue(plant.remove("containers", String(container["serialNo"])))

        const { ended, written } = yield* follow()
        assert.strictEqual(ended.code, 0, ended.stderr)
        const points = written.filter(({ call }) => call === "timeseries/data")
        assert.isAbove(points.length, 0)
        assert.deepStrictEqual(
          points.filter(({ externalId }) => !levelsOf(container).test(externalId)),
          []
        )
        assert.deepStrictEqual(
          callsAndIds(written.filter(({ call }) => call !== "timeseries/data")),
          [
            `assets/update ${asset}`,
            `assets/update ${id("part", part["id"])}`,
            `events/update ${id("job", "J004217")}`
          ].toSorted()
        )
        assert.isTrue(isRetired(sandbox, asset))
        const now = expectedOf(plant, { without: qualityAndPerformance, before })
        assert.deepStrictEqual(
          compare(now, sandbox.cdf.snapshot()).filter((line) => !line.includes(asset)),
          none
        )
        assert.deepStrictEqual((yield* follow()).written, [])
      })
  )

  it.scopedLive(
    "while the state was lost is found by what CDF holds: the vanished is retired, nothing else is touched",
    () =>
      Effect.gen(function* () {
        const { follow, sandbox, statePath } = yield* followed()
        const [one, other] = sandbox.plant.containers.filter(({ serialNo }) => typeof serialNo === "string")
        sandbox.plant.remove("containers", String(row(one)["serialNo"]))
        assert.strictEqual((yield* follow()).ended.code, 0)
        const before = sandbox.cdf.snapshot()

        for (const end of ["", "-wal", "-shm"]) rmSync(statePath + end, { force: true })
        const serialNo = String(row(other)["serialNo"])
        const asset = id("container", serialNo)
        sandbox.plant.remove("containers", serialNo)
        const { ended, written } = yield* follow()
        assert.strictEqual(ended.code, 0, ended.stderr)
        const changed = new Set(
          written.map(({ externalId }) => externalId).filter((each) => !levelsOf(row(other)).test(each))
        )
        assert.deepStrictEqual(Array.from(changed), [asset])
        assert.isTrue(isRetired(sandbox, asset))
        assert.isTrue(isRetired(sandbox, id("container", row(one)["serialNo"])))
        const differing = cdfDifferences(before, sandbox.cdf.snapshot(), defaultStart)
        assert.deepStrictEqual(
          differing.filter(
            (line) => !line.includes(`${asset}.`) && !levelsOf(row(other)).test(line.split(/[ .]/)[1] ?? "")
          ),
          none
        )
        assert.deepStrictEqual((yield* follow()).written, [])
      })
  )

  it.scopedLive(
    "that leaves 1 of 27 parts in the list, or none, retires none and degrades the run until a list clears it",
    () =>
      Effect.gen(function* () {
        const facility = yield* followed()
        const { follow, sandbox } = facility
        const { plant } = sandbox
        const parts = plant.parts
        assert.lengthOf(parts, 27)
        for (const left of [1, 0]) {
          const { ended, written } = yield* withParts(facility, left)
          assert.strictEqual(ended.code, 3, ended.stderr)
          assert.strictEqual(statusOf(ended, "parts"), "degraded")
          assert.match(ended.stderr, /parts is degraded: /)
          assert.deepStrictEqual(written, [], JSON.stringify(written).slice(0, 500))
        }
        for (const part of parts) plant.put("parts", part)
        const { ended, written } = yield* follow(masterData)
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.deepStrictEqual(written, [], JSON.stringify(written).slice(0, 500))

        // Of one part whose metadata is full there is room for the marks.
        const [fullest] = parts.toSorted((one, other) => JSON.stringify(other).length - JSON.stringify(one).length)
        plant.remove("parts", String(row(fullest)["id"]))
        const marked = yield* follow(masterData)
        assert.strictEqual(marked.ended.code, 0, marked.ended.stderr)
        assert.isTrue(isRetired(sandbox, id("part", row(fullest)["id"])))
      })
  )

  it.scopedLive(
    "is not concluded from a list that broke off or said nothing: nothing is retired and no level written",
    () =>
      Effect.gen(function* () {
        const facility = yield* followed()
        const { follow, sandbox } = facility
        const gone = sandbox.plant.containers.slice(3, 6).map(({ serialNo }) => String(serialNo))
        for (const serialNo of gone) sandbox.plant.remove("containers", serialNo)
        for (const fault of [{ kind: "cut" }, { kind: "cut", polite: true }, { kind: "empty" }] as const) {
          const { ended, written } = yield* withContainers(facility, fault)
          assert.strictEqual(ended.code, 3, ended.stderr)
          assert.deepStrictEqual(written, [], fault.kind)
        }
        const { ended, written } = yield* follow(inventory)
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.sameMembers(
          written.filter(({ call }) => call !== "timeseries/data").map(({ externalId }) => externalId),
          gone.map((serialNo) => id("container", serialNo))
        )
        assert.isTrue(gone.every((serialNo) => isRetired(sandbox, id("container", serialNo))))
      })
  )

  it.scopedLive("with REMOVED_RECORDS=delete takes what is gone out of CDF, and it comes back", () =>
    Effect.gen(function* () {
      const { follow, sandbox } = yield* followed({}, { REMOVED_RECORDS: "delete" })
      const before = sandbox.cdf.snapshot()
      const container = row(sandbox.plant.containers.find(({ serialNo }) => typeof serialNo === "string"))
      const asset = id("container", container["serialNo"])
      sandbox.plant.remove("containers", String(container["serialNo"]))
      yield* follow(["--only", "inventory"])
      assert.isUndefined(sandbox.cdf.state.assets.get(asset))
      sandbox.plant.put("containers", container)
      // Who links to it was linked to one that is gone: all extractors have their say.
      assert.strictEqual((yield* follow()).ended.code, 0)
      assert.deepStrictEqual(sandbox.cdf.snapshot().assets, before.assets)
      assert.deepStrictEqual(linksOf(sandbox.cdf.snapshot()), linksOf(before))
    })
  )
})

/** Nothing happens of itself, but for what every plant does. */
const quiet = {
  holes: false,
  size: {
    parts: 8,
    jobs: 6,
    openJobs: 3,
    containers: 12,
    entriesPerDay: 0,
    scrapPerDay: 0,
    statusesPerWorkcenterDay: 0,
    movesPerDay: 0,
    adjustments: 0,
    jobsPerDay: 0
  }
}
const production = ["--only", "production"]

describe("History that comes", { concurrent: true, timeout: 300_000 }, () => {
  it.scopedLive("ends a status that lasted for longer than any window", () =>
    Effect.gen(function* () {
      const { follow, sandbox } = yield* followed(quiet, { HISTORY_RECHECK_DAYS: "0", HISTORY_WINDOW_HOURS: "8" })
      const { plant } = sandbox
      const [template] = plant.statusEntries.rows
      const status = (workcenterStatus: string): Row => ({
        ...row(template),
        workcenterStatus,
        logDate: new Date(plant.now() - 60_000).toISOString()
      })
      const began = plant.now() - 60_000
      plant.record("statusEntries", status("Off"))
      const event = id("workcenter_status", `${String(template?.["workcenterId"])}_${began}`)
      yield* follow(production)
      for (const hours of [13, 14]) {
        plant.advance(hours * hour)
        assert.deepStrictEqual((yield* follow(production)).written, [])
        assert.isUndefined(sandbox.cdf.state.events.get(event)?.["endTime"])
      }
      const ended = plant.now() - 60_000
      plant.record("statusEntries", status("Production"))
      const { written } = yield* follow(production)
      assert.strictEqual(sandbox.cdf.state.events.get(event)?.["endTime"], ended)
      assert.deepStrictEqual(
        written.filter(({ externalId }) => externalId === event).map(({ call }) => call),
        ["events/update"]
      )
    })
  )

  it.scopedLive("corrected after three days replaces what it was with the next recheck, and late rows are caught", () =>
    Effect.gen(function* () {
      const { follow, sandbox } = yield* followed({}, { PRODUCTION_LOOKBACK_HOURS: "96" })
      const { plant } = sandbox
      const begin = plant.now() - 96 * hour
      const rowsNow = () => ({
        ...historyRows(plant, plant.now() - day, plant.now()),
        productionEntries: plant.productionEntries.between(begin, plant.now()),
        scrapEntries: plant.scrapEntries.between(begin, plant.now())
      })
      const before = expectedOf(plant, { without: qualityAndPerformance, histories: rowsNow() })
      const concerned = (line: string): boolean => /_(production|scrap)_entry_|_ts_(output|scrap)_/.test(line)
      assert.deepStrictEqual(compare(before, sandbox.cdf.snapshot()).filter(concerned), none)
      assert.isAbove(before.events.size, 300)

      const aged = plant.productionEntries.between(plant.now() - 3 * day, plant.now() - 3 * day + 6 * hour)
      const corrected = row(aged.find(({ jobId, quantity }) => typeof quantity === "number" && jobId !== null))
      const late = row(aged.find((entry) => entry !== corrected && typeof entry["quantity"] === "number"))
      assert.isTrue(plant.correct("productionEntries", corrected, { ...corrected, quantity: 4711.5 }))
      assert.isTrue(plant.correct("productionEntries", row(aged.at(-1)), undefined))
      plant.record("productionEntries", { ...late, quantity: 17.25, serialNo: "S9000001" }, plant.now() + 12 * hour)

      plant.advance(25 * hour)
      const { ended } = yield* follow()
      assert.strictEqual(ended.code, 0, ended.stderr)
      const now = expectedOf(plant, { without: qualityAndPerformance, histories: rowsNow(), before })
      assert.isAtLeast(Array.from(before.events.keys()).filter((each) => !now.events.has(each)).length, 2)
      assert.deepStrictEqual(compare(now, sandbox.cdf.snapshot(), 10_000).filter(concerned), none)
      assert.deepStrictEqual(
        (yield* follow()).written.filter(({ externalId }) => concerned(externalId)),
        []
      )
    })
  )

  it.scopedLive(
    "5,000 times in one millisecond, after days of nothing and at the edge of a run, is written once and whole",
    () =>
      Effect.gen(function* () {
        const begin = Date.UTC(2026, 5, 1)
        const { follow, sandbox, statePath } = yield* followed(quiet, {
          EXTRACTION_START_DATE: new Date(begin).toISOString(),
          HISTORY_WINDOW_HOURS: "8",
          HISTORY_OVERLAP_MINUTES: "0"
        })
        const { plant } = sandbox
        const windows = sandbox.journal.count({ path: /production-entries$/ })
        assert.isAtLeast(windows, (plant.now() - begin) / (8 * hour))
        const { watermarks } = yield* keptState(`file:${statePath}`)
        for (const flow of ["production-entries", "scrap-entries", "adjustments", "movements"]) {
          assert.isAtLeast(watermarks.get(flow) ?? 0, plant.now() - 60_000, flow)
          assert.isAtMost(watermarks.get(flow) ?? 0, plant.now() + 120_000, flow)
        }
        // What happens at the very instant that the last run was confirmed to is on the edge.
        const edge = plant.now()
        const entry = (at: number, i: number): Row => ({
          transactionDate: new Date(at).toISOString(),
          workcenterId: row(plant.workcenters[0])["workcenterId"],
          serialNo: `S${i}`,
          quantity: 1,
          unit: "ea"
        })
        for (let i = 0; i < 2500; i++) plant.record("productionEntries", entry(edge, i))
        assert.strictEqual((yield* follow(production)).ended.code, 0)
        for (let i = 2500; i < 5000; i++) plant.record("productionEntries", entry(edge, i))
        plant.advance(20 * 60_000)
        const { ended } = yield* follow(production)
        assert.strictEqual(ended.code, 0, ended.stderr)
        const entries = sandbox.cdf.state.events.all().filter(({ type }) => type === "production_entry")
        assert.lengthOf(entries, 5000)
        assert.isTrue(entries.every(({ startTime }) => startTime === edge))
        assert.deepStrictEqual((yield* follow(production)).written, [])
      })
  )
})

/** What is written changes although nothing has changed. */
const volatile: Damage = {
  file: "domain/cdf/Complete.js",
  right: "const resource = makers[kind](draft, fit, surroundings);",
  wrong: `const made = makers[kind](draft, fit, surroundings);
    const metadata = { ...made.metadata, written_at: String(Date.now()) };
    const resource = "metadata" in made ? { ...made, metadata } : made;`
}
const openValve: Damage = {
  file: "pipelines/stages/wholeList.js",
  right: "census.some(({ judged }) => closesValve(judged))",
  wrong: "false"
}
const wholeWithoutItsEnd: Damage = {
  file: "layers/plex/ListReader.js",
  right: "cutter.isWhole ?",
  wrong: "true ?"
}

describe("Would be noticed:", { concurrent: true, timeout: 300_000 }, () => {
  it.scopedLive("anything that is written again although it has not changed", () =>
    Effect.gen(function* () {
      const { follow } = yield* followed(quiet, {}, yield* mutant(volatile))
      const { ended, written } = yield* follow(masterData)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isNotEmpty(written)
    })
  )

  it.scopedLive("a safety valve that never closes", () =>
    Effect.gen(function* () {
      const facility = yield* followed({}, {}, yield* mutant(openValve))
      const { written } = yield* withParts(facility, 1)
      assert.isAtLeast(written.filter(({ externalId }) => externalId.includes("_part_")).length, 20)
    })
  )

  it.scopedLive("a list that broke off and is taken for whole", () =>
    Effect.gen(function* () {
      const facility = yield* followed({}, {}, yield* mutant(openValve, wholeWithoutItsEnd))
      const { ended, written } = yield* withContainers(facility, { kind: "cut", polite: true })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isNotEmpty(written)
    })
  )
})
