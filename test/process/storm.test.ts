/**
 * Both ends misbehave: answers replaced, tokens that live two seconds, a limit that is enforced, a list that stalls.
 *
 * `TEST_SEED` makes other storms.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import type { Fault, FaultRule } from "../../src/sandbox/Faults.js"
import type { ServerLabel } from "../../src/sandbox/Journal.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { newFile } from "../layers/state/Variants.js"
import { type Damage, mutant } from "../support/Mutant.js"
import { type Ended, finishedFlows, startProcess } from "../support/RunProcess.js"
import { cdfDifferences } from "../support/SameCdf.js"
import { environmentOf, forbiddenCalls, leaks, onePass, startSandbox } from "../support/SandboxProcess.js"
import { replacing } from "../support/Storm.js"
import { verdict } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []
const seed = Number(process.env["TEST_SEED"] ?? 1)

/** Flows that did not end well. */
const unwell = (ended: Ended): ReadonlyArray<string> =>
  Array.from(finishedFlows(ended)).flatMap(([flow, { status }]) => (status === "ok" ? [] : [flow]))

/** One pass that nobody waits for: it waits itself nearly all the time. */
const waitingPass = (sandbox: Sandbox, over: Readonly<Record<string, string>>, program?: string) =>
  Effect.flatMap(
    startProcess(["--once", "--strict"], { environment: environmentOf(sandbox, over), program }),
    ({ ended }) => Effect.promise(() => ended)
  )

/** Calls a minute. */
const limit = 60

/** A plant that takes some 65 calls, at a Plex that enforces its limit. */
const limited = startSandbox({
  seed,
  size: { parts: 12, jobs: 20, openJobs: 4, historyDays: 1, checksheets: 4, problems: 2 },
  plexKnobs: { rateLimit: limit }
})

/** What is wrong with the pace of calls, by the journal from the first to the last of them. */
const misuses = ({ journal }: Sandbox): ReadonlyArray<string> => {
  const calls = journal.entries({ server: "plex" })
  const [first] = calls
  const last = calls.at(-1)
  if (first === undefined || last === undefined || calls.length < 2) return ["there is nothing to be seen"]
  const refused = calls.filter(({ status }) => status === 429).length
  const used = (calls.length - 1) / ((limit * (last.startedAt - first.startedAt)) / 60_000)
  return [
    ...(refused <= 0.01 * calls.length ? [] : [`${refused} of ${calls.length} calls are refused`]),
    ...(used >= 0.95 ? [] : [`${Math.round(100 * used)} % of the limit are used`])
  ]
}

/** Starts a process and ends it when Plex has seen so many calls, or one that it refuses. */
const cutShort = (sandbox: Sandbox, rate: number, most: number) =>
  Effect.gen(function* () {
    const { journal } = sandbox
    const seen = yield* Deferred.make<void>()
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        journal.subscribe(({ status }) => {
          if (status === 429 || journal.count({ server: "plex" }) >= most) Deferred.unsafeDone(seen, Effect.void)
        })
      ),
      (unsubscribe) => Effect.sync(unsubscribe)
    )
    const over = { PLEX_RATE_LIMIT: `${rate}`, STATE_URL: ":memory:" }
    const { ended, kill } = yield* startProcess(["--once"], { environment: environmentOf(sandbox, over) })
    yield* Deferred.await(seen)
    kill("SIGKILL")
    yield* Effect.promise(() => ended)
  })

describe("At a Plex that enforces 60 calls a minute", { concurrent: true, timeout: 300_000 }, () => {
  it.scopedLive("a process that may make 60 uses the minute, and is not refused", () =>
    Effect.gen(function* () {
      const sandbox = yield* limited
      const over = { PLEX_RATE_LIMIT: `${limit}`, STATE_URL: ":memory:" }
      const ended = yield* waitingPass(sandbox, over)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(misuses(sandbox), none)
      // Else the limit could not have been passed.
      assert.isAbove(sandbox.journal.count({ server: "plex" }), limit)
      assert.deepStrictEqual(verdict(sandbox), none)
    })
  )

  it.scopedLive("would be noticed: one that is faster, and one that is slower", () =>
    Effect.gen(function* () {
      const [faster, slower] = [yield* limited, yield* limited]
      yield* Effect.all([cutShort(faster, 10 * limit, 200), cutShort(slower, 0.75 * limit, 8)], { concurrency: 2 })
      assert.match(misuses(faster).join(), /calls are refused/)
      assert.match(misuses(slower).join(), /of the limit are used/)
    })
  )
})

