/**
 * A state as lines, taken by another database; what is counted of it, forgotten, and seen without a change.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, Stream } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import { noCounts } from "../../../src/domain/Report.js"
import { layerLeaseAlone } from "../../../src/layers/LeaseAlone.js"
import * as LeaseSql from "../../../src/layers/state/LeaseSql.js"
import { stateVersion } from "../../../src/layers/state/Migrations.js"
import { makeRunLog } from "../../../src/layers/state/RunLogSql.js"
import * as StateDatabase from "../../../src/layers/state/StateDatabase.js"
import { stateOverview } from "../../../src/layers/state/StateOverview.js"
import * as StateReading from "../../../src/layers/state/StateReading.js"
import { forgetFlow } from "../../../src/layers/state/StateReset.js"
import { exportState, importState } from "../../../src/layers/state/StateTransfer.js"
import { Lease } from "../../../src/services/Lease.js"
import { configOf, type FacilityKey, newFile, newPostgres, openAt, hasPostgres } from "./Variants.js"

const ids = makeExternalIds("340884")
const part = ids.of("part", "p")
const job = ids.of("job", 'J "1" ü 😀')
const entry = ids.of("production_entry", "20260601T000000000_aaaaaaaaaaaa")

const file = { name: "a SQLite file", skip: false, make: Effect.map(newFile, (path) => `file:${path}`) }
const postgres = { name: "PostgreSQL", skip: !hasPostgres, make: newPostgres }

/** A state with something in every table. */
const fill = (url: string, rows = 3) =>
  Effect.gen(function* () {
    const { ledger, letters } = yield* openAt(url)()
    yield* ledger.confirm({
      rows: [
        {
          kind: "assets",
          externalId: part,
          hash: "h",
          id: 9_007_199_254_740_991,
          flow: "parts",
          plexId: "p",
          links: []
        },
        { kind: "events", externalId: job, hash: "", id: undefined, flow: "jobs", plexId: "j", links: [part] },
        ...Array.from({ length: rows }, (_, at) => ({
          kind: "events" as const,
          externalId: ids.of("production_entry", `${at}`),
          hash: `h${at}`,
          id: at + 1,
          flow: "production-entries" as const,
          plexId: `e${at}`,
          links: [part],
          moment: 1_780_000_000_000 + at
        })),
        {
          kind: "events",
          externalId: entry,
          hash: "x",
          id: 5,
          flow: "production-entries",
          plexId: "e",
          links: [],
          retiredAt: 7
        }
      ],
      pending: [
        { kind: "events", from: entry, to: ids.of("workcenter", "w"), flow: "production-entries" },
        { kind: "events", from: entry, to: { kind: "part", key: "part:n" }, flow: "production-entries" }
      ],
      named: [{ kind: "part", externalId: part, keys: ["part:n"] }],
      facts: { flow: "status-entries", facts: new Map([["w", '{"a":"b\\n"}']]) },
      points: { flow: "output", written: [{ series: part, timestamp: 5, value: "0.1" }], deleted: [] },
      jobOperations: new Map([["j", { start: 5, workcenters: [{ id: "w", code: "W" }] }]]),
      watermark: { flow: "production-entries", to: 1_780_000_000_500 },
      deadLetters: [
        { flow: "parts", key: "bad", reason: "why", content: { a: [1, null] }, window: { begin: 1, end: 2 } }
      ],
      offered: { sweep: "boms", objects: [{ key: "p", fingerprint: "f", content: "{}", again: true }] }
    })
    yield* ledger.meetNaturalKeys("part", [])
    const sql = yield* StateDatabase.openState(url)
    const log = yield* makeRunLog(sql, { facility: 1, enabled: true, retentionDays: 30 })
    const runId = yield* log.startRun("notes", { name: "jobs", trigger: "once" })
    yield* log.logRequest(runId, { upstream: "cdf", operation: "POST /events", duration: 5, throttled: false })
    yield* log.logFlow(runId, {
      flow: "jobs",
      status: "ok",
      counts: { ...noCounts, read: 2 },
      notice: undefined,
      watermarkBefore: undefined,
      watermarkAfter: 5
    })
    yield* log.endRun(runId, true)
    yield* log.recentRuns(1)
    return yield* letters.count
  }).pipe(Effect.scoped)

const reading = (url: string, facility?: FacilityKey) =>
  StateReading.layer.pipe(Layer.provideMerge(configOf(url, facility)))
const working = (url: string, facility?: FacilityKey) =>
  StateDatabase.layer.pipe(Layer.merge(layerLeaseAlone), Layer.provideMerge(configOf(url, facility)))

