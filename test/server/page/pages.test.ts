/**
 * The pages below the status page.
 */
import { assert, describe, it } from "@effect/vitest"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { noCounts } from "../../../src/domain/Report.js"
import { deadLetterPage, deadLettersPage } from "../../../src/server/page/DeadLettersPage.js"
import type { Frame } from "../../../src/server/page/Frame.js"
import { pendingLinksPage } from "../../../src/server/page/PendingLinksPage.js"
import { runPage } from "../../../src/server/page/RunPage.js"
import { signInPage } from "../../../src/server/page/SignInPage.js"
import type { Viewer } from "../../../src/server/page/Viewer.js"
import type { KeptDeadLetter, ListedLetter } from "../../../src/services/DeadLetters.js"
import type { LoggedRequest, RunRecord } from "../../../src/services/RunLog.js"
import { now } from "../../support/StatusExamples.js"

const frame = (over: Partial<Viewer> = {}): Frame => ({
  viewer: { now, timezone: "UTC", admin: "yes", signedIn: false, ...over },
  version: "1.2.3",
  facility: "Demo Plant"
})

const evil = `<script>alert("1")</script>`

const letter = (key: string, over: Partial<ListedLetter> = {}): ListedLetter => ({
  flow: "parts",
  what: "record",
  key,
  path: "weight",
  reason: "a number is expected",
  window: undefined,
  digest: "",
  firstSeen: now - 60_000,
  lastSeen: now,
  attempts: 2,
  version: "1.2.3",
  ...over
})

const letters = Array.from({ length: 120 }, (_, index) => letter(`part ${index}`))
const list = (page: number, flow?: "parts" | "jobs", over: Partial<Viewer> = {}) =>
  deadLettersPage([...letters, letter("job 1", { flow: "jobs" })], { flow, page }, frame(over))

const rows = (page: string): ReadonlyArray<string> =>
  [...page.matchAll(/<tr role="row" id="letter-[^"]*">.*?<\/th>/gs)].map(([row]) => row.replaceAll(/<[^>]*>/g, ""))

describe("the page of dead letters", () => {
  it("shows fifty at a time, with the way to the others", () => {
    assert.deepStrictEqual(
      rows(list(1)),
      letters.slice(0, 50).map(({ key }) => key)
    )
    assert.include(list(1), "1 to 50 of 121")
    assert.include(list(1), `href="/dead-letters?page=2"`)
    assert.deepStrictEqual(rows(list(3)).length, 21)
    assert.notInclude(list(3), "Next page")
    assert.include(list(9), "There are none here.")
  })

  it("shows those of one flow, and how many each flow has", () => {
    const page = list(1, "jobs")
    assert.deepStrictEqual(rows(page), ["job 1"])
    assert.include(page, "parts (120)")
    assert.include(page, "jobs (1)")
  })

  it("leads to contents who may see them, and nobody else", () => {
    const leads = (admin: Viewer["admin"]) => list(1, undefined, { admin }).includes("/dead-letters/letter?")
    assert.deepStrictEqual([leads("yes"), leads("token"), leads("never")], [true, false, false])
    assert.include(list(1, undefined, { admin: "token" }), "Sign in with the admin token")
  })

  it("tells reasons without what the record holds, but to who may see that", () => {
    const reason = `weight: Expected a number, actual "heavy; very"; note: Expected text, actual {"a":1}`
    const shown = (admin: Viewer["admin"]) =>
      deadLettersPage([letter("7", { reason })], { flow: undefined, page: 1 }, frame({ admin }))
    assert.include(shown("yes"), "actual")
    for (const admin of ["token", "never"] as const) {
      assert.include(shown(admin), "weight: Expected a number; note: Expected text<")
    }
  })

  it("says that there are none", () => {
    assert.include(
      deadLettersPage([], { flow: undefined, page: 1 }, frame()),
      "There are none: every record could be delivered."
    )
  })

  it("shows keys, reasons and contents as text", () => {
    const bad: KeptDeadLetter = { ...letter(evil, { reason: evil, path: evil }), content: { [evil]: evil } }
    for (const page of [deadLettersPage([bad], { flow: undefined, page: 1 }, frame()), deadLetterPage(bad, frame())]) {
      assert.notInclude(page, "<script>")
      assert.include(page, "&lt;script>alert(")
    }
    assert.include(
      deadLetterPage({ ...bad, content: { weight: "heavy" } }, frame()),
      "&quot;weight&quot;: &quot;heavy&quot;"
    )
  })
})

describe("the page of pending links", () => {
  it("names what is awaited by its id or its human key", () => {
    const from = ExternalId.make("plex:1:event:a")
    const page = pendingLinksPage(
      [
        { kind: "events", from, to: ExternalId.make("plex:1:part:b"), flow: "jobs", since: now - 60_000 },
        { kind: "events", from, to: { kind: "part", key: `part:${evil}\u001FA` }, flow: "jobs", since: now }
      ],
      { page: 2, total: 102 },
      frame()
    )
    assert.include(page, "<code>plex:1:part:b</code>")
    assert.include(page, `the part known as <span class="free">&lt;script>`)
    assert.notInclude(page, "<script>")
    assert.include(page, "51 to 100 of 102")
    assert.include(page, `href="/pending-links"`)
    assert.include(page, `href="/pending-links?page=3"`)
  })
})

describe("the page of a run", () => {
  const request: LoggedRequest = {
    at: now - 5_000,
    upstream: "plex",
    operation: "GET /mdm/v1/parts",
    duration: 61_000,
    throttled: false,
    status: 503,
    reason: "Unavailable",
    detail: evil,
    requestId: "request-1"
  }
  const metrics = { requests: 3, items: 1_284, duration: 61_000, errors: 1, throttled: 0, lost: 2 }
  const record: RunRecord = {
    runId: "run-1",
    name: evil,
    trigger: "interval",
    status: "degraded",
    started: now - 62_000,
    finished: now,
    notes: evil,
    endNotes: evil,
    metrics,
    entities: [
      {
        entity: "parts",
        sourceCount: 1_284,
        status: "degraded",
        notice: evil,
        counts: { ...noCounts, read: 1_284 },
        watermarkAfter: now
      }
    ],
    endpoints: [{ ...metrics, upstream: "plex", endpoint: "GET /mdm/v1/parts", longest: 60_000 }],
    slowest: [request],
    failures: [request]
  }

  it("shows flows, endpoints, and the failed and slowest requests, all as text", () => {
    const page = runPage(record, frame())
    for (const words of ["1,284", "status", "503", "x-request-id request-1", "2 requests could not be kept", "run-1"]) {
      assert.include(page, words)
    }
    assert.notInclude(page, "<script>")
    for (const id of ["flows", "failures", "endpoints", "slowest"]) assert.include(page, `<section id="${id}"`)
  })

  it("says so where nothing is kept of it yet", () => {
    const page = runPage(
      { ...record, finished: undefined, status: "running", entities: [], endpoints: [], slowest: [], failures: [] },
      frame()
    )
    assert.include(page, "No flow of this run has ended yet.")
    assert.include(page, "No request of this run is kept.")
    assert.include(page, "Runs for")
  })
})

describe("the page to sign in", () => {
  it("says that a token is wrong, and never which one was given", () => {
    assert.notInclude(signInPage(frame()), "not accepted")
    assert.include(signInPage(frame(), true), "This token is not accepted.")
  })
})
