import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, readFileSync } from "node:fs"
import { request as httpRequest } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { makeFaults, parseFaultRules } from "../../src/sandbox/Faults.js"
import type { FaultRule } from "../../src/sandbox/Faults.js"
import { makeJournal } from "../../src/sandbox/Journal.js"
import type { Journal } from "../../src/sandbox/Journal.js"
import { json, listen } from "../../src/sandbox/Listener.js"
import type { ListenOptions, SandboxRequest } from "../../src/sandbox/Listener.js"

const start = (options: Partial<ListenOptions> & { readonly rules?: ReadonlyArray<FaultRule> } = {}) =>
  Effect.gen(function* () {
    const journal = options.journal ?? makeJournal()
    const faults = options.faults ?? makeFaults()
    faults.add(...(options.rules ?? []))
    const seen: Array<SandboxRequest> = []
    const { url } = yield* listen({
      server: "cdf",
      journal,
      faults,
      handler: (request) => {
        seen.push(request)
        return json(200, { path: request.path, body: request.body })
      },
      ...options
    })
    return { url, journal, faults, seen }
  })

const get = (url: string, init: RequestInit = {}) => Effect.promise(() => fetch(url, init))
const text = (response: Response) => Effect.promise(() => response.text())
const failing = (url: string, init: RequestInit = {}) =>
  Effect.tryPromise(() => fetch(url, init).then((response) => response.text())).pipe(Effect.flip)

/** Resolves when the journal says that an exchange is over. */
const over = (journal: Journal) =>
  Effect.async<string>((resume) => {
    const stop = journal.subscribe((entry) => {
      if (entry.outcome !== "pending") {
        stop()
        resume(Effect.succeed(entry.outcome))
      }
    })
  })

