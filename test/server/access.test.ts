/**
 * Who may see and do what.
 */
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { makeAccess } from "../../src/server/Access.js"
import type { HttpSettings } from "../../src/services/AppConfig.js"

const settings = (over: Partial<HttpSettings> = {}): HttpSettings => ({
  host: "127.0.0.1",
  port: 9000,
  readToken: undefined,
  adminToken: undefined,
  allowedHosts: [],
  healthCheckInterval: 60_000,
  ...over
})

const tokens = { readToken: Redacted.make("reader"), adminToken: Redacted.make("admin") }

const asked = (over: { host?: string; origin?: string; authorization?: string } = {}) => ({
  host: "localhost:9000",
  origin: undefined,
  authorization: undefined,
  ...over
})

const bearer = (token: string) => asked({ authorization: `Bearer ${token}` })
const basic = (password: string) =>
  asked({ authorization: `Basic ${Buffer.from(`anybody:${password}`).toString("base64")}` })

/** The status of a refusal, or 200. */
const matrix = (over: Partial<HttpSettings>, host = "localhost:9000") => {
  const { administer, read } = makeAccess(settings(over))
  const status = (verdict: ReturnType<typeof read>) => verdict?.status ?? 200
  return Object.fromEntries(
    [
      ["nobody", asked()],
      ["a wrong token", bearer("wrong")],
      ["an empty token", asked({ authorization: "Bearer " })],
      ["the reader", bearer("reader")],
      ["the admin", bearer("admin")],
      ["a browser of the reader", basic("reader")],
      ["a browser of the admin", basic("admin")]
    ].map(([who, credentials]) => {
      const given = typeof credentials === "object" ? { ...credentials, host } : asked()
      return [String(who), `${status(read(given))} ${status(administer(given))}`]
    })
  )
}

describe("Access", () => {
  it("on loopback without tokens is free", () => {
    assert.deepStrictEqual(new Set(Object.values(matrix({}))), new Set(["200 200"]))
  })

  it("on loopback with tokens: all may read, the admin acts", () => {
    assert.deepStrictEqual(matrix(tokens), {
      nobody: "200 401",
      "a wrong token": "200 401",
      "an empty token": "200 401",
      "the reader": "200 401",
      "the admin": "200 200",
      "a browser of the reader": "200 401",
      "a browser of the admin": "200 200"
    })
  })

  it("off loopback: nobody reads without a token, only the admin acts", () => {
    assert.deepStrictEqual(matrix({ ...tokens, host: "0.0.0.0" }, "10.0.0.5:9000"), {
      nobody: "401 401",
      "a wrong token": "401 401",
      "an empty token": "401 401",
      "the reader": "200 401",
      "the admin": "200 200",
      "a browser of the reader": "200 401",
      "a browser of the admin": "200 200"
    })
  })

  it("without an admin token nobody acts where there is a read token", () => {
    const only = { readToken: Redacted.make("reader") }
    assert.deepStrictEqual(new Set(Object.values(matrix(only)).map((each) => each.split(" ")[1])), new Set(["403"]))
    // Nor does the empty token stand for one that is not set.
    assert.strictEqual(matrix({ ...only, host: "0.0.0.0" }, "10.0.0.5")["an empty token"], "401 403")
  })

  for (const { allowedHosts = [], expected, host, listening = "127.0.0.1" } of [
    { host: "localhost:9000", expected: true },
    { host: "127.0.0.1:9000", expected: true },
    { host: "[::1]:9000", expected: true },
    { host: "evil.example", expected: false },
    { host: "localhost.evil.example", expected: false },
    { host: "10.0.0.5:9000", expected: false },
    { host: undefined, expected: false },
    { host: "plant.example", allowedHosts: ["plant.example"], expected: true },
    { host: "PLANT.example:9000", allowedHosts: ["plant.example"], expected: true },
    { host: "plant.example:1", allowedHosts: ["plant.example:9000"], expected: false },
    { host: "10.0.0.5:9000", listening: "0.0.0.0", expected: true },
    { host: "evil.example", listening: "0.0.0.0", expected: false }
  ] as ReadonlyArray<{ host?: string; allowedHosts?: Array<string>; listening?: string; expected: boolean }>) {
    it(`as ${host} of a server at ${listening}, also named ${allowedHosts.join() || "nothing"}: ${expected}`, () => {
      const access = makeAccess(settings({ host: listening, allowedHosts, ...tokens }))
      const verdict = access.ask({ host, origin: undefined, authorization: "Bearer admin" })
      assert.strictEqual(verdict === undefined, expected)
      if (!expected) assert.include(verdict?.why, "HTTP_ALLOWED_HOSTS")
    })
  }

  for (const [origin, expected] of [
    ["http://localhost:9000", true],
    ["https://localhost:9000", true],
    ["http://localhost:3000", false],
    ["http://evil.example", false],
    ["null", false],
    ["https://plant.example", true]
  ] as const) {
    it(`by a page of ${origin} is ${expected ? "granted" : "refused"}`, () => {
      const access = makeAccess(settings({ allowedHosts: ["plant.example"] }))
      assert.strictEqual(access.administer(asked({ origin })) === undefined, expected)
      assert.strictEqual(access.read(asked({ origin })) === undefined, expected)
    })
  }
})
