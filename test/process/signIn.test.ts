/**
 * Who gets the pages of a server that listens to other machines.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { startSandbox } from "../support/SandboxProcess.js"
import { startServed } from "../support/Served.js"

const tokens = { HTTP_READ_TOKEN: "sentinel-read-token-7d20", HTTP_ADMIN_TOKEN: "sentinel-admin-token-41c0" }

describe("Signing in off loopback", { timeout: 120_000 }, () => {
  it.scopedLive("is asked of everybody, gives what the token gives, and ends with signing out", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 8, jobs: 8, openJobs: 4, checksheets: 4 } })
      const { ask, base } = yield* startServed(sandbox, { ...tokens, HTTP_HOST: "0.0.0.0" })
      const html = { accept: "text/html" }
      const text = (answer: Response) => Effect.promise(() => answer.text())
      const post = (path: string, headers: Readonly<Record<string, string>>, body = "") =>
        ask(path, {
          method: "POST",
          redirect: "manual",
          body,
          headers: { "content-type": "application/x-www-form-urlencoded", ...headers }
        })
      const signIn = (token: string, headers: Readonly<Record<string, string>> = {}) =>
        post("/sign-in", { ...html, ...headers }, new URLSearchParams({ token }).toString())

      // Nobody sees anything, not even whose it is.
      for (const path of ["/", "/runs/1", "/dead-letters", "/dead-letters/letter?flow=parts&key=1", "/pending-links"]) {
        const answer = yield* ask(path, { headers: html })
        assert.strictEqual(answer.status, 401, path)
        assert.strictEqual(answer.headers.get("www-authenticate"), 'Bearer realm="plex-cdf"')
        const page = yield* text(answer)
        assert.include(page, `action="/sign-in"`)
        assert.notInclude(page, "340884")
      }
      for (const wrong of ["", "wrong", `${tokens.HTTP_READ_TOKEN} x`, "x".repeat(3_000)]) {
        const answer = yield* signIn(wrong)
        assert.strictEqual(answer.status, 401)
        assert.isNull(answer.headers.get("set-cookie"))
      }
      assert.strictEqual((yield* signIn(tokens.HTTP_READ_TOKEN, { origin: "http://evil.example" })).status, 403)

      const sessionOf = (token: string) =>
        Effect.map(signIn(token), (answer) => {
          assert.strictEqual(answer.status, 303)
          const cookie = answer.headers.get("set-cookie") ?? ""
          assert.match(cookie, /^plex-cdf-session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
          return { cookie: cookie.split(";")[0] ?? "" }
        })

      const reader = yield* sessionOf(tokens.HTTP_READ_TOKEN)
      const seen = yield* text(yield* ask("/", { headers: { ...html, ...reader } }))
      assert.include(seen, "340884")
      assert.notInclude(seen, `action="/run/`)
      assert.strictEqual((yield* ask("/dead-letters/letter?flow=parts&key=1", { headers: reader })).status, 401)
      assert.strictEqual((yield* post("/run/jobs", { ...html, ...reader })).status, 401)
      const events = yield* ask("/events", { headers: reader })
      assert.strictEqual(events.status, 200)
      yield* Effect.promise(() => events.body?.cancel() ?? Promise.resolve())

      const admin = yield* sessionOf(tokens.HTTP_ADMIN_TOKEN)
      assert.include(yield* text(yield* ask("/", { headers: { ...html, ...admin } })), `action="/run/jobs"`)
      const asked = yield* post("/run/jobs", { ...html, ...admin, origin: base })
      assert.deepStrictEqual([asked.status, asked.headers.get("location")], [303, "/?asked=jobs#340884-jobs"])
      assert.strictEqual((yield* post("/run/jobs", { ...html, ...admin, origin: "http://evil.example" })).status, 403)
      assert.strictEqual((yield* ask("/dead-letters/letter?flow=parts&key=1", { headers: admin })).status, 404)

      assert.strictEqual((yield* post("/sign-out", { ...html, ...admin })).status, 303)
      assert.strictEqual((yield* ask("/", { headers: { ...html, ...admin } })).status, 401)
      assert.strictEqual((yield* ask("/", { headers: { ...html, ...reader } })).status, 200)

      // Whatever is answered is neither kept, framed nor guessed.
      const asset = /\/assets\/[\w.-]+/.exec(seen)?.[0] ?? ""
      for (const path of ["/livez", "/metrics", "/status", "/", asset, "/nothing"]) {
        const { headers } = yield* ask(path, { headers: reader })
        assert.include(headers.get("content-security-policy"), "default-src 'none'", path)
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff", path)
        assert.include(headers.get("cache-control"), path === asset ? "immutable" : "no-store", path)
      }
    })
  )
})
