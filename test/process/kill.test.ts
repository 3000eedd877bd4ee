/**
 * Killed at any instant, started again and left to finish, CDF is as if nobody had been killed.
 *
 * `TEST_KILLS` and `TEST_SEED` make the runs longer and other ones.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import type { Snapshot } from "../../src/sandbox/cdf/Snapshot.js"
import { defaultStart } from "../../src/sandbox/plant/Plant.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { hasPostgres, newFile, newPostgres } from "../layers/state/Variants.js"
import { keptState, type KeptState } from "../support/KeptState.js"
import { awaitInstant, type Instant, instants, inWords, killedAt } from "../support/Kills.js"
import { type Damage, mutant } from "../support/Mutant.js"
import { finishedFlows, startProcess } from "../support/RunProcess.js"
import { cdfDifferences, kinds } from "../support/SameCdf.js"
import {
  environmentOf,
  isWrite,
  lastOf,
  onePass,
  startSandbox,
  writePath,
  writtenItems
} from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []
/** Enough for each property to be at stake; every night there are many more. */
const kills = Number(process.env["TEST_KILLS"] ?? 12)
const seed = Number(process.env["TEST_SEED"] ?? 1)

/** A little of everything, in chunks so small that a pass has many instants to be killed at. */
const size = {
  parts: 8,
  jobs: 12,
  openJobs: 5,
  containers: 16,
  equipment: 3,
  locations: 8,
  supplyItems: 4,
  specifications: 4,
  controlPlans: 2,
  checksheets: 6,
  problems: 4,
  historyDays: 2,
  entriesPerDay: 40,
  statusesPerWorkcenterDay: 4,
  movesPerDay: 12,
  adjustments: 8
}
const settings = {
  BATCH_SIZE: "15",
  // What a recheck would mend is to be seen.
  HISTORY_RECHECK_DAYS: "0",
  HISTORY_WINDOW_HOURS: "8",
  // The witness knows quality by its usual look-back only; what lies before is left out.
  QUALITY_LOOKBACK_DAYS: "2",
  PERFORMANCE_LOOKBACK_DAYS: "2"
}

const sandboxOfKills = startSandbox({ seed: 4, size })

/** Flows of which every event before the watermark must be in CDF, and how to know their events. */
const confirmedBy: Readonly<Record<string, RegExp>> = {
  "production-entries": /_production_entry_/,
  "scrap-entries": /_scrap_entry_/,
  movements: /_movement_/,
  adjustments: /_adjustment_/
}

const day = 86_400_000
const overlap = 2 * 3_600_000

const snapshotKind = (kind: string): (typeof kinds)[number] | undefined =>
  kinds.find((each) => each.toLowerCase() === kind)

/** A process that was killed: what it kept, and what CDF held at that time. */
interface Remains {
  readonly instant: Instant
  readonly kept: KeptState
  readonly held: Snapshot
}

/** Where the state was ahead of CDF: it says that CDF holds what CDF does not hold, by what CDF held in the end. */
const ahead = (final: { readonly kept: KeptState; readonly held: Snapshot }) => {
  const finalHash = new Map(final.kept.ledger.map(({ externalId, hash, kind }) => [`${kind} ${externalId}`, hash]))
  return ({ held, instant, kept }: Remains): ReadonlyArray<string> => [
    ...kept.ledger.flatMap(({ externalId, hash, kind }) => {
      const name = snapshotKind(kind)
      const is = name === undefined ? undefined : held[name][externalId]
      if (name === undefined || is === undefined) return [`${inWords(instant)}: ${kind} ${externalId} is not in CDF`]
      if (hash !== finalHash.get(`${kind} ${externalId}`) || kind === "timeseries") return []
      const became = final.held[name][externalId]
      return JSON.stringify(is) === JSON.stringify(became)
        ? []
        : [`${inWords(instant)}: ${kind} ${externalId} is not what its row says: ${JSON.stringify(is)}`]
    }),
    ...Array.from(kept.watermarks).flatMap(([flow, watermark]) =>
      Object.entries(final.held.events).flatMap(([id, { startTime }]) =>
        confirmedBy[flow]?.test(id) === true && Number(startTime) < watermark && held.events[id] === undefined
          ? [`${inWords(instant)}: ${flow} is confirmed to ${new Date(watermark).toISOString()} without ${id}`]
          : []
      )
    )
  ]
}