/** What CDF refused for good is confirmed as if it had been taken. */
const confirmsAnyway: Damage = {
  file: "pipelines/stages/write.js",
  right: "return yield* cdf.upsert(kind, chunk.map((changed) => wantedOf(facility, changed, numericIds, former)));",
  wrong: `return yield* cdf.upsert(kind, chunk.map((changed) => wantedOf(facility, changed, numericIds, former))).pipe(
        Effect.orElseSucceed(() => ({
          created: chunk.map(({ linked }) => ({ externalId: linked.resource.externalId })),
          updated: [], unchanged: [], refused: []
        })));`
}

const size = { parts: 18, jobs: 16, openJobs: 6, checksheets: 16, problems: 6, historyDays: 5, entriesPerDay: 25 }
const settings = { BATCH_SIZE: "15" }

const storm = [...replacing(0.15, "plex"), ...replacing(0.15, "datasource"), ...replacing(0.1, "cdf")]

/** What a process that nobody disturbed leaves in CDF. */
const undisturbed = Effect.gen(function* () {
  const sandbox = yield* startSandbox({ seed, size })
  const ended = yield* onePass(sandbox, ["--strict"], { ...settings, STATE_URL: ":memory:" })
  assert.strictEqual(ended.code, 0, ended.stderr)
  assert.deepStrictEqual(verdict(sandbox), none)
  return { held: sandbox.cdf.snapshot(), flows: Array.from(finishedFlows(ended).keys()) }
}).pipe(Effect.scoped)

const twin = Effect.runSync(Effect.cached(undisturbed))

/** The share of a server's answers that were replaced. */
const struck = ({ journal }: Sandbox, server: ServerLabel): number => {
  const all = journal.entries({ server })
  return all.filter(({ fault }) => fault !== undefined).length / all.length
}

interface Weather {
  /** Rules beside the storm for as long as the first pass goes on; they are asked before it. */
  readonly first?: ReadonlyArray<FaultRule>
  readonly program?: string
}

/** Passes on one state in one storm, with so many tries after the first each; gives how each ended and what it left undone. */
const weathered = (retries: ReadonlyArray<number>, { first = [], program }: Weather = {}) =>
  Effect.gen(function* () {
    const { flows, held } = yield* twin
    const sandbox = yield* startSandbox({ seed, size, cdfKnobs: { tokenLifetimeSeconds: 2 } })
    const calm = sandbox.faults.add(...first)
    sandbox.faults.add(...storm)
    const over = { ...settings, STATE_URL: `file:${yield* newFile}` }
    const passes = yield* Effect.forEach(retries, (tries) =>
      Effect.gen(function* () {
        const ended = yield* waitingPass(sandbox, { ...over, MAX_RETRIES: `${tries}` }, program)
        calm()
        const finished = finishedFlows(ended)
        return {
          ended,
          unwell: unwell(ended),
          silent: flows.filter((flow) => !finished.has(flow)),
          unequal: cdfDifferences(held, sandbox.cdf.snapshot(), sandbox.plant.now())
        }
      })
    )
    return { sandbox, passes }
  })

type Passes = Effect.Effect.Success<ReturnType<typeof weathered>>["passes"]

/** The exit code that goes with what a pass says of its extractors and flows. */
const codeOf = ({ stderr }: Ended, unwell: ReadonlyArray<string>): number =>
  /^[a-z-]+: failed$/m.test(stderr) ? 1 : unwell.length > 0 ? 3 : 0

/** What is wrong with how passes ended: each tells all that it left undone, and after the last there is nothing. */
const complaints = (passes: Passes): ReadonlyArray<string> => [
  ...passes.flatMap(({ ended, silent, unwell }, i) => [
    ...(ended.code === codeOf(ended, unwell) ? [] : [`pass ${i + 1} exits ${ended.code}: ${ended.stderr}`]),
    ...silent.map((flow) => `pass ${i + 1} does not say how ${flow} ended`),
    ...unwell
      .filter((flow) => !new RegExp(`^${flow} is (degraded|skipped): .`, "m").test(ended.stderr))
      .map((flow) => `pass ${i + 1} does not say why ${flow} did not end well`)
  ]),
  ...(passes.at(-1)?.unequal ?? ["there was no pass"])
]

const noEvents: FaultRule = { kind: "reset", match: { server: "cdf", method: "POST", path: /\/events$/ } }
const noLists: FaultRule = {
  kind: "status",
  status: 503,
  match: { server: "plex", path: /\/(parts|supply-items|workcenters|jobs|containers|scrap-entries|boms)$/ }
}