const linesOf = (url: string) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    yield* exportState((some) => Effect.sync(() => lines.push(...some)))
    return lines
  }).pipe(Effect.provide(reading(url)))

const take = (url: string, lines: ReadonlyArray<string>, replace = false, facility?: FacilityKey) =>
  Effect.either(importState(Stream.fromIterable(lines), { replace }).pipe(Effect.provide(working(url, facility))))

const reasonOf = (outcome: Either.Either<unknown, { readonly message: string }>): string =>
  Either.match(outcome, { onLeft: ({ message }) => message, onRight: () => "taken" })

const ways = [
  [file, file],
  [file, postgres],
  [postgres, file]
] as const

for (const [from, to] of ways) {
  describe.skipIf(from.skip || to.skip)(`a state of ${from.name}, taken by ${to.name}`, () => {
    it.scopedLive("is the same, row by row, and its rows are believed", () =>
      Effect.gen(function* () {
        const [source, target] = [yield* from.make, yield* to.make]
        // More than a page of them.
        yield* fill(source, 1100)
        const lines = yield* linesOf(source)
        const tables = new Set(lines.map((line) => /"table":"(\w+)"/.exec(line)?.[1]))
        assert.strictEqual(tables.size, 14)
        assert.strictEqual(reasonOf(yield* take(target, lines)), "taken")
        const again = yield* linesOf(target)
        assert.deepStrictEqual(again.toSorted(), lines.toSorted())
        const { ledger } = yield* openAt(target)()
        assert.strictEqual((yield* ledger.rows("events", [job])).get(job)?.plexId, "j")
        assert.strictEqual(yield* ledger.watermark("production-entries"), 1_780_000_000_500)
        assert.lengthOf(yield* ledger.pendingLinks, 2)
      })
    )
  })
}

for (const { make, name, skip } of [file, postgres]) {
  describe.skipIf(skip)(`the state in ${name}`, () => {
    it.scopedLive("takes nothing of a file that is newer, of another facility, cut, or not what it should be", () =>
      Effect.gen(function* () {
        const url = yield* make
        yield* fill(url)
        const lines = yield* linesOf(url)
        const header = lines[0] ?? ""
        const other = yield* make
        const newer = [
          header.replace(`"plexCdfState":${stateVersion}`, `"plexCdfState":${stateVersion + 1}`),
          ...lines.slice(1)
        ]
        assert.match(
          reasonOf(yield* take(other, newer)),
          new RegExp(
            `exported by a newer plex-cdf \\(state version ${stateVersion + 1}; this one knows ${stateVersion}\\)`
          )
        )
        assert.match(reasonOf(yield* take(other, lines, false, { pcn: "1" })), /another facility: PCN 340884 .* PCN 1 /)
        assert.match(reasonOf(yield* take(other, [])), /its first line is not that/)
        assert.match(reasonOf(yield* take(other, lines.slice(0, -1))), /it was cut/)
        assert.match(reasonOf(yield* take(other, [...lines.slice(0, 2), ...lines.slice(3)])), /its last line says/)
        const strange = lines.map((line) => line.replace('"cdf_id":9007199254740991', '"cdf_id":"x"'))
        assert.match(reasonOf(yield* take(other, strange)), /line \d+ is no row of ledger/)
        assert.match(reasonOf(yield* take(other, [...lines.slice(0, -1), "{}"])), /line \d+ is no row of a state/)
        assert.lengthOf(yield* linesOf(other), 2)
      })
    )

    it.scopedLive("that knows the facility is replaced only where that is said, and other facilities stay", () =>
      Effect.gen(function* () {
        const url = yield* make
        yield* fill(url)
        const lines = yield* linesOf(url)
        const neighbour = yield* openAt(url)({ externalIdPrefix: "trial_" })
        yield* neighbour.ledger.moveWatermark("jobs", 5)
        const { ledger } = yield* openAt(url)()
        yield* ledger.moveWatermark("jobs", 6)
        assert.match(reasonOf(yield* take(url, lines)), /knows the facility already: add --replace/)
        assert.strictEqual(yield* ledger.watermark("jobs"), 6)
        assert.strictEqual(reasonOf(yield* take(url, lines, true)), "taken")
        assert.isUndefined(yield* ledger.watermark("jobs"))
        assert.strictEqual(yield* neighbour.ledger.watermark("jobs"), 5)
        assert.deepStrictEqual(yield* linesOf(url), lines)
      })
    )

    it.scopedLive("is counted flow by flow, with who holds the lease", () =>
      Effect.gen(function* () {
        const url = yield* make
        yield* fill(url)
        const overview = Effect.provide(stateOverview, reading(url))
        const free = yield* overview
        const of = (flow: string) => free.flows.find((one) => one.flow === flow)
        assert.deepInclude(of("production-entries"), {
          rows: 4,
          retired: 1,
          pendingLinks: 2,
          watermark: 1_780_000_000_500
        })
        assert.deepInclude(of("parts"), { rows: 1, deadLetters: 1, sweep: undefined })
        assert.deepStrictEqual(of("boms")?.sweep, { objects: 1, due: 1, oldest: undefined })
        assert.strictEqual(of("output")?.points, 1)
        assert.deepInclude(free, { runs: 1, others: 0, lease: undefined })

        const holder = yield* LeaseSql.layer.pipe(
          Layer.provideMerge(StateDatabase.layer),
          Layer.provide(configOf(url)),
          Layer.build
        )
        yield* Effect.provide(
          Effect.flatMap(Lease, ({ hold }) => hold),
          holder
        )
        assert.strictEqual((yield* overview).lease?.pid, process.pid)
      })
    )

    it.scopedLive("forgets a flow and nothing else; its human keys are asked of CDF again", () =>
      Effect.gen(function* () {
        const url = yield* make
        yield* fill(url)
        const { ledger } = yield* openAt(url)()
        assert.strictEqual((yield* ledger.naturalKeys("part"))?.size, 1)
        assert.strictEqual(yield* Effect.provide(forgetFlow("production-entries"), working(url)), 4)
        assert.strictEqual((yield* ledger.naturalKeys("part"))?.size, 1)
        assert.strictEqual(yield* ledger.countPendingLinks, 0)
        assert.isUndefined(yield* ledger.watermark("production-entries"))
        assert.strictEqual((yield* ledger.rows("events", [job])).size, 1)
        assert.strictEqual(yield* Effect.provide(forgetFlow("parts"), working(url)), 1)
        assert.isUndefined(yield* ledger.naturalKeys("part"))
      })
    )

    it.scopedLive("cannot be written to by who only reads it", () =>
      Effect.gen(function* () {
        const url = yield* make
        yield* fill(url)
        const lines = yield* linesOf(url)
        const outcome = yield* Effect.either(
          Effect.provide(forgetFlow("parts"), Layer.merge(reading(url), layerLeaseAlone))
        )
        assert.match(reasonOf(outcome), /read-?only/)
        assert.deepStrictEqual(yield* linesOf(url), lines)
      })
    )
  })
}

