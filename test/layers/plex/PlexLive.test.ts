import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { type Duration, Effect, Either, Fiber, Layer, Stream, TestClock } from "effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { PlexError } from "../../../src/domain/Errors.js"
import { Upstreams } from "../../../src/layers/http/Upstreams.js"
import * as PlexLive from "../../../src/layers/plex/PlexLive.js"
import { AppConfig, type PlexSettings } from "../../../src/services/AppConfig.js"
import { Plex, type PlexSearch } from "../../../src/services/Plex.js"
import { settings as allSettings } from "../cdf/Settings.js"
import { type FakeAnswer, fakeClient } from "../http/FakeClient.js"
import { apiKey, plexOver } from "./PlexFixture.js"

const within =
  (time: Duration.DurationInput) =>
  <A>(effect: Effect.Effect<A, PlexError>) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.either(effect))
      yield* TestClock.adjust(time)
      return yield* Fiber.join(fiber)
    })
const inAnHour = within("1 hour")
/** Time for a few turns, but for no retry. */
const soon = within("100 millis")

const reasonOf = (result: Either.Either<unknown, PlexError>) => (Either.isLeft(result) ? result.left.reason : "none")
const detailOf = (result: Either.Either<unknown, PlexError>) => (Either.isLeft(result) ? result.left.detail : "")

const plexAnswering = (over: Partial<PlexSettings>, ...answers: ReadonlyArray<() => FakeAnswer>) => {
  const { asked, client } = fakeClient(...answers)
  return { asked, plex: plexOver(client, over) }
}

const body =
  (text: string, status = 200, headers: Record<string, string> = {}) =>
  () =>
    new Response(text, { status, headers })
const json = (value: unknown, status = 200) => body(JSON.stringify(value), status)
const unauthenticated = json(
  { code: "REQUEST_NOT_AUTHENTICATED", message: "The request could not be authenticated." },
  401
)

const rows = <A>(stream: Stream.Stream<A, PlexError>) => Effect.map(Stream.runCollect(stream), (chunk) => [...chunk])