describe(`In a storm (TEST_SEED=${seed})`, { concurrent: true, timeout: 300_000 }, () => {
  it.scopedLive(
    "of refused, cut and lost answers, with tokens of two seconds, three passes leave CDF as if undisturbed",
    () =>
      Effect.gen(function* () {
        const { passes, sandbox } = yield* weathered([3, 3, 3])
        assert.deepStrictEqual(complaints(passes), none)
        assert.deepStrictEqual(
          passes.flatMap(({ ended }) => leaks(sandbox, ended)),
          none
        )
        assert.deepStrictEqual(forbiddenCalls(sandbox), none)
        assert.isAbove(struck(sandbox, "plex"), 0.08)
        assert.isAbove(struck(sandbox, "datasource"), 0.08)
        assert.isAbove(struck(sandbox, "cdf"), 0.05)
        // Every process needs one token, and more only as they expire.
        assert.isAbove(sandbox.journal.count({ path: "/oauth2/token", status: 200 }), 3)
      })
  )

  for (const [what, rule] of [
    ["without half of the lists", noLists],
    ["in which CDF takes no events", noEvents]
  ] as const) {
    it.scopedLive(`a pass ${what} says what it lacks, and the next one makes up for it`, () =>
      Effect.gen(function* () {
        // Of a hundred calls and more one may well fail four times in a row: the last pass is not to be cut by chance.
        const { passes } = yield* weathered([3, 7], { first: [rule] })
        const [first = assert.fail("there was no pass")] = passes
        assert.isAbove(first.unwell.length, 3)
        assert.isNotEmpty(first.unequal)
        assert.deepStrictEqual(complaints(passes), none)
      })
    )
  }

  it.scopedLive("would be noticed: chunks that CDF did not take and that are confirmed", () =>
    Effect.gen(function* () {
      const program = yield* mutant(confirmsAnyway)
      const { passes } = yield* weathered([3, 3], { first: [noEvents], program })
      assert.isNotEmpty(passes.at(-1)?.unequal)
    })
  )
})

const stalls: ReadonlyArray<{
  readonly what: string
  readonly fault: Fault
  readonly path: string
  readonly flow: string
  readonly said: RegExp
}> = [
  {
    what: "that is never answered",
    fault: { kind: "hang" },
    path: "/inventory/v1/inventory-definitions/supply-items",
    flow: "supply-items",
    said: /^supply-items is degraded: .*Timeout \(no answer from \S+ within 2 s\)/m
  },
  {
    what: "of which only the headers come",
    fault: { kind: "silent" },
    path: "/quality/v1/part-specifications",
    flow: "specifications",
    said: /^specifications is degraded: .*Timeout \(less than 1 KiB of the body in 2 s\)/m
  }
]

const timeout = 2
const tries = 2
/** Milliseconds: each try, the waits between them (0.1 s, doubled, jittered), and far more than a pass of this plant takes. */
const bound = (1 + tries) * timeout * 1000 + (0.1 + 0.2) * 1.2 * 1000 + 45_000

/** A pass with one list stalled for good. */
const stalled = ({ fault, path }: (typeof stalls)[number], program?: string) =>
  Effect.gen(function* () {
    const sandbox = yield* startSandbox({ seed, size })
    sandbox.faults.add({ ...fault, match: { server: "plex", path: new RegExp(`${path}$`) } })
    const over = { HTTP_TIMEOUT: `${timeout}`, MAX_RETRIES: `${tries}`, STATE_URL: ":memory:" }
    const ended = yield* waitingPass(sandbox, over, program)
    return { sandbox, ended, asked: sandbox.journal.entries({ path }) }
  })

describe("One list that stalls", { concurrent: true, timeout: 300_000 }, () => {
  for (const stall of stalls) {
    it.scopedLive(`${stall.what} is named with the reason, all other flows land, and the run ends`, () =>
      Effect.gen(function* () {
        const { asked, ended, sandbox } = yield* stalled(stall)
        assert.strictEqual(ended.code, 3, ended.stderr)
        assert.match(ended.stderr, stall.said)
        assert.deepStrictEqual(unwell(ended), [stall.flow])
        assert.deepStrictEqual(verdict(sandbox, { without: [stall.flow] }), none)
        assert.isNotEmpty(verdict(sandbox))
        assert.isBelow(ended.milliseconds, bound)
        assert.deepStrictEqual(
          asked.map(({ fault, outcome }) => `${String(fault)} ${outcome}`),
          Array.from({ length: 1 + tries }, () => `${stall.fault.kind} abandoned`)
        )
      })
    )
  }

  it.scopedLive("would be noticed: a stall that is taken for the end of the list", () =>
    Effect.gen(function* () {
      const [, silent = assert.fail("no such stall")] = stalls
      const program = yield* mutant(
        { file: "layers/http/BodyReader.js", right: "Option.some(onStall())", wrong: "Option.none()" },
        { file: "layers/plex/ListReader.js", right: "cutter.isWhole ?", wrong: "true ?" }
      )
      const { ended, sandbox } = yield* stalled(silent, program)
      assert.notMatch(ended.stderr, silent.said)
      assert.deepStrictEqual(unwell(ended), none)
      assert.isNotEmpty(verdict(sandbox))
    })
  )
})
