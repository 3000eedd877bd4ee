/**
 * A real browser, for the pages of the server.
 */
import axe from "axe-core"
import { Effect, type Scope } from "effect"
import { existsSync } from "node:fs"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"

/** As Debian has it, or the runners of GitHub. */
const places = ["/usr/bin/chromium", "/usr/bin/google-chrome"]
const executablePath = places.find((place) => existsSync(place)) ?? "/usr/bin/chromium"

/** Whether Chromium is on this machine; where `CI` is `true` its tests are run in any case. */
export const hasChromium: boolean = process.env["CI"] === "true" || existsSync(executablePath)

if (!hasChromium) process.stderr.write(`${executablePath} is not here: how a browser shows the pages is not tested\n`)

/** With a profile of its own, which is empty; it asks nobody but who it is sent to. */
export const launch: Effect.Effect<Browser, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() =>
    chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run"
      ]
    })
  ),
  (browser) => Effect.promise(() => browser.close())
)

export interface Opened {
  readonly page: Page
  /** What the browser wrote to its console as an error, violations of the content security policy among it. */
  readonly complaints: ReadonlyArray<string>
}

/** A page in a context of its own, gone with the scope. */
export const open = (
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {}
): Effect.Effect<Opened, never, Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.acquireRelease(
      Effect.promise(() => browser.newContext(options)),
      (one) => Effect.promise(() => one.close())
    )
    const page = yield* Effect.promise(() => context.newPage())
    const complaints: Array<string> = []
    page.on("pageerror", ({ message }) => complaints.push(message))
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text())
    })
    yield* Effect.promise(() => page.goto(url))
    return { page, complaints }
  })

/** How many pixels of the page stand out to the right of its window. */
export const overhang = (page: Page): Promise<number> =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth")

interface Finding {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly html: string }>
}

/** What axe has against the page, by WCAG 2.2 AA and best practice. */
export const axeFindings = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const found = await page.evaluate<ReadonlyArray<Finding>>("axe.run().then(({ violations }) => violations)")
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)
}