describe("a state that is only looked at", () => {
  it.scopedLive("is not made where there is none, and is empty for a facility that it does not know", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      assert.lengthOf(yield* linesOf(`file:${path}`), 2)
      assert.isFalse(existsSync(path))
      yield* fill(`file:${path}`)
      const known = yield* stateOverview.pipe(Effect.provide(reading(`file:${path}`, { pcn: "1" })))
      assert.isTrue(known.flows.every(({ rows }) => rows === 0))
      const sql = yield* StateDatabase.openState(`file:${path}`)
      assert.lengthOf(yield* sql`SELECT 1 FROM plex_cdf_facility`, 1)
    })
  )

  it.scopedLive("of an earlier version is left as it is, and said to be one", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      yield* fill(`file:${path}`)
      yield* Effect.gen(function* () {
        const sql = yield* StateDatabase.openState(`file:${path}`)
        yield* sql`DELETE FROM plex_cdf_migrations WHERE migration_id = ${stateVersion}`
      }).pipe(Effect.scoped)
      const bytes = readFileSync(path)
      assert.match(
        reasonOf(yield* Effect.either(linesOf(`file:${path}`))),
        new RegExp(`state version ${stateVersion - 1}; this one reads ${stateVersion}`)
      )
      assert.isTrue(bytes.equals(readFileSync(path)))
    })
  )

  it.scopedLive("shows one moment, whatever is written meanwhile", () =>
    Effect.gen(function* () {
      const url = `file:${yield* newFile}`
      yield* fill(url, 1100)
      const before = yield* linesOf(url)
      const { ledger } = yield* openAt(url)()
      const change = Effect.zipRight(ledger.moveWatermark("jobs", 9), ledger.forget("events", [entry, job]))
      const lines: Array<string> = []
      yield* exportState((some) =>
        Effect.gen(function* () {
          const first = lines.length === 1
          lines.push(...some)
          // As another process would: what is done within a transaction belongs to it.
          if (first) yield* Effect.promise(() => Effect.runPromise(change))
        })
      ).pipe(Effect.provide(reading(url)))
      assert.deepStrictEqual(lines, before)
      assert.notDeepEqual(yield* linesOf(url), before)
    })
  )
})