describe("the listener", () => {
  it.scoped("journals each exchange with its bodies, but no header values and no client secret", () =>
    Effect.gen(function* () {
      const { url, journal } = yield* start({
        handler: () => json(403, { access_token: "tok-1" })
      })
      yield* get(`${url}/oauth2/token?a=1`, {
        method: "POST",
        headers: { authorization: "Bearer sentinel" },
        body: "grant_type=x&client_secret=hush&scope=s"
      })
      const [entry] = journal.entries()
      assert.deepInclude(entry, {
        sequence: 1,
        server: "cdf",
        method: "POST",
        path: "/oauth2/token",
        query: "a=1",
        authorized: true,
        status: 403,
        outcome: "answered",
        requestBody: "grant_type=x&client_secret=<masked>&scope=s",
        answerBody: `{"access_token":"<masked>"}`
      })
      assert.include(entry!.headerNames, "authorization")
      assert.notInclude(JSON.stringify(entry), "sentinel")
      assert.isAtLeast(entry!.finishedAt!, entry!.startedAt)
    })
  )

  it.scoped("dates its answers with the clock it is given", () =>
    Effect.gen(function* () {
      const { url } = yield* start({ now: () => Date.UTC(2026, 2, 8, 7) })
      const response = yield* get(url)
      assert.strictEqual(response.headers.get("date"), "Sun, 08 Mar 2026 07:00:00 GMT")
    })
  )

  it.scoped("inflates a gzip body and refuses one that only says it is gzip", () =>
    Effect.gen(function* () {
      const { url, seen } = yield* start()
      const headers = { "content-encoding": "gzip" }
      yield* get(url, { method: "POST", headers, body: gzipSync("søster") })
      assert.strictEqual(seen[0]?.body, "søster")
      const refused = yield* get(url, { method: "POST", headers, body: "plain" })
      assert.strictEqual(refused.status, 400)
      assert.strictEqual(seen.length, 1)
    })
  )

  it.scoped("pulls an iterable body only as fast as the client reads", () =>
    Effect.gen(function* () {
      const total = 3_000
      let pulled = 0
      const piece = "x".repeat(20_000)
      function* pieces() {
        for (; pulled < total; pulled++) {
          yield piece
        }
      }
      const { url, journal } = yield* start({ handler: () => ({ status: 200, body: pieces() }) })
      const bytes = yield* Effect.async<number>((resume) => {
        httpRequest(url, (response) => {
          // Until it is read, only what sockets and buffers hold is pulled: far from the whole 60 MB.
          response.once("readable", () => {
            assert.isBelow(pulled, total)
            let size = 0
            response.on("data", (chunk: Buffer) => (size += chunk.length))
            response.on("end", () => resume(Effect.succeed(size)))
          })
        }).end()
      })
      assert.strictEqual(bytes, total * piece.length)
      assert.deepInclude(journal.entries()[0], { answerBytes: bytes, answerBody: undefined, outcome: "answered" })
    })
  )

  it.scoped("answers 500 and says so in the journal when its handler fails", () =>
    Effect.gen(function* () {
      const { url, journal } = yield* start({
        handler: () => {
          throw new Error("broken rule")
        }
      })
      assert.strictEqual((yield* get(url)).status, 500)
      assert.include(journal.entries({ violation: true })[0]?.violation, "broken rule")
    })
  )

  it.scoped("breaks off an answer whose body fails half-way, and says so in the journal", () =>
    Effect.gen(function* () {
      function* pieces() {
        yield "x".repeat(100_000)
        throw new Error("broken body")
      }
      const { url, journal } = yield* start({ handler: () => ({ status: 200, body: pieces() }) })
      yield* failing(url)
      const [entry] = journal.entries({ violation: true })
      assert.deepInclude(entry, { status: 200, outcome: "cut", answerBytes: 100_000 })
      assert.include(entry?.violation, "broken body")
    })
  )

  it.effect("frees its port and its connections when the scope closes", () =>
    Effect.gen(function* () {
      const url = yield* Effect.scoped(
        Effect.gen(function* () {
          const started = yield* start({ rules: [{ kind: "hang" }] })
          yield* Effect.forkDaemon(failing(started.url))
          yield* Effect.promise(
            () =>
              new Promise<void>((resolve) => {
                const stop = started.journal.subscribe(() => {
                  stop()
                  resolve()
                })
              })
          )
          return started.url
        })
      )
      yield* failing(url)
      const { port } = new URL(url)
      const again = yield* Effect.scoped(start({ port: Number(port) }))
      assert.strictEqual(again.url, url)
    })
  )

  it.scoped("fails by name when the port is taken", () =>
    Effect.gen(function* () {
      const { url } = yield* start()
      const error = yield* start({ port: Number(new URL(url).port) }).pipe(Effect.flip)
      assert.strictEqual(error._tag, "ListenError")
    })
  )
})