/**
 * What a state forgot of what it had known; rows of history from before `pruned` are forgotten once their slice is confirmed. The
 * moments of whole lists are stamped by the clock of the host.
 */
const forgotten = (before: KeptState, after: KeptState, held: Snapshot, pruned: number): ReadonlyArray<string> => {
  const known = new Set(after.ledger.map(({ externalId, kind }) => `${kind} ${externalId}`))
  const isPruned = (externalId: string): boolean => Number(held.events[externalId]?.["startTime"] ?? Infinity) < pruned
  return [
    ...before.ledger.flatMap(({ externalId, kind }) =>
      known.has(`${kind} ${externalId}`) || (kind === "events" && isPruned(externalId)) ? [] : [`${kind} ${externalId}`]
    ),
    ...Array.from(before.watermarks).flatMap(([flow, watermark]) =>
      !(flow in confirmedBy) || (after.watermarks.get(flow) ?? 0) >= watermark ? [] : [`the watermark of ${flow}`]
    )
  ]
}

const watermarkLessOverlap = "at the watermark less the overlap"

/** Whether the process after `kept` went on reading entries where that was confirmed; nothing where it did not come to that. */
const resumption = ({ journal }: Sandbox, after: number, { watermarks }: KeptState): string | undefined => {
  const watermark = watermarks.get("production-entries")
  const [first] = journal.entries({ path: /production-entries$/, after })
  if (watermark === undefined || first === undefined) return undefined
  const begin = Date.parse(new URLSearchParams(first.query).get("beginDate") ?? "")
  return begin <= watermark - overlap && begin > watermark - overlap - 60_000
    ? watermarkLessOverlap
    : `confirmed to ${new Date(watermark).toISOString()}, begun at ${new Date(begin).toISOString()}`
}

/** What a process that nobody disturbed leaves in CDF. */
const undisturbed = Effect.gen(function* () {
  const sandbox = yield* sandboxOfKills
  const ended = yield* onePass(sandbox, [], { ...settings, STATE_URL: ":memory:" })
  assert.strictEqual(ended.code, 0, ended.stderr)
  assert.deepStrictEqual(
    verdict(sandbox).filter((line) => !/_checksheet_|_ncr_/.test(line)),
    none
  )
  return sandbox.cdf.snapshot()
}).pipe(Effect.scoped)

const twin = Effect.runSync(Effect.cached(undisturbed))

interface Story {
  readonly times: number
  readonly pick: () => Instant
  readonly program?: string
}

/** Kills so many processes in a row on one state, then lets one finish. Gives everything that is wrong. */
const disturbed = (stateUrl: string, { pick, program, times }: Story) =>
  Effect.gen(function* () {
    const whole = yield* twin
    const sandbox = yield* sandboxOfKills
    sandbox.faults.add({ kind: "lost", probability: 0.03, match: { server: "cdf", path: writePath } })
    const over = { ...settings, STATE_URL: stateUrl, MAX_RETRIES: "3" }
    const remains: Array<Remains> = []
    const resumed = new Set<string>()
    let early = 0
    while (remains.length < times) {
      const before = lastOf(sandbox)
      const wanted = pick()
      // Who has little left to write ends before the instant; then one is taken that cannot be missed.
      const instant: Instant = early > 0 ? { ...wanted, of: "exchange", at: 1 + (wanted.at % 12) } : wanted
      if (yield* killedAt(sandbox, instant, ["--once"], { environment: environmentOf(sandbox, over), program })) {
        const last = remains.at(-1)
        const how = last === undefined ? undefined : resumption(sandbox, before, last.kept)
        if (how !== undefined) resumed.add(how)
        remains.push({ instant, kept: yield* keptState(stateUrl), held: sandbox.cdf.snapshot() })
      } else early += 1
      assert.isBelow(early, times + 3, "the instants never come")
    }
    const mark = lastOf(sandbox)
    const ended = yield* onePass(sandbox, [], over)
    assert.strictEqual(ended.code, 0, ended.stderr)
    const unwell = Array.from(finishedFlows(ended)).filter(([, { status }]) => status !== "ok")
    const kept = yield* keptState(stateUrl)
    const held = sandbox.cdf.snapshot()
    const states = [...remains.map((each) => each.kept), kept]
    return {
      lost: sandbox.journal.count({ fault: "lost" }),
      writesOfKilled: sandbox.journal.entries().filter((entry) => entry.sequence <= mark && isWrite(entry)).length,
      unwell: unwell.map(([flow, { notice }]) => `${flow}: ${String(notice)}`),
      unequal: cdfDifferences(whole, held, sandbox.plant.now()),
      resumed: Array.from(resumed),
      ahead: remains.flatMap(ahead({ kept, held })),
      forgotten: states
        .slice(1)
        .flatMap((state, i) => forgotten(states[i] ?? state, state, held, sandbox.plant.now() - day - overlap))
    }
  })

