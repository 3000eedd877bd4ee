/**
 * The status page as it is made from what may be seen.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { noCounts } from "../../../src/domain/Report.js"
import type { FacilityStatus } from "../../../src/domain/Status.js"
import { errorsInAll } from "../../../src/server/page/ErrorChart.js"
import { fromNow, lasting, roughly } from "../../../src/server/page/Moments.js"
import { overview } from "../../../src/server/page/Overview.js"
import { problemsOf } from "../../../src/server/page/Problems.js"
import { trendInWords } from "../../../src/server/page/Trend.js"
import { headlineOf } from "../../../src/server/page/Verdict.js"
import type { Viewer } from "../../../src/server/page/Viewer.js"
import {
  extractorExample,
  facilityExample,
  flowExample,
  newcomer,
  now,
  processExample,
  troubled
} from "../../support/StatusExamples.js"

const viewer: Viewer = { now, timezone: "UTC", admin: "yes", signedIn: false }

const pageOf = (facility: FacilityStatus, over: Partial<Viewer> = {}, asked?: string) =>
  overview(processExample(facility), { ...viewer, ...over }, asked)

const headline = (facility: FacilityStatus) => headlineOf(facility, problemsOf(facility, now)).words

const jobs = (over: Parameters<typeof extractorExample>[1]) =>
  facilityExample({ extractors: [extractorExample("master-data"), extractorExample("jobs", over)] })

/** Spaces that no line breaks at, as spaces. */
const plain = (text: string): string => text.replaceAll("\u00A0", " ")

describe("the verdict", () => {
  for (const [words, facility] of [
    ["CDF is true to Plex", facilityExample()],
    ["CDF follows Plex, with exceptions", facilityExample({ deadLetters: 1 })],
    ["CDF follows Plex, with exceptions", facilityExample({ valveClosed: ["containers"] })],
    ["CDF may be behind Plex", troubled],
    ["CDF may be behind Plex", facilityExample({ stateError: "gone" })],
    ["CDF may be behind Plex", jobs({ failures: 1 })],
    ["CDF may be behind Plex", jobs({ staleSince: now - 1 })],
    ["CDF is true to Plex", jobs({ state: "off", failures: 1, staleSince: now - 1, lastSuccess: undefined })],
    ["The first runs are under way", jobs({ lastSuccess: undefined })],
    ["Standing by: another process does the work", facilityExample({ role: "standby" })],
    ["Starting: Plex, CDF and the lease are asked for", newcomer]
  ] as const) {
    it(`is "${words}" where that is so`, () => {
      assert.strictEqual(headline(facility), words)
      assert.include(pageOf(facility), words)
    })
  }

  it("names the oldest of the last successes as the moment up to which all is done", () => {
    const page = plain(pageOf(jobs({ lastSuccess: now - 7_200_000 })))
    assert.match(page, /has succeeded since <span class="moment"><time dateTime="2026-06-11T12:03:22.000Z"/i)
    assert.include(page, "2 h ago")
  })

  it("puts what leaves CDF behind before what is missing in it, each with its cause and what to do", () => {
    const problems = problemsOf(troubled, now)
    assert.deepStrictEqual(
      problems.map(({ key, tone }) => `${tone} ${key}`),
      [
        "bad breaker-plex",
        "bad breaker-plex-ds",
        "bad stale-production",
        "warn degraded-jobs",
        "warn errors-plex-ds-Forbidden",
        "warn valve",
        "warn dead-letters"
      ]
    )
    assert.include(problems[2]?.why, "status 503")
    const dead = { ...extractorExample("jobs").flows[0]!, counts: { ...noCounts, deadLettered: 2 } }
    const run = { ...extractorExample("jobs").lastRun!, status: "degraded" } as const
    assert.strictEqual(problemsOf(jobs({ lastRun: run, flows: [dead] }), now)[0]?.why, "jobs: 2 dead letters")
    assert.include(
      plain(problems[2]?.advice ?? ""),
      "Its last success was 22 min ago; it should come every 5 min. It is tried again in 2 min."
    )
  })
})

