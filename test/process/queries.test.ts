/**
 * The example queries of `docs/mapping.md` find what they are about, in a CDF that one pass has filled.
 */
import { assert, describe, it } from "@effect/vitest"
import { CogniteClient } from "@cognite/sdk"
import { Context, Effect, Layer, Schema } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { requestToken } from "../sandbox/cdf/client.js"
import { onePass, startSandbox } from "../support/SandboxProcess.js"

const page = readFileSync("docs/mapping.md", "utf8")

const blocks = (language: string): ReadonlyArray<string> =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, text = ""]) => text)

class Filled extends Context.Tag("test/Filled")<Filled, { readonly sandbox: Sandbox; readonly token: string }>() {
  static readonly layer = Layer.scoped(
    Filled,
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const { code, stderr } = yield* onePass(sandbox)
      assert.strictEqual(code, 0, stderr)
      const { body } = yield* requestToken(sandbox.cdf)
      const token = String(body["access_token"])
      return { sandbox, token }
    })
  )
}

/** What the example of the page gives. */
interface Queries {
  readonly jobsOf: (
    client: CogniteClient,
    workcenterId: string
  ) => Promise<ReadonlyArray<{ type?: string; subtype?: string }>>
  readonly openProblems: (client: CogniteClient) => Promise<ReadonlyArray<unknown>>
}

const Items = Schema.decodeUnknownSync(Schema.Struct({ items: Schema.Array(Schema.Unknown) }))

/** The example's ids in place of ids of this plant, which hold something. */
const ofThisPlant = ({ cdf }: Sandbox, text: string): string => {
  const { relationships, timeSeries } = cdf.snapshot()
  const made = Object.entries(relationships).find(([externalId]) => externalId.startsWith("PCN340884_bom_"))?.[1]
  const series = Object.keys(timeSeries).find((externalId) => externalId.startsWith("PCN340884_ts_inventory_"))
  return text
    .replace(/PCN340884_part_[\w-]+/, String(made?.["sourceExternalId"]))
    .replace(/PCN340884_ts_inventory_[\w-]+/, String(series))
}

describe("the example queries", { timeout: 240_000 }, () => {
  it.scopedLive("over REST are answered", () =>
    Effect.gen(function* () {
      const { sandbox, token } = yield* Filled
      assert.strictEqual(blocks("http").length, 2)
      for (const block of blocks("http")) {
        const [, path = "", body = ""] = /^POST (\S+)\n.*?\n\n(.*)$/s.exec(block) ?? []
        const answer = yield* Effect.promise(() =>
          fetch(`${sandbox.cdf.url}${path.replace("{project}", sandbox.cdf.project)}`, {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            body: ofThisPlant(sandbox, body)
          }).then(async (response) => ({ status: response.status, body: await response.json() }))
        )
        assert.strictEqual(answer.status, 200, JSON.stringify(answer.body))
        assert.isAbove(Items(answer.body).items.length, 0, path)
      }
    }).pipe(Effect.provide(Filled.layer))
  )

  it.scopedLive("in TypeScript compile, and find the jobs of a workcenter and the open problems", () =>
    Effect.gen(function* () {
      const { sandbox, token } = yield* Filled
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "queries-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "dir")
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
      writeFileSync(join(folder, "queries.ts"), blocks("ts").join("\n"))
      const flags = ["--strict", "--skipLibCheck", "--target", "es2023", "--module", "esnext"]
      execFileSync(
        resolve("node_modules/.bin/tsc"),
        [...flags, "--moduleResolution", "bundler", "--types", "node", "queries.ts"],
        { cwd: folder, stdio: "pipe" }
      )

      const client = new CogniteClient({
        appId: "queries",
        project: sandbox.cdf.project,
        baseUrl: sandbox.cdf.url,
        oidcTokenProvider: () => Promise.resolve(token)
      })
      const { events } = sandbox.cdf.snapshot()
      const all = Object.values(events)
      const problems = all.filter((event) => event["type"] === "quality_ncr" && event["endTime"] === undefined)
      const { jobsOf, openProblems }: Queries = yield* Effect.promise(
        () => import(pathToFileURL(join(folder, "queries.js")).href)
      )
      assert.strictEqual((yield* Effect.promise(() => openProblems(client))).length, problems.length)
      assert.isAbove(problems.length, 0)

      const job = all.find((event) => event["type"] === "production_job" && event["subtype"] === "in_progress")
      assert.isDefined(job)
      const workcenters = Object.keys(sandbox.cdf.snapshot().assets).flatMap((externalId) => {
        const [, id] = /^PCN340884_workcenter_(.*)$/.exec(externalId) ?? []
        return id === undefined ? [] : [id]
      })
      const found = yield* Effect.forEach(workcenters, (id) => Effect.promise(() => jobsOf(client, id)))
      assert.isAbove(found.flat().length, 0)
      for (const { subtype, type } of found.flat())
        assert.deepStrictEqual([type, subtype], ["production_job", "in_progress"])
    }).pipe(Effect.provide(Filled.layer))
  )
})