describe("Plex.list", () => {
  it.effect("asks for the path below the base URL, with the key and the tenant, and for nothing compressed", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({ baseUrl: new URL("https://plex.test/base/") }, json([{ id: "a" }]))
      assert.deepStrictEqual(yield* rows(plex.list("/mdm/v1/parts")), [{ id: "a" }])
      assert.strictEqual(asked[0]?.url, "https://plex.test/base/mdm/v1/parts")
      assert.deepStrictEqual(
        { ...asked[0]?.request.headers },
        {
          accept: "application/json",
          "x-plex-connect-api-key": apiKey,
          "x-plex-connect-customer-id": "340884"
        }
      )
    })
  )

  it.effect("encodes blanks as %20 and repeats lists", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, json([]))
      yield* rows(plex.list("/a/v1/b", { status: "In Use+&", id: ["x", "y"], none: [] }))
      assert.strictEqual(asked[0]?.url, "https://plex.test/a/v1/b?status=In%20Use%2B%26&id=x&id=y")
    })
  )

  it.effect("asks for a window with whole seconds and Z", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, json([]))
      const slice = { begin: Date.UTC(2026, 5, 11, 14), end: Date.UTC(2026, 5, 12) }
      yield* rows(plex.window("/production/v1/production-history/production-entries", slice, { jobId: "j" }))
      const query = "jobId=j&beginDate=2026-06-11T14%3A00%3A00Z&endDate=2026-06-12T00%3A00%3A00Z"
      assert.include(asked[0]?.url, `/production-entries?${query}`)
    })
  )

  it.effect("gives numbers longer than a double as text", () =>
    Effect.gen(function* () {
      const { plex } = plexAnswering({}, body(`[{"quantity":12345678901234.12345,"n":1}]`))
      assert.deepStrictEqual(yield* rows(plex.list("/a")), [{ quantity: "12345678901234.12345", n: 1 }])
    })
  )

  for (const wrong of ["<html>login</html>", "", '{"data":[]}', "[1,2", "[1,2]]", '[{"a":}]']) {
    it.effect(`does not take ${JSON.stringify(wrong)} for a list, and asks again`, () =>
      Effect.gen(function* () {
        const { asked, plex } = plexAnswering({}, body(wrong))
        const result = yield* inAnHour(rows(plex.list("/a")))
        assert.strictEqual(reasonOf(result), "WrongBody")
        assert.strictEqual(asked.length, 4)
      })
    )
  }

  it.effect("begins a cut list again when nothing of it was handed on", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, body('[{"id":1},{"id":2},{"i'), json([{ id: 1 }, { id: 2 }]))
      const result = yield* inAnHour(rows(plex.list("/a")))
      assert.deepStrictEqual<unknown>(result, Either.right([{ id: 1 }, { id: 2 }]))
      assert.strictEqual(asked.length, 2)
    })
  )

  it.effect("hands nothing on twice when a long list is cut", () =>
    Effect.gen(function* () {
      const whole = JSON.stringify(Array.from({ length: 5_000 }, (_, n) => n))
      const pieces = [whole.slice(0, 9_000), whole.slice(9_000, 12_000)]
      const { asked, plex } = plexAnswering({}, () => {
        const rest = [...pieces]
        return new Response(
          new ReadableStream({
            pull: (controller) => {
              const piece = rest.shift()
              if (piece === undefined) controller.close()
              else controller.enqueue(new TextEncoder().encode(piece))
            }
          })
        )
      })
      const seen: Array<unknown> = []
      const result = yield* inAnHour(Stream.runForEach(plex.list("/a"), (n) => Effect.sync(() => seen.push(n))))
      assert.strictEqual(reasonOf(result), "WrongBody")
      assert.isAbove(seen.length, 1_000)
      assert.deepStrictEqual(
        seen,
        Array.from({ length: seen.length }, (_, n) => n)
      )
      assert.strictEqual(asked.length, 1)
    })
  )

  it.effect("asks for nothing that is not a path", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, json([]))
      for (const path of ["/mdm/../x", "//other.test/x", "/a?b=c", "https://other.test/x"]) {
        assert.strictEqual(reasonOf(yield* Effect.either(rows(plex.list(path)))), "Refused")
      }
      assert.strictEqual(asked.length, 0)
    })
  )
})

describe("a refusal of Plex", () => {
  const moves = "/inventory/v1/inventory-history/container-location-moves"
  const malformed = { code: "REQUEST_MALFORMED", message: "The request was malformed." }

  it.effect("is an endpoint that is not available: a history that is malformed without saying where", () =>
    Effect.gen(function* () {
      const { plex } = plexAnswering({}, json(malformed, 400))
      assert.strictEqual(reasonOf(yield* inAnHour(rows(plex.window(moves, { begin: 0, end: 60_000 })))), "NotAvailable")
      assert.strictEqual(reasonOf(yield* inAnHour(rows(plex.list("/mdm/v1/parts")))), "Refused")
    })
  )

  it.effect("is about what we asked when it names an argument, and tells Plex's words", () =>
    Effect.gen(function* () {
      const errors = [{ code: "ARGUMENT_INVALID", message: "beginDate" }]
      const { plex } = plexAnswering({}, json({ ...malformed, errors }, 400))
      const result = yield* inAnHour(rows(plex.list(moves)))
      assert.strictEqual(reasonOf(result), "Refused")
      assert.strictEqual(
        detailOf(result),
        "status 400: REQUEST_MALFORMED: The request was malformed. (ARGUMENT_INVALID: beginDate)"
      )
    })
  )

  it.effect("shows no key, even when Plex repeats it", () =>
    Effect.gen(function* () {
      for (const answer of [json({ code: "X", message: `key ${apiKey}` }, 403), body(`<p>${apiKey}</p>`, 403)]) {
        const { plex } = plexAnswering({}, answer)
        const result = yield* inAnHour(plex.get("/a"))
        assert.include(detailOf(result), "<redacted>")
        assert.notInclude(JSON.stringify(result), apiKey)
      }
    })
  )
})

