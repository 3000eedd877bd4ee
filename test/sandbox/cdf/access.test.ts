import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answerOf, refs, requestToken, startCdf } from "./client.js"

const listWith = (url: string, authorization?: string) =>
  answerOf(`${url}/api/v1/projects/sandbox/events/list`, {
    method: "POST",
    body: "{}",
    ...(authorization === undefined ? {} : { headers: { authorization } })
  })

describe("tokens", () => {
  it.scoped("are given for the credentials, in the body or as HTTP Basic, and for nothing else", () =>
    Effect.gen(function* () {
      const { cdf } = yield* startCdf()
      const inBody = yield* requestToken(cdf, { scope: "a b", audience: "c" })
      assert.deepInclude(inBody.body, { token_type: "Bearer", expires_in: 3600 })
      const basic = yield* answerOf(cdf.tokenUrl, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${cdf.clientId}:${cdf.clientSecret}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials" })
      })
      assert.strictEqual(basic.status, 200)
      const wrong = yield* requestToken(cdf, { client_secret: "guess" })
      assert.deepEqual<object>([wrong.status, wrong.body["error"]], [401, "invalid_client"])
      const grant = yield* requestToken(cdf, { grant_type: "password" })
      assert.deepEqual<object>([grant.status, grant.body["error"]], [400, "unsupported_grant_type"])
    })
  )

  it.scoped("need the scope and the audience that the knobs ask for", () =>
    Effect.gen(function* () {
      const { cdf } = yield* startCdf()
      cdf.knobs.turn({ scopes: ["https://cdf/.default"], audience: "https://cdf" })
      const without = yield* requestToken(cdf)
      assert.deepEqual<object>([without.status, without.body["error"]], [400, "invalid_scope"])
      const scope = "https://cdf/.default"
      assert.strictEqual((yield* requestToken(cdf, { scope })).status, 400)
      assert.strictEqual((yield* requestToken(cdf, { scope, audience: "https://cdf" })).status, 200)
    })
  )

  it.scoped("say when they expire as a number, as text or not at all, and then do expire", () =>
    Effect.gen(function* () {
      let clock = 0
      const { cdf } = yield* startCdf({ now: () => clock, knobs: { tokenLifetimeSeconds: 2, expiresIn: "text" } })
      const { body } = yield* requestToken(cdf)
      assert.strictEqual(body["expires_in"], "2")
      const authorization = `Bearer ${String(body["access_token"])}`
      clock = 1999
      assert.strictEqual((yield* listWith(cdf.url, authorization)).status, 200)
      clock = 2000
      assert.strictEqual((yield* listWith(cdf.url, authorization)).status, 401)
      cdf.knobs.turn({ expiresIn: "missing" })
      assert.notProperty((yield* requestToken(cdf)).body, "expires_in")
    })
  )

  it.scoped("missing, unknown and revoked ones are refused alike, and no secret is in the journal", () =>
    Effect.gen(function* () {
      const { cdf, token } = yield* startCdf()
      cdf.revokeTokens()
      for (const authorization of [undefined, "Bearer guess", `Bearer ${token}`]) {
        const { status, body } = yield* listWith(cdf.url, authorization)
        assert.deepEqual<object>([status, body], [401, { error: { code: 401, message: "Unauthorized" } }])
      }
      const journal = JSON.stringify(cdf.journal.entries())
      assert.notInclude(journal, token)
      assert.notInclude(journal, cdf.clientSecret)
    })
  )

  it.scoped("are inspected outside the project", () =>
    Effect.gen(function* () {
      const { cdf, token } = yield* startCdf({ project: "plant" })
      const inspect = yield* answerOf(`${cdf.url}/api/v1/token/inspect`, {
        headers: { authorization: `Bearer ${token}` }
      })
      assert.deepStrictEqual(inspect.body["projects"], [{ projectUrlName: "plant", groups: [1] }])
      assert.include(JSON.stringify(inspect.body["capabilities"]), `"assetsAcl"`)
    })
  )

  it.scoped("do not open a project that is not there", () =>
    Effect.gen(function* () {
      const { cdf, token } = yield* startCdf({ project: "plant" })
      assert.strictEqual((yield* listWith(cdf.url, `Bearer ${token}`)).status, 401)
      cdf.knobs.turn({ unknownProject: 403 })
      assert.strictEqual((yield* listWith(cdf.url, `Bearer ${token}`)).status, 403)
    })
  )
})