const stores: ReadonlyArray<{
  readonly name: string
  readonly skip: boolean
  readonly times: number
  readonly url: Effect.Effect<string, never, Scope.Scope>
}> = [
  { name: "a SQLite file", skip: false, times: kills, url: Effect.map(newFile, (path) => `file:${path}`) },
  { name: "PostgreSQL", skip: !hasPostgres, times: kills, url: newPostgres }
]

describe(`A process that is killed (TEST_SEED=${seed})`, { concurrent: true, timeout: 60_000 + kills * 20_000 }, () => {
  for (const { name, skip, times, url } of stores) {
    it.scopedLive.skipIf(skip)(
      `${times} times in a row at random instants, with answers of CDF lost, leaves CDF as if undisturbed: state in ${name}`,
      () =>
        Effect.gen(function* () {
          const pick = instants(seed, { exchanges: 60, writes: 6 })
          const found = yield* disturbed(yield* url, { times, pick })
          assert.deepStrictEqual(found.unequal, none)
          assert.deepStrictEqual(found.ahead, none)
          assert.deepStrictEqual(found.forgotten, none)
          assert.isTrue(found.resumed.length > 0 || times < 10, "no process came to resume")
          assert.deepStrictEqual(
            found.resumed.filter((how) => how !== watermarkLessOverlap),
            none
          )
          assert.deepStrictEqual(found.unwell, none)
          assert.isTrue(found.lost > 0 || times < 10, "no answer was lost")
          assert.isAbove(found.writesOfKilled, times)
        })
    )
  }
})

/** One thing done wrong each, and whether it shows in the state, in CDF or in both. */
const wrongs: ReadonlyArray<readonly [string, Damage]> = [
  [
    "a watermark that moves before its slice is confirmed",
    {
      file: "pipelines/stages/history.js",
      right: "const following = (yield* history.read(read))",
      wrong: `yield* ledger.moveWatermark(flow, Math.min(slice.end, now));
        const following = (yield* history.read(read))`
    }
  ],
  [
    "rows of the ledger that are kept before CDF said yes",
    {
      file: "pipelines/stages/write.js",
      right: "const outcome = yield* upsert(kind, [...chunk.values()]);",
      wrong: `const { flow } = yield* FlowRun;
        yield* (yield* Ledger).confirm({ rows: changes.map(({ linked: { draft, hash, resource } }) =>
          ({ kind, externalId: resource.externalId, hash, id: 1, flow, plexId: draft.plexId, links: [] })), pending: [] });
        const outcome = yield* upsert(kind, [...chunk.values()]);`
    }
  ]
]

