import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, TestClock } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { makeToken } from "../../../src/layers/cdf/Token.js"
import type { CdfSettings } from "../../../src/services/AppConfig.js"
import { CallObserver, type ObservedCall } from "../../../src/services/CallObserver.js"
import { fakeClient, type FakeAnswer } from "../http/FakeClient.js"
import { cdfOver } from "./Sandboxed.js"
import { settings } from "./Settings.js"

const secret = "se cret+/ä"

const tokenOf = (over: Partial<CdfSettings>, ...answers: ReadonlyArray<() => FakeAnswer>) => {
  const { asked, client } = fakeClient(...answers)
  const token = makeToken(
    client,
    { ...settings.cdf, clientSecret: Redacted.make(secret), host: new URL("https://cdf.test/"), ...over },
    settings.calls
  )
  const form = (nth: number) => {
    const body = asked[nth]?.request.body
    return new URLSearchParams(body?._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "")
  }
  return { asked, token, form, get: Effect.map(token.get, Redacted.value) }
}

const granted =
  (name: string, more: object = { expires_in: 3600 }) =>
  () =>
    Response.json({ access_token: name, token_type: "Bearer", ...more })

const refused =
  (error: string, status = 401, description = "no") =>
  () =>
    Response.json({ error, error_description: description }, { status })

describe("a token", () => {
  it.effect("is asked for with a form of client, secret, scope and audience", () =>
    Effect.gen(function* () {
      const { asked, form, get } = tokenOf({ audience: "https://cdf.test" }, granted("t1"))
      assert.strictEqual(yield* get, "t1")
      assert.deepStrictEqual(Object.fromEntries(form(0)), {
        grant_type: "client_credentials",
        client_id: "client",
        client_secret: secret,
        scope: "user_impersonation",
        audience: "https://cdf.test"
      })
      const body = asked[0]?.request.body
      assert.strictEqual(HttpBody.isHttpBody(body) ? body.contentType : "", "application/x-www-form-urlencoded")
    })
  )

  const lives: ReadonlyArray<readonly [string, object, number]> = [
    ["an hour, a minute before its end", { expires_in: 3600 }, 3540],
    ["50 s, a fifth of it before its end", { expires_in: "50" }, 40],
    ["an unknown time, after four of five minutes", {}, 240],
    ["a time that is no number, after four of five minutes", { expires_in: "soon" }, 240]
  ]
  for (const [name, more, seconds] of lives) {
    it.effect(`is renewed when it lives ${name}`, () =>
      Effect.gen(function* () {
        const { get } = tokenOf({}, granted("t1", more), granted("t2"))
        yield* get
        yield* TestClock.adjust(seconds * 1000 - 1)
        assert.strictEqual(yield* get, "t1")
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* get, "t2")
      })
    )
  }

  it.effect("is asked for once, however many want it", () =>
    Effect.gen(function* () {
      const { asked, get } = tokenOf({}, granted("t1"))
      assert.deepStrictEqual(yield* Effect.all([get, get, get], { concurrency: 3 }), ["t1", "t1", "t1"])
      assert.strictEqual(asked.length, 1)
    })
  )

  it.effect("that nobody gets fails all who wait for it with one request, and the next asks anew", () =>
    Effect.gen(function* () {
      const { asked, get } = tokenOf({}, () => new Response("busy", { status: 503 }), granted("t1"))
      const all = yield* Effect.all([get, get, get].map(Effect.either), { concurrency: 3 })
      assert.deepStrictEqual(
        all.map((one) => one._tag === "Left" && one.left.category),
        ["transient", "transient", "transient"]
      )
      assert.strictEqual(asked.length, 1)
      assert.strictEqual(yield* get, "t1")
    })
  )

  it.effect("that CDF refused is renewed, unless it was renewed already", () =>
    Effect.gen(function* () {
      const { asked, get, token } = tokenOf({}, granted("t1"), granted("t2"))
      const first = yield* token.get
      yield* token.refused(first)
      assert.strictEqual(yield* get, "t2")
      yield* token.refused(first)
      assert.strictEqual(yield* get, "t2")
      assert.strictEqual(asked.length, 2)
    })
  )

  it.effect("is not waited for when whoever asked is interrupted", () =>
    Effect.gen(function* () {
      const { get } = tokenOf({}, () => "hangs", granted("t2"))
      const fiber = yield* Effect.fork(get)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* get, "t2")
    })
  )
})