describe("faults", () => {
  it.scoped("status answers with the Retry-After that was asked for", () =>
    Effect.gen(function* () {
      const { url, seen } = yield* start({
        now: () => Date.UTC(2026, 0, 1),
        rules: [
          { kind: "status", status: 429, retryAfter: { seconds: 7 }, times: 1 },
          { kind: "status", status: 429, retryAfter: { date: 60 }, times: 1 },
          { kind: "status", status: 503, body: "<html></html>", times: 1 }
        ]
      })
      const [first, second, third, fourth] = yield* Effect.forEach([1, 2, 3, 4], () => get(url))
      assert.strictEqual(first?.headers.get("retry-after"), "7")
      assert.strictEqual(second?.headers.get("retry-after"), "Thu, 01 Jan 2026 00:01:00 GMT")
      assert.deepStrictEqual([third?.status, third?.headers.get("content-type")], [503, "text/html"])
      assert.isNull(third?.headers.get("retry-after"))
      assert.deepStrictEqual([fourth?.status, seen.length], [200, 1])
    })
  )

  it.scoped("200 with a page, with nothing, with broken JSON, with a false encoding", () =>
    Effect.gen(function* () {
      const { url } = yield* start({
        rules: [
          { kind: "html", times: 1 },
          { kind: "empty", times: 1 },
          { kind: "malformed", times: 1 },
          { kind: "wrongEncoding", times: 1 }
        ]
      })
      const answers = yield* Effect.forEach([1, 2, 3], () => get(url).pipe(Effect.andThen(text)))
      assert.match(answers[0]!, /^<!DOCTYPE html>/)
      assert.strictEqual(answers[1], "")
      assert.throws(() => JSON.parse(answers[2]!))
      yield* failing(url)
    })
  )

  it.scoped("lost applies the request and resets the connection; reset does not apply it", () =>
    Effect.gen(function* () {
      const { url, seen, journal } = yield* start({
        rules: [
          { kind: "lost", times: 1 },
          { kind: "reset", times: 1 }
        ]
      })
      yield* failing(url, { method: "POST", body: "1" })
      assert.strictEqual(seen.length, 1)
      yield* failing(url, { method: "POST", body: "2" })
      assert.strictEqual(seen.length, 1)
      assert.deepStrictEqual(
        journal.entries().map(({ outcome, fault }) => [outcome, fault]),
        [
          ["reset", "lost"],
          ["reset", "reset"]
        ]
      )
    })
  )

  it.scoped("cut ends a body in the middle, by destroying the socket or politely", () =>
    Effect.gen(function* () {
      const body = "0123456789".repeat(10)
      const handler = () => ({ status: 200, body: [body.slice(0, 50), body.slice(50)] })
      const { url, journal } = yield* start({
        handler,
        rules: [
          { kind: "cut", times: 1 },
          { kind: "cut", polite: true, afterBytes: 33, times: 1 }
        ]
      })
      yield* failing(url)
      const polite = yield* get(url).pipe(Effect.andThen(text))
      assert.strictEqual(polite, body.slice(0, 33))
      assert.deepStrictEqual(
        journal.entries().map(({ answerBytes, outcome }) => [answerBytes, outcome]),
        [
          [50, "cut"],
          [33, "cut"]
        ]
      )
    })
  )

  it.scoped("hang never handles; silent handles, sends headers and then nothing", () =>
    Effect.gen(function* () {
      const { url, seen, journal } = yield* start({
        rules: [
          { kind: "hang", times: 1 },
          { kind: "silent", times: 1 }
        ]
      })
      const abort = new AbortController()
      const started = new Promise<void>((resolve) => journal.subscribe(() => resolve()))
      const hung = yield* Effect.fork(failing(url, { signal: abort.signal }))
      yield* Effect.promise(() => started)
      assert.strictEqual(seen.length, 0)
      const ended = yield* Effect.fork(over(journal))
      yield* Effect.yieldNow()
      abort.abort()
      yield* hung
      assert.strictEqual(yield* ended, "abandoned")
      const silent = yield* get(url)
      assert.deepStrictEqual([silent.status, seen.length], [200, 1])
      assert.strictEqual(journal.entries({ fault: "silent" })[0]?.outcome, "pending")
      yield* Effect.promise(() => silent.body!.cancel())
    })
  )

  it.scoped("trickle sends the true answer one byte at a time", () =>
    Effect.gen(function* () {
      const { url } = yield* start({
        handler: () => ({ status: 200, body: "abc" }),
        rules: [{ kind: "trickle", everyMillis: 0 }]
      })
      assert.strictEqual(yield* get(url).pipe(Effect.andThen(text)), "abc")
    })
  )

  it("match by server, method, path, query and body, spare the first and stop after their times", () => {
    const faults = makeFaults()
    faults.add({
      kind: "reset",
      match: { server: "cdf", method: "post", path: /assets$/, query: "limit=1", body: "x" },
      skip: 1,
      times: 1
    })
    const subject = { server: "cdf", method: "POST", path: "/assets", query: "limit=1", body: "xyz" } as const
    const takes = [
      { ...subject, server: "plex" as const },
      { ...subject, method: "GET" },
      { ...subject, path: "/assets/list" },
      { ...subject, query: "" },
      { ...subject, body: "" },
      subject,
      subject,
      subject
    ].map((each) => faults.take(each)?.kind)
    assert.deepStrictEqual(takes, [...Array.from({ length: 6 }, () => undefined), "reset", undefined])
  })

  it("with a probability strike the same requests for the same seed", () => {
    const draw = (seed: number) => {
      const faults = makeFaults(seed)
      faults.add({ kind: "reset", probability: 0.3 })
      return Array.from({ length: 200 }, () =>
        faults.take({ server: "cdf", method: "GET", path: "/", query: "", body: "" })
      )
    }
    assert.deepStrictEqual(draw(7), draw(7))
    assert.notDeepEqual(draw(7), draw(8))
    assert.approximately(draw(7).filter((fault) => fault !== undefined).length, 60, 25)
  })

  it("are refused with a reason when their JSON is no rule", () => {
    for (const bad of ["{", `{"kind":"explode"}`, `{"kind":"hang","typo":1}`, `{"kind":"hang","match":{"path":"("}}`]) {
      assert.strictEqual(parseFaultRules(bad)._tag, "Left", bad)
    }
  })
})