describe("a 401 of Plex", () => {
  const tenants = (status: number) => (status === 200 ? json([{ id: "t" }]) : unauthenticated)

  it.effect("is a missing subscription when the tenants list answers, which is asked once for many refusals", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering(
        {},
        unauthenticated,
        tenants(200),
        unauthenticated,
        unauthenticated,
        tenants(200)
      )
      assert.strictEqual(reasonOf(yield* soon(rows(plex.list("/quality/v1/deviations")))), "NotSubscribed")
      assert.strictEqual(reasonOf(yield* soon(plex.get("/quality/v1/x"))), "NotSubscribed")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(reasonOf(yield* soon(plex.get("/quality/v1/x"))), "NotSubscribed")
      assert.deepStrictEqual(
        asked.map(({ url }) => url.endsWith("/mdm/v1/tenants")),
        [false, true, false, false, true]
      )
    })
  )

  it.effect("is a bad key when the tenants list says so too", () =>
    Effect.gen(function* () {
      const { plex } = plexAnswering({}, unauthenticated)
      const result = yield* inAnHour(rows(plex.list("/a")))
      assert.strictEqual(reasonOf(result), "Unauthenticated")
      assert.include(detailOf(result), "PLEX_API_KEY")
    })
  )

  const keyFile = (text: string) => {
    const file = join(mkdtempSync(join(tmpdir(), "plex-key-")), "key")
    writeFileSync(file, text)
    return file
  }
  const keysOf = (asked: ReadonlyArray<{ readonly request: { readonly headers: Record<string, string> } }>) =>
    asked.map(({ request }) => request.headers["x-plex-connect-api-key"])

  it.live("makes us read the key's file again, and go on with a new key", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({ apiKeyFile: keyFile("key-two\n") }, unauthenticated, json([1]), json({}))
      assert.deepStrictEqual(yield* rows(plex.list("/a")), [1])
      yield* plex.get("/b")
      assert.deepStrictEqual(keysOf(asked), [apiKey, "key-two", "key-two"])
    })
  )

  it.live("is final when the file has no other key", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({ apiKeyFile: keyFile(apiKey) }, unauthenticated)
      assert.strictEqual(reasonOf(yield* Effect.either(plex.get("/a"))), "Unauthenticated")
      assert.strictEqual(asked.length, 2)
    })
  )

  it.live("is final when the new key is refused as well", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({ apiKeyFile: keyFile("key-two") }, unauthenticated)
      assert.strictEqual(reasonOf(yield* Effect.either(rows(plex.list("/a")))), "Unauthenticated")
      assert.deepStrictEqual(keysOf(asked), [apiKey, "key-two", "key-two"])
    })
  )
})

describe("Plex.get", () => {
  it.effect("gives one record", () =>
    Effect.gen(function* () {
      const { plex } = plexAnswering({}, body(`{"id":"a","n":9007199254740993}`))
      assert.deepStrictEqual(yield* plex.get("/a/b"), { id: "a", n: "9007199254740993" })
    })
  )

  it.effect("says when there is none", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, json({ code: "RESOURCE_NOT_FOUND", message: "" }, 404))
      assert.strictEqual(reasonOf(yield* inAnHour(plex.get("/a/b"))), "NotFound")
      assert.strictEqual(asked.length, 1)
    })
  )

  for (const wrong of ["<html>", "", "[]", "null", "3"]) {
    it.effect(`does not take ${JSON.stringify(wrong)} for a record`, () =>
      Effect.gen(function* () {
        const { plex } = plexAnswering({}, body(wrong))
        assert.strictEqual(reasonOf(yield* inAnHour(plex.get("/a"))), "WrongBody")
      })
    )
  }
})

