/**
 * What an operator may see of processes that are well, in trouble, or have not begun.
 */
import { type Extractor, extractors, type FlowName, flows } from "../../src/domain/Flow.js"
import { noCounts } from "../../src/domain/Report.js"
import type {
  FacilityStatus,
  ProcessStatus,
  RunState,
  StatusOfExtractor,
  StatusOfFlow,
  StatusOfRun
} from "../../src/domain/Status.js"

const minute = 60_000
const hour = 60 * minute

/** 2026-06-11T14:03:22Z. */
export const now = Date.UTC(2026, 5, 11, 14, 3, 22)

const run = (name: string, status: RunState, ago: number, duration: number, notice = ""): StatusOfRun => ({
  runId: `run-${name}-${ago}`,
  name,
  trigger: "interval",
  status,
  started: now - ago - duration,
  finished: now - ago,
  duration,
  notice,
  requests: 17,
  errors: status === "succeeded" ? 0 : 3
})

export const flowExample = (name: FlowName, over: Partial<StatusOfFlow> = {}): StatusOfFlow => ({
  flow: name,
  status: "ok",
  counts: { ...noCounts, read: 1284, created: 17, updated: 4, unchanged: 1263 },
  totals: { ...noCounts, read: 84_744, created: 1_122, updated: 264, unchanged: 83_358, points: 12_004, links: 2_240 },
  watermark: now - 3 * minute,
  lastSuccess: now - 2 * minute,
  freshness: 3 * minute,
  valveClosed: false,
  ...over
})

const outcomes = (bad: boolean): ReadonlyArray<RunState> =>
  Array.from({ length: 20 }, (_, index) =>
    bad && index > 16 ? "failed" : bad && index % 7 === 3 ? "degraded" : index === 4 ? "interrupted" : "succeeded"
  )

export const extractorExample = (
  name: Extractor,
  over: Partial<StatusOfExtractor> = {},
  bad = false
): StatusOfExtractor => ({
  name,
  state: "waiting",
  interval: name === "master-data" ? 24 * hour : 5 * minute,
  lastRun: run(name, "succeeded", 2 * minute, 4_200),
  lastSuccess: now - 2 * minute,
  nextRun: now + 3 * minute,
  failures: 0,
  trend: outcomes(bad).map((status, index) => ({
    finished: now - (20 - index) * 5 * minute,
    duration: 3_000 + ((index * 7_919) % 2_900),
    status
  })),
  flows: flows[name].map((each) => flowExample(each)),
  ...over
})

export const facilityExample = (over: Partial<FacilityStatus> = {}): FacilityStatus => ({
  pcn: "340884",
  name: "Demo Plant",
  code: "DEMO",
  timezone: "America/Detroit",
  dryRun: false,
  role: "active",
  extractors: extractors.map((name) => extractorExample(name)),
  sweeps: [
    {
      extractor: "master-data",
      sweep: "boms",
      state: "waiting",
      flow: flowExample("boms"),
      lastRun: run("boms", "succeeded", 9 * minute, 48_000),
      trend: outcomes(false).map((status) => ({ finished: now, duration: 40_000, status })),
      objects: 5_204,
      due: 611,
      age: 26 * hour
    }
  ],
  ownFlows: [],
  upstreams: [
    { name: "cdf", breaker: "closed", used: 24, waiting: 0 },
    { name: "plex", breaker: "closed", limit: 190, used: 62, waiting: 2 }
  ],
  errors: [],
  idLookups: { memory: 9_412, ledger: 380, redis: 0, cdf: 12, misses: 4 },
  deadLetters: 0,
  pendingLinks: 118,
  retired: 3,
  valveClosed: [],
  recentRuns: extractors.map((name, index) => run(name, "succeeded", (2 + index) * minute, 4_200)),
  ...over
})

export const processExample = (facility: FacilityStatus = facilityExample()): ProcessStatus => ({
  version: "1.2.3",
  started: now - 50 * hour,
  at: now,
  facilities: [facility]
})

/** Nothing has run yet. */
export const newcomer = facilityExample({
  role: "starting",
  extractors: extractors.map((name): StatusOfExtractor => {
    const off = name === "quality" || name === "performance"
    return { name, state: off ? "off" : "waiting", interval: 5 * minute, failures: 0, trend: [], flows: [] }
  }),
  sweeps: [{ extractor: "master-data", sweep: "boms", state: "waiting", trend: [] }],
  upstreams: [],
  idLookups: { memory: 0, ledger: 0, redis: 0, cdf: 0, misses: 0 },
  pendingLinks: 0,
  retired: 0,
  recentRuns: []
})

const failing = "plex GET /production/v1/production-entries: Unavailable (status 503)"

/** Plex is down for one extractor, another is degraded, and more is to be looked at. */
export const troubled = facilityExample({
  deadLetters: 17,
  valveClosed: ["containers"],
  extractors: extractors.map((name) =>
    name === "production"
      ? extractorExample(
          name,
          {
            failures: 3,
            staleSince: now - 12 * minute,
            lastSuccess: now - 22 * minute,
            lastRun: run(name, "failed", minute, 61_000, failing),
            nextRun: now + 2 * minute,
            flows: [
              flowExample("production-entries", { status: "degraded", notice: failing, freshness: 25 * minute }),
              flowExample("scrap-entries", { status: "off", notice: "the key is not subscribed to this product" })
            ]
          },
          true
        )
      : name === "jobs"
        ? extractorExample(name, { lastRun: run(name, "degraded", 2 * minute, 4_900, "3 records were dead-lettered") })
        : name === "inventory"
          ? extractorExample(name, {
              state: "running",
              nextRun: undefined,
              current: { ...run(name, "running", 0, 9_400), finished: undefined }
            })
          : extractorExample(name)
  ),
  upstreams: [
    { name: "plex", breaker: "open", limit: 190, used: 184, waiting: 12, held: 22_000 },
    { name: "plex-ds", breaker: "half-open", limit: 100, used: 40, waiting: 0 },
    { name: "cdf", breaker: "closed", used: 24, waiting: 0 }
  ],
  errors: [
    {
      upstream: "plex",
      category: "transient",
      reason: "Unavailable",
      count: 86,
      perMinute: Array.from({ length: 60 }, (_, at) => (at > 40 ? (at * 13) % 9 : at === 12 ? 3 : 0))
    },
    {
      upstream: "cdf",
      category: "data",
      reason: "Refused",
      count: 5,
      perMinute: Array.from({ length: 60 }, (_, at) => (at % 12 === 0 ? 1 : 0))
    },
    {
      upstream: "plex-ds",
      category: "configuration",
      reason: "Forbidden",
      count: 2,
      perMinute: Array.from({ length: 60 }, (_, at) => (at > 57 ? 1 : 0))
    }
  ],
  recentRuns: [
    run("production", "failed", minute, 61_000, failing),
    run("jobs", "degraded", 2 * minute, 4_900, "3 records were dead-lettered"),
    ...extractors.map((name, index) => run(name, "succeeded", (5 + index) * minute, 4_200))
  ]
})