describe("another process", () => {
  it.scoped("drives faults and reads the journal over HTTP, without being journaled itself", () =>
    Effect.gen(function* () {
      const { url, journal, faults } = yield* start()
      const rule = { kind: "status", status: 503, times: 1, match: { path: "^/x" } }
      yield* get(`${url}/sandbox/faults`, { method: "POST", body: JSON.stringify(rule) })
      faults.add({ kind: "reset", match: { body: /never/ } })
      assert.strictEqual((yield* get(`${url}/x`)).status, 503)
      const listed = yield* get(`${url}/sandbox/faults`).pipe(Effect.andThen(text))
      assert.deepStrictEqual(JSON.parse(listed).rules, [
        { rule, struck: 1 },
        { rule: { kind: "reset", match: { body: "never" } }, struck: 0 }
      ])
      assert.strictEqual((yield* get(`${url}/x`)).status, 200)
      const read = yield* get(`${url}/sandbox/journal?path=^/x&status=503`).pipe(Effect.andThen(text))
      assert.deepInclude(JSON.parse(read), { count: 1 })
      yield* get(`${url}/sandbox/journal`, { method: "DELETE" })
      assert.strictEqual(journal.count(), 0)
      const bad = yield* get(`${url}/sandbox/faults`, { method: "POST", body: "{}" })
      assert.strictEqual(bad.status, 400)
    })
  )
})

describe("the journal", () => {
  const exchange = (journal: Journal, requestBody: string) =>
    journal.finish(
      journal.start({
        server: "plex",
        method: "GET",
        path: "/",
        query: "",
        headerNames: [],
        authorized: false,
        requestBody,
        requestBytes: requestBody.length,
        fault: undefined
      }),
      { status: 200, answerBytes: 0, answerBody: "", outcome: "answered", violation: undefined }
    )

  it("forgets the oldest bodies and the oldest entries when it is bounded", () => {
    const journal = makeJournal({ maxEntries: 3, maxBodyCharacters: 5 })
    for (const body of ["aa", "bb", "cc", "dd"]) {
      exchange(journal, body)
    }
    assert.deepStrictEqual(
      journal.entries().map(({ sequence, requestBody }) => [sequence, requestBody]),
      [
        [2, undefined],
        [3, "cc"],
        [4, "dd"]
      ]
    )
  })

  it("streams its entries to a file, one line each", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "journal-")), "journal.ndjson")
    const journal = makeJournal({ file })
    exchange(journal, "first")
    exchange(journal, "second")
    await journal.close()
    const lines = readFileSync(file, "utf8").trimEnd().split("\n")
    assert.deepStrictEqual(
      lines.map((line) => JSON.parse(line).requestBody),
      ["first", "second"]
    )
  })
})