describe("Would be noticed:", { concurrent: true, timeout: 180_000 }, () => {
  for (const [what, damage] of wrongs) {
    it.scopedLive(what, () =>
      Effect.gen(function* () {
        const found = yield* disturbed(`file:${yield* newFile}`, {
          times: 1,
          program: yield* mutant(damage),
          pick: () => ({ of: /_production_entry_/, at: 2, edge: "unheard", delay: 0 })
        })
        assert.isNotEmpty(found.ahead)
        assert.isNotEmpty(found.unequal)
      })
    )
  }

  it.scopedLive("any difference between two CDFs", () =>
    Effect.gen(function* () {
      const whole = yield* twin
      assert.deepStrictEqual(cdfDifferences(whole, whole, defaultStart), none)
      for (const kind of kinds) {
        const [[id = "", value] = [], ...others] = Object.entries(whole[kind])
        const lacking = { ...whole, [kind]: Object.fromEntries(others) }
        const other = { ...whole, [kind]: { ...whole[kind], [id]: { ...value, name: "another" } } }
        for (const [one, two] of [
          [whole, lacking],
          [lacking, whole],
          [whole, other]
        ] as const) {
          assert.deepStrictEqual(
            cdfDifferences(one, two, defaultStart).map((line) => line.includes(id)),
            [true],
            kind
          )
        }
      }
      const shifted = JSON.stringify(whole).replace(/"points":\[\[(\d+),/, (_, at) => `"points":[[${Number(at) + 1},`)
      assert.lengthOf(cdfDifferences(whole, JSON.parse(shifted), defaultStart), 1)
    })
  )
})

const stops = Number(process.env["TEST_STOPS"] ?? 4)

/** What a call made: objects, points by their instants. */
const made = (sandbox: Sandbox): ReadonlyArray<string> =>
  writtenItems(sandbox).flatMap(({ call, externalId, instants }) =>
    call === "timeseries/data"
      ? instants.map((instant) => `${externalId} at ${instant}`)
      : call.includes("/") || call === "labels"
        ? []
        : [`${call} ${externalId}`]
  )

/** Tells so many processes in a row to stop, then lets one finish. Gives what they made and how. */
const stopped = ({ pick, program, times }: Story, sandbox: Sandbox) =>
  Effect.gen(function* () {
    const whole = yield* twin
    const over = { ...settings, STATE_URL: `file:${yield* newFile}` }
    const unequal = () => cdfDifferences(whole, sandbox.cdf.snapshot(), sandbox.plant.now())
    for (let i = 0; i < times; i++) {
      const { cancel, come } = awaitInstant(sandbox, pick())
      const running = yield* startProcess(["--once"], { environment: environmentOf(sandbox, over), program })
      void come.then(() => running.kill("SIGTERM"))
      const ended = yield* Effect.promise(() => running.ended)
      cancel()
      assert.strictEqual(ended.code, 0, ended.stderr)
    }
    const cut = unequal()
    const last = yield* onePass(sandbox, [], over, program)
    assert.strictEqual(last.code, 0, last.stderr)
    const all = made(sandbox)
    return {
      cut,
      unequal: unequal(),
      all,
      twice: all.filter((each, i) => all.indexOf(each) !== i),
      conflicts: sandbox.journal.count({ server: "cdf", status: 409 })
    }
  })

describe(`A process that is told to stop (TEST_SEED=${seed})`, { timeout: 60_000 + stops * 20_000 }, () => {
  it.scopedLive(`${stops} times in a row at random instants writes everything once, and CDF is as if undisturbed`, () =>
    Effect.gen(function* () {
      const pick = instants(seed, { exchanges: 60, writes: 12, edges: ["applied", "answered"] })
      const found = yield* stopped({ times: stops, pick }, yield* sandboxOfKills)
      assert.isNotEmpty(found.cut)
      assert.deepStrictEqual(found.unequal, none)
      assert.isAbove(found.all.length, 200)
      assert.deepStrictEqual(found.twice, none)
      assert.strictEqual(found.conflicts, 0)
    })
  )

  it.scopedLive("would be seen to write twice if what CDF took during the stop was not confirmed", () =>
    Effect.gen(function* () {
      const sandbox = yield* sandboxOfKills
      const match = { server: "cdf", path: writePath, body: /_container_/ } as const
      // The stop comes well before the answer.
      sandbox.faults.add({ kind: "delay", millis: 1_500, match, times: 1 })
      const program = yield* mutant(
        { file: "pipelines/stages/write.js", right: "{ Effect, flow,", wrong: "{ Deferred, Effect, flow," },
        {
          file: "pipelines/stages/write.js",
          right: "const { chunk, kind, outcome } = written;",
          wrong: `const { chunk, kind, outcome } = written;
            if (yield* Deferred.isDone((yield* FlowRun).stop)) return;`
        }
      )
      const pick = (): Instant => ({ of: /_container_/, at: 1, edge: "applied", delay: 0 })
      const found = yield* stopped({ times: 1, pick, program }, sandbox)
      assert.isAbove(found.conflicts, 0)
    })
  )
})
