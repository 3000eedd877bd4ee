/**
 * The pages of a resident process, as Chromium shows them.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, ManagedRuntime, type Scope } from "effect"
import type { Browser } from "playwright-core"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { axeFindings, hasChromium, launch, open, overhang } from "../support/Chromium.js"
import { leaksIn, startSandbox } from "../support/SandboxProcess.js"
import { eventually, idle, type Served, startServed } from "../support/Served.js"

const adminToken = "sentinel-admin-token-41c0"
const bearer = { headers: { authorization: `Bearer ${adminToken}` } }

/** A process that has run once, with dead letters and pending links, and a browser. */
class Watched extends Context.Tag("test/Watched")<
  Watched,
  { readonly sandbox: Sandbox; readonly served: Served; readonly browser: Browser; readonly runId: string }
>() {}

const watched = Layer.scoped(
  Watched,
  Effect.gen(function* () {
    const sandbox = yield* startSandbox({ poison: true })
    const job = sandbox.plant.jobs.at(-1)
    sandbox.plant.put("jobs", { ...job, id: `<script>alert("1")</script>`, quantity: "<img src=x onerror=alert(2)>" })
    const served = yield* startServed(sandbox, { HTTP_ADMIN_TOKEN: adminToken })
    yield* eventually(served.facility, idle)
    const page = yield* Effect.promise(() =>
      served
        .ask("/")
        .pipe(Effect.runPromise)
        .then((answer) => answer.text())
    )
    return { sandbox, served, browser: yield* launch, runId: /\/runs\/(\w+)/.exec(page)?.[1] ?? "" }
  })
)

const widths = [360, 768, 1280]
const schemes = ["light", "dark"] as const