describe("the status page", () => {
  it("shows hostile text as text, wherever it comes from", () => {
    const evil = `<script>alert("1")</script><img src=x onerror='alert(2)'>`
    const facility = facilityExample({
      name: evil,
      code: evil,
      stateError: evil,
      extractors: [
        extractorExample("jobs", {
          failures: 1,
          lastRun: {
            runId: `"><b>`,
            name: evil,
            trigger: evil,
            status: "failed",
            started: 0,
            finished: 1,
            duration: 1,
            notice: evil
          },
          flows: [{ ...extractorExample("jobs").flows[0]!, notice: evil }]
        })
      ],
      upstreams: [{ name: evil, breaker: "open", limit: 1, used: 0, waiting: 0 }],
      recentRuns: [
        { runId: `"><b>`, name: evil, trigger: evil, status: "failed", started: 0, duration: 1, notice: evil }
      ]
    })
    const page = pageOf(facility, {}, evil)
    assert.notInclude(page, "<script>")
    assert.notInclude(page, "<img")
    assert.notInclude(page, `"><b>`)
    // So often, it was there to be escaped.
    assert.isAbove(page.split("&lt;script>alert(").length, 12)
  })

  it("lists the flows of an application: among those of their extractor, by themselves, and those that have not run", () => {
    const html = pageOf(
      facilityExample({
        extractors: [extractorExample("jobs", { flows: [flowExample("jobs"), flowExample("own-tools")] })],
        ownFlows: [
          { flow: "own-visits", ran: flowExample("own-visits", { counts: { ...noCounts, deadLettered: 4711 } }) },
          { flow: "own-suppliers" }
        ]
      })
    )
    assert.match(html, /id="340884-flow-own-tools"/)
    assert.match(html, /own flows, by themselves.*id="340884-flow-own-visits".*>4,711</s)
    assert.notMatch(html, /id="340884-flow-own-suppliers"/)
    assert.match(html, /Own flows that have not run yet: own-suppliers\./)
    assert.notMatch(pageOf(facilityExample()), /[Oo]wn flows/)
  })

  it("has nothing that its content security policy would refuse", () => {
    for (const facility of [facilityExample(), troubled, newcomer]) {
      const page = pageOf(facility)
      assert.notMatch(page, /\sstyle=|\son\w+=|<style|javascript:/)
      assert.deepStrictEqual([...page.matchAll(/<script(?! src="\/assets\/page-[0-9a-f]{12}\.js")/g)], [])
      assert.deepStrictEqual([...page.matchAll(/(?:src|href|action)="(?:[a-z]+:)?\/\//g)], [])
    }
  })

  it("gives every element an id of its own", () => {
    for (const facility of [facilityExample(), troubled]) {
      const found = [...pageOf(facility).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
      assert.strictEqual(new Set(found).size, found.length)
    }
  })

  it("shows moments by the clock of the facility, and in UTC", () => {
    assert.match(
      pageOf(facilityExample({ timezone: "Asia/Tokyo" })),
      /<time dateTime="2026-06-11T14:00:22.000Z" title="2026-06-11 14:00:22 UTC">23:00:22<\/time>/i
    )
  })

  it("offers runs to who may ask for them, and to nobody else", () => {
    const buttons = (admin: Viewer["admin"]) => pageOf(facilityExample(), { admin }).split('action="/run/').length - 1
    assert.deepStrictEqual([buttons("yes"), buttons("token"), buttons("never")], [6, 0, 0])
    assert.include(pageOf(facilityExample(), { admin: "token" }), `href="/sign-in"`)
    assert.notInclude(pageOf(facilityExample(), { admin: "never" }), `href="/sign-in"`)
    assert.include(pageOf(facilityExample(), {}, "jobs"), "Asked to run")
  })

  it("says what will come where there is nothing yet", () => {
    const page = pageOf(newcomer)
    for (const words of [
      "as soon as the process has begun",
      "A flow is shown here when the first run of its extractor has ended.",
      "No call has failed within the last hour.",
      "never: it is not enabled"
    ]) {
      if (words.startsWith("never")) assert.include(page, "Not enabled.")
      else assert.include(page, words)
    }
  })

  it("leaves out runs that had nothing to ask, but never one that went wrong", () => {
    const [run] = facilityExample().recentRuns
    const idle = { ...run!, requests: 0, errors: 0 }
    const page = pageOf(
      facilityExample({
        recentRuns: [
          { ...idle, name: "quiet" },
          { ...idle, runId: "b", name: "loud", status: "failed" }
        ]
      })
    )
    assert.notInclude(page, ">quiet<")
    assert.include(page, ">loud<")
  })
})

describe("pictures in words", () => {
  it("tell outcomes and durations of a trend", () => {
    const production = troubled.extractors.find(({ name }) => name === "production")
    assert.strictEqual(
      plain(trendInWords(production?.trend ?? [])),
      "The last 20 runs: 14 succeeded, 2 degraded, 3 failed, 1 interrupted; 3.0 s to 5.8 s, the latest 5.6 s"
    )
    assert.strictEqual(trendInWords([]), "No run has ended yet")
  })

  it("tell failed calls by category", () => {
    assert.strictEqual(errorsInAll(troubled.errors), "86 transient, 2 configuration, 5 data")
    assert.strictEqual(errorsInAll([]), "none")
  })
})

describe("spans of time", () => {
  for (const [span, exact, rough] of [
    [0, "0.0 s", "0 s"],
    [420, "0.4 s", "0 s"],
    [59_999, "59 s", "59 s"],
    [200_000, "3 min 20 s", "3 min"],
    [3_600_000, "1 h", "1 h"],
    [7_500_000, "2 h 5 min", "2 h"],
    [100 * 3_600_000, "4 d 4 h", "4 d"]
  ] as const) {
    it(`of ${span} ms are ${exact}, roughly ${rough}`, () => {
      assert.strictEqual(plain(lasting(span)), exact)
      assert.strictEqual(plain(roughly(span)), rough)
    })
  }

  it("are told from now", () => {
    assert.deepStrictEqual(
      [fromNow(now - 1, now), plain(fromNow(now - 60_000, now)), plain(fromNow(now + 60_000, now))],
      ["just now", "1 min ago", "in 1 min"]
    )
  })
})

describe("the handbook", () => {
  it("has each section that the page refers to", () => {
    const handbook = readFileSync("docs/operations.md", "utf8")
    const facilities = [troubled, facilityExample({ stateError: "gone" }), jobs({ failures: 1 })]
    const held = facilityExample({ upstreams: [{ name: "plex", breaker: "closed", used: 0, waiting: 0, held: 1 }] })
    for (const { section } of [...facilities, held].flatMap((facility) => problemsOf(facility, now))) {
      assert.include(handbook, `\n### ${section}\n`)
    }
  })
})