describe("knobs", () => {
  it.scoped("more requests at once than allowed are throttled, with Retry-After only when asked for", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      cdf.knobs.turn({ maxConcurrent: 2, latencyMillis: 50 })
      const burst = () =>
        Effect.all(
          Array.from({ length: 5 }, () => post("events/list", {})),
          { concurrency: 5 }
        )
      const first = yield* burst()
      assert.deepStrictEqual(
        first.map(({ status }) => status).toSorted((a, b) => a - b),
        [200, 200, 429, 429, 429]
      )
      const refused = first.find(({ status }) => status === 429)
      assert.match(refused?.body.error.message ?? "", /maximum number='2' of concurrent requests/)
      assert.strictEqual(refused?.headers.get("cdf-is-auto-retryable"), "true")
      assert.isNull(refused?.headers.get("retry-after"))
      cdf.knobs.turn({ retryAfterSeconds: 3 })
      const second = yield* burst()
      assert.strictEqual(second.find(({ status }) => status === 429)?.headers.get("retry-after"), "3")
    })
  )

  it.scoped("more requests a minute than allowed are throttled", () =>
    Effect.gen(function* () {
      const { post } = yield* startCdf({ knobs: { requestsPerMinute: 3 } })
      const statuses = yield* Effect.forEach([1, 2, 3, 4], () =>
        post("events/list", {}).pipe(Effect.map((each) => each.status))
      )
      assert.deepStrictEqual(statuses, [200, 200, 200, 429])
    })
  )

  it.scoped("errors name all, the first or none of what is wrong", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      yield* post("events", refs("a", "b"))
      for (const [naming, count] of [
        ["all", 2],
        ["first", 1],
        ["none", undefined]
      ] as const) {
        cdf.knobs.turn({ missing: naming, duplicated: naming })
        assert.strictEqual((yield* post("events", refs("a", "b"))).body.error.duplicated?.length, count)
        assert.strictEqual((yield* post("events/byids", refs("x", "y"))).body.error.missing?.length, count)
      }
      cdf.knobs.turn({ missing: "all", unknownParentNamed: false })
      const orphan = yield* post("assets", { items: [{ name: "x", parentExternalId: "ghost" }] })
      assert.notProperty(orphan.body.error, "missing")
      assert.include(orphan.body.error.message, "ghost")
    })
  )

  it.scoped("poison refuses whole requests for one item, named or not", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf({ knobs: { poison: { externalId: "_bad$" } } })
      const request = refs("good", "one_bad")
      const unnamed = yield* post("events", request)
      assert.deepEqual<object>([unnamed.status, unnamed.body.error], [400, { code: 400, message: "Invalid item" }])
      assert.strictEqual(cdf.state.events.size(), 0)
      cdf.knobs.turn({ poison: { externalId: "_bad$", named: "message" } })
      assert.include((yield* post("events", request)).body.error.message, "one_bad")
      cdf.knobs.turn({ poison: { externalId: "_bad$", named: "missing" } })
      assert.deepStrictEqual((yield* post("events", request)).body.error.missing, [{ externalId: "one_bad" }])
      assert.strictEqual((yield* post("events", refs("good"))).status, 201)
    })
  )

  it.scoped("another process turns them, revokes tokens and takes snapshots over HTTP", () =>
    Effect.gen(function* () {
      const { post, cdf, token } = yield* startCdf()
      yield* post("events", refs("a"))
      const control = (path: string, method: string, body?: string) =>
        answerOf(`${cdf.url}/sandbox/${path}`, { method, ...(body === undefined ? {} : { body }) })
      const turned = yield* control("knobs", "POST", `{"requestsPerMinute":0}`)
      assert.deepInclude(turned.body, { requestsPerMinute: 0, cursors: "plain" })
      assert.strictEqual((yield* post("events/list", {})).status, 429)
      assert.strictEqual((yield* control("knobs", "POST", `{"typo":1}`)).status, 400)
      yield* control("knobs", "POST", `{"requestsPerMinute":null}`)
      assert.deepEqual<unknown>((yield* control("snapshot", "GET")).body["events"], { a: { externalId: "a" } })
      yield* control("tokens", "DELETE")
      assert.strictEqual((yield* listWith(cdf.url, `Bearer ${token}`)).status, 401)
    })
  )

  it.scoped("a lost answer was applied: the retry finds everything duplicated", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      cdf.faults.add({ kind: "lost", match: { path: /events$/ }, times: 1 })
      yield* Effect.exit(post("events", refs("a", "b")))
      const retry = yield* post("events", refs("a", "b"))
      assert.strictEqual(retry.status, 409)
      assert.lengthOf(retry.body.error.duplicated ?? [], 2)
    })
  )
})

describe("the snapshot", () => {
  it.scoped("is the same for the same content made another way, with other ids at another time", () =>
    Effect.gen(function* () {
      const assets = [
        { externalId: "root", name: "R" },
        { externalId: "a", name: "A", parentExternalId: "root", metadata: { x: "1", y: "2" } }
      ]
      const made = (seed: number, backwards: boolean) =>
        Effect.gen(function* () {
          const { post, cdf } = yield* startCdf({ seed, now: () => seed * 1000 })
          const { body } = yield* post("assets", { items: backwards ? assets.toReversed() : assets })
          const ids = body.items.map((each) => each["id"])
          const dataSetId = cdf.dataSets[1]?.id
          yield* post("events", { items: [{ externalId: "e", assetIds: ids, dataSetId }] })
          yield* post("timeseries", { items: [{ externalId: "t" }] })
          for (const timestamp of backwards ? [2, 1] : [1, 2]) {
            yield* post("timeseries/data", {
              items: [{ externalId: "t", datapoints: [{ timestamp, value: timestamp }] }]
            })
          }
          return cdf.snapshot()
        })
      const first = yield* made(1, false)
      assert.strictEqual(JSON.stringify(yield* made(2, true)), JSON.stringify(first))
      assert.deepStrictEqual(first.events["e"], { assets: ["a", "root"], dataSet: "production", externalId: "e" })
      assert.deepStrictEqual(first.timeSeries["t"]?.["points"], [
        [1, 1],
        [2, 2]
      ])
      assert.deepInclude(first.assets["a"], { parent: "root" })
    })
  )
})