describe.skipIf(!hasChromium)("The pages in Chromium", { timeout: 180_000 }, () => {
  // `layer` of @effect/vitest would change `it` for all files of this worker.
  const shared = ManagedRuntime.make(watched)
  afterAll(() => shared.dispose())
  const shows = (what: string, body: () => Effect.Effect<void, never, Scope.Scope | Watched>) =>
    it.scopedLive(what, () => Effect.provide(body(), shared))

  for (const path of ["/", "/runs/", "/dead-letters", "/pending-links", "/sign-in"]) {
    shows(`show ${path} at each width, dark and light, without scrolling sideways or a complaint of axe`, () =>
      Effect.gen(function* () {
        const { browser, runId, served } = yield* Watched
        const url = `${served.base}${path}${path === "/runs/" ? runId : ""}`
        for (const colorScheme of schemes) {
          const { complaints, page } = yield* open(browser, url, { colorScheme })
          for (const width of widths) {
            yield* Effect.promise(() => page.setViewportSize({ width, height: 900 }))
            assert.strictEqual(yield* Effect.promise(() => overhang(page)), 0, `${path} at ${width}`)
            assert.deepStrictEqual(
              yield* Effect.promise(() => axeFindings(page)),
              [],
              `${path} at ${width}, ${colorScheme}`
            )
          }
          assert.isNotEmpty(yield* Effect.promise(() => page.locator("h1").allInnerTexts()))
          assert.deepStrictEqual(complaints, [])
        }
      })
    )
  }

  shows("hold no secret, and show hostile records as text", () =>
    Effect.gen(function* () {
      const { browser, runId, sandbox, served } = yield* Watched
      const paths = ["/", `/runs/${runId}`, "/dead-letters", "/pending-links", "/sign-in"]
      const { page } = yield* open(browser, `${served.base}/dead-letters`)
      let alerts = 0
      page.on("dialog", (dialog) => {
        alerts++
        void dialog.dismiss()
      })
      for (const path of paths) {
        yield* Effect.promise(() => page.goto(`${served.base}${path}`))
        const html = yield* Effect.promise(() => page.content())
        assert.deepStrictEqual(leaksIn(sandbox, html, [adminToken]), [], path)
      }
      assert.strictEqual(alerts, 0)
      yield* Effect.promise(() => page.goto(`${served.base}/dead-letters`))
      assert.include(yield* Effect.promise(() => page.innerText("main")), "<script>")
    })
  )

  shows("follow a run without being loaded again: focus and what was opened stay", () =>
    Effect.gen(function* () {
      const { browser, served } = yield* Watched
      const { complaints, page } = yield* open(browser, `${served.base}/`)
      yield* Effect.promise(async () => {
        await page.getByText("Live", { exact: true }).waitFor()
        await page.evaluate("window.marker = 1")
        await page.locator("summary").click()
        await page.locator("#main section:last-of-type a").first().focus()
        const focused = await page.evaluate<string>("document.activeElement.outerHTML")
        const before = await page.locator("#main section:last-of-type tbody tr").count()
        await Effect.runPromise(served.ask("/run/jobs", { method: "POST", ...bearer }))
        const card = page.locator("li.card", { has: page.getByRole("heading", { name: "jobs" }) })
        const rows = page.locator("#main section:last-of-type tbody tr")
        await rows.filter({ hasText: /^jobs/ }).filter({ hasText: "request" }).first().waitFor()
        assert.match(await card.innerText(), /succeeded|degraded/)
        assert.isAtLeast(await page.locator("#main section:last-of-type tbody tr").count(), before)
        assert.strictEqual(await page.evaluate("window.marker"), 1)
        assert.strictEqual(await page.evaluate("document.activeElement.outerHTML"), focused)
        assert.isTrue(await page.evaluate("document.querySelector('details').open"))
      })
      assert.deepStrictEqual(complaints, [])
    })
  )

  shows("let somebody sign in and run an extractor by keyboard alone", () =>
    Effect.gen(function* () {
      const { browser, served } = yield* Watched
      const { page } = yield* open(browser, `${served.base}/`)
      yield* Effect.promise(async () => {
        assert.strictEqual(await page.getByRole("button", { name: /^Run/ }).count(), 0)
        await page.keyboard.press("Tab")
        assert.strictEqual(await page.evaluate("document.activeElement.textContent"), "Skip to the content")
        await page.keyboard.press("Enter")
        assert.strictEqual(await page.evaluate("document.activeElement.id"), "main")
        await page.goto(`${served.base}/sign-in`)
        await page.getByLabel("Token").focus()
        await page.keyboard.type("wrong")
        await page.keyboard.press("Enter")
        await page.getByRole("alert").waitFor()
        await page.getByLabel("Token").focus()
        await page.keyboard.type(adminToken)
        await page.keyboard.press("Enter")
        await page.getByRole("button", { name: "Run quality now" }).focus()
        await page.keyboard.press("Enter")
        await page.getByText("Asked to run").waitFor()
        assert.match(page.url(), /\?asked=quality#\d+-quality$/)
        const [cookie] = await page.context().cookies()
        assert.deepInclude(cookie, { httpOnly: true, sameSite: "Strict", path: "/" })
        assert.notInclude(cookie?.value, adminToken)
        await page.goto(`${served.base}/dead-letters`)
        await page.locator("tbody a").first().click()
        await page.locator("pre").waitFor()
        await page.getByRole("button", { name: "Sign out" }).click()
        assert.strictEqual(await page.getByRole("button", { name: /^Run/ }).count(), 0)
      })
      yield* eventually(served.facility, ({ recentRuns }) =>
        recentRuns.some(({ name, trigger }) => name === "quality" && trigger === "request")
      )
    })
  )

  shows("say the same without JavaScript, and run an extractor", () =>
    Effect.gen(function* () {
      const { browser, served } = yield* Watched
      const { complaints, page } = yield* open(browser, `${served.base}/sign-in`, { javaScriptEnabled: false })
      yield* Effect.promise(async () => {
        await page.getByLabel("Token").fill(adminToken)
        await page.getByRole("button", { name: "Sign in" }).click()
        for (const title of ["Extractors", "Upstreams", "Errors", "Flows", "Sweeps", "Recent runs"]) {
          await page.getByRole("heading", { name: title, exact: true }).waitFor()
        }
        assert.strictEqual(
          await page.locator('noscript meta[http-equiv="refresh"], meta[http-equiv="refresh"]').count(),
          1
        )
        await page.getByRole("button", { name: "Run inventory now" }).click()
        await page.getByText("Asked to run").waitFor()
        await page.locator("summary").click()
        await page.getByRole("table", { name: /since the process began/ }).waitFor()
      })
      assert.deepStrictEqual(complaints, [])
    })
  )
})