describe("a refusal of the token endpoint", () => {
  const cases: ReadonlyArray<readonly [string, () => Response, string]> = [
    ["invalid_client", refused("invalid_client"), "CDF_CLIENT_SECRET"],
    ["unauthorized_client", refused("unauthorized_client", 400), "CDF_CLIENT_ID"],
    ["invalid_scope", refused("invalid_scope", 400), "https://cdf.test/.default"],
    ["a page", () => new Response("<html>", { status: 404 }), "CDF_TOKEN_URL"],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "/x" } }), "CDF_TOKEN_URL"]
  ]
  for (const [name, answer, check] of cases) {
    it.effect(`(${name}) is a failure of the configuration that says what to check`, () =>
      Effect.gen(function* () {
        const { asked, get } = tokenOf({}, answer)
        const error = yield* Effect.flip(get)
        assert.strictEqual(error.category, "configuration")
        assert.include(error.message, check)
        assert.strictEqual(asked.length, 1)
      })
    )
  }

  it.effect("never shows the secret, however the endpoint repeats it", () =>
    Effect.gen(function* () {
      const echo = [
        secret,
        encodeURIComponent(secret),
        new URLSearchParams({ a: secret }).toString(),
        Buffer.from(secret).toString("base64")
      ].join(" | ")
      const { get } = tokenOf({}, refused("invalid_request", 400, echo))
      const { message } = yield* Effect.flip(get)
      for (const form of [secret, "se%20cret", "se+cret", Buffer.from(secret).toString("base64")]) {
        assert.notInclude(message, form)
      }
    })
  )

  it.effect("with 200 is a wrong body, which is not quoted", () =>
    Effect.gen(function* () {
      const { get } = tokenOf({}, () => Response.json({ accessToken: "leak", access_token: "a b" }))
      const error = yield* Effect.flip(get)
      assert.strictEqual(error.reason, "WrongBody")
      assert.notInclude(error.message, "leak")
    })
  )

  it.effect("makes the secret's file be read again, and another secret be tried", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "secret-"))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true }))
      )
      const file = join(folder, "secret")
      writeFileSync(file, `${secret}\n`)
      const { asked, form, get } = tokenOf(
        { clientSecretFile: file },
        refused("invalid_client"),
        refused("invalid_client"),
        granted("t1")
      )
      yield* Effect.flip(get)
      assert.strictEqual(asked.length, 1)
      writeFileSync(file, "rotated\n")
      assert.strictEqual(yield* get, "t1")
      assert.deepStrictEqual([form(1).get("client_secret"), form(2).get("client_secret")], [secret, "rotated"])
    }).pipe(Effect.scoped)
  )
})

describe("a call that waits for its next try", () => {
  it.scoped("goes on with a new token when the old one expires meanwhile, and others that wait with the same one", () =>
    Effect.gen(function* () {
      const busy = () => new Response("", { status: 503, headers: { "retry-after": "120" } })
      const none = () => Response.json({ items: [] })
      const { asked, client } = fakeClient(
        granted("t1", { expires_in: 60 }),
        busy,
        busy,
        granted("t2", { expires_in: 60 }),
        none,
        none
      )
      const cdf = yield* cdfOver(settings, Layer.succeed(HttpClient.HttpClient, client))
      const call = cdf.byids("assets", [ExternalId.make("a")])
      const fiber = yield* Effect.fork(Effect.all([call, call], { concurrency: 2 }))
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* Fiber.join(fiber), [[], []])
      assert.deepStrictEqual(
        asked.map(({ at, request: { headers } }) => `${at / 1000} s ${headers["authorization"] ?? "token"}`),
        ["0 s token", "0 s Bearer t1", "0 s Bearer t1", "120 s token", "120 s Bearer t2", "120 s Bearer t2"]
      )
    })
  )

  it.scoped("is tried no more often for a token that nobody gets", () =>
    Effect.gen(function* () {
      const busy = () => new Response("", { status: 503 })
      const { asked, client } = fakeClient(granted("t1", { expires_in: 0.001 }), busy)
      const cdf = yield* cdfOver(settings, Layer.succeed(HttpClient.HttpClient, client))
      const fiber = yield* Effect.fork(Effect.flip(cdf.byids("assets", [ExternalId.make("a")])))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Fiber.join(fiber)).category, "transient")
      // The first token; then a try, and each of the others asks for a token, which is not to be had.
      assert.strictEqual(asked.length, 1 + 1 + settings.calls.maxRetries)
    })
  )

  it.scoped("is no retry of CDF's after a token that could not be had, however many calls waited for it", () =>
    Effect.gen(function* () {
      const reset = () => ({ breaks: "ECONNRESET" })
      const none = () => Response.json({ items: [] })
      const { client } = fakeClient(reset, granted("t1"), none, reset, none)
      const seen: Array<ObservedCall> = []
      const cdf = yield* cdfOver(settings, Layer.succeed(HttpClient.HttpClient, client))
      const call = cdf.byids("assets", [ExternalId.make("a")])
      const fiber = yield* Effect.fork(
        Effect.provideService(Effect.all([call, call], { concurrency: 2 }), CallObserver, (observed) =>
          Effect.sync(() => void seen.push(observed))
        )
      )
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        seen.map(({ reason, retryOf, upstream }) => [upstream, reason, retryOf]),
        [
          ["cdf-token", "Transport", undefined],
          ["cdf-token", undefined, undefined],
          ["cdf", undefined, undefined],
          ["cdf", "Transport", undefined],
          ["cdf", undefined, "Transport"]
        ]
      )
    })
  )
})