describe("Plex.search", () => {
  const setups: PlexSearch = "/production/v1/control/workcenter-setups"

  it.effect("posts the body as JSON and gives what is found", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, json([{ id: "a" }]))
      assert.deepStrictEqual(yield* plex.search(setups, { workcenterIds: ["a"] }), [{ id: "a" }])
      const request = asked[0]?.request
      assert.strictEqual(request?.method, "POST")
      assert.strictEqual(request?.headers["content-type"], "application/json")
      assert.isTrue(
        request?.body._tag === "Uint8Array" && Buffer.from(request.body.body).toString() === '{"workcenterIds":["a"]}'
      )
    })
  )

  it.effect("finds nothing in a 204", () =>
    Effect.gen(function* () {
      const { plex } = plexAnswering({}, () => new Response(null, { status: 204 }))
      assert.deepStrictEqual(yield* plex.search(setups, {}), [])
    })
  )

  it.effect("posts to nothing else, whatever the types say", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, json([]))
      const path = "/mdm/v1/parts" as PlexSearch
      assert.strictEqual(reasonOf(yield* inAnHour(plex.search(path, {}))), "Refused")
      assert.strictEqual(asked.length, 0)
    })
  )
})

describe("Plex.now", () => {
  const dated = (seconds: number) =>
    body("[]", 200, { date: new Date(Date.UTC(2026, 5, 11, 14, 0, seconds)).toUTCString() })

  it.effect("asks the tenants list once, and follows our clock from there", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, dated(0))
      assert.strictEqual(yield* plex.now, Date.UTC(2026, 5, 11, 14))
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(yield* plex.now, Date.UTC(2026, 5, 11, 14, 5))
      assert.deepStrictEqual(
        asked.map(({ url }) => url),
        ["https://plex.test/mdm/v1/tenants"]
      )
    })
  )

  it.effect("asks nothing where an answer was seen, and believes the newest", () =>
    Effect.gen(function* () {
      const { asked, plex } = plexAnswering({}, dated(0), dated(30))
      yield* rows(plex.list("/a"))
      yield* TestClock.adjust("10 seconds")
      yield* rows(plex.list("/a"))
      assert.strictEqual(yield* plex.now, Date.UTC(2026, 5, 11, 14, 0, 30))
      assert.strictEqual(asked.length, 2)
    })
  )
})

describe("the upstreams", () => {
  const limits = { perMinute: 60, inFlight: 1 }

  it.effect("share one pacer between all who use the same key, and none between keys", () =>
    Effect.gen(function* () {
      const { get } = yield* Upstreams
      const [first, second, other] = [
        yield* get("plex", "key", limits),
        yield* get("plex", "key", limits),
        yield* get("plex", "other key", limits)
      ]
      assert.strictEqual(first, second)
      assert.notStrictEqual(first, other)
    }).pipe(Effect.provide(Upstreams.layer))
  )

  it.effect("are not shared between two that are built apart", () =>
    Effect.gen(function* () {
      const made = Effect.flatMap(Upstreams, ({ get }) => get("plex", "key", limits))
      const first = yield* Effect.provide(made, Layer.fresh(Upstreams.layer))
      const second = yield* Effect.provide(made, Layer.fresh(Upstreams.layer))
      assert.notStrictEqual(first, second)
    })
  )

  it.effect(
    "let a question be asked about the records of a list that is being read, however few calls may go on at once",
    () =>
      Effect.gen(function* () {
        const { asked, client } = fakeClient(json([{ id: "a" }, { id: "b" }]), json({ id: "c" }))
        const config = { ...allSettings, plex: { ...allSettings.plex, concurrency: 1, rateLimit: 6_000 } }
        const plex = yield* Effect.provide(
          Plex,
          PlexLive.layer.pipe(
            Layer.provide(Upstreams.layer),
            Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
            Layer.provide(Layer.succeed(AppConfig, config))
          )
        )
        const found = yield* inAnHour(rows(Stream.mapEffect(plex.list("/a"), () => plex.get("/a/c"))))
        assert.deepStrictEqual<unknown>(found, Either.right([{ id: "c" }, { id: "c" }]))
        assert.strictEqual(asked.length, 3)
      })
  )
})
