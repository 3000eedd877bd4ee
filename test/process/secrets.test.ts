import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { mutant } from "../support/Mutant.js"
import { runProcess } from "../support/RunProcess.js"
import { environmentOf, formsOf, leaksIn, onePass, startSandbox } from "../support/SandboxProcess.js"

const none: ReadonlyArray<string> = []

/** Forms of these differ from each other and are told apart from everything else. */
const key = "sentinel/plex+key=5f1c9a77"
const password = 'sentinel/ds "pass" word+e80b42'
const redisWord = "sentinel redis/word+71c0"
const adminToken = "sentinel/admin+token=09ab33cd"
const readToken = "sentinel/read+token=77ab33cd"
const databaseWord = "sentinel database/word+b2f8"
const others = [redisWord, adminToken, readToken, databaseWord]

/** What a server sees of a caller, repeated: as it came, and as other systems would write it down. */
const echo = (secret: string): string =>
  formsOf(secret)
    .map((form, at) => `h${at}: ${form}`)
    .join(" ")

/** Errors of everybody that repeat the request, some in the words of their system. */
const echoing = (sandbox: Sandbox): void => {
  const { PLEX_DS_USERNAME: user = "" } = sandbox.environment()
  const plex = echo(key)
  const source = `${echo(password)} a: Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`
  const cdf = echo(sandbox.cdf.clientSecret)
  const status = (code: number, body: string) => ({ kind: "status", status: code, body }) as const
  const record = {
    id: { not: "an id" },
    code: { not: "a text" },
    note: [redisWord, adminToken, readToken, key, password, sandbox.cdf.clientSecret].flatMap(formsOf).join(" ")
  }
  sandbox.faults.add(
    { ...status(200, JSON.stringify([record])), match: { server: "plex", path: /^\/mdm\/v1\/operations$/ } },
    { ...status(500, cdf), match: { server: "cdf", path: /token/ }, times: 1 },
    { ...status(400, plex), match: { server: "plex", path: /\/mdm\/v1\/parts/ } },
    {
      ...status(400, JSON.stringify({ errors: [{ code: "X", message: plex }] })),
      match: { server: "plex", path: /\/jobs/ }
    },
    { kind: "html", body: `<p>${plex}</p>`, match: { server: "plex", path: /\/inventory\// } },
    { ...status(500, source), match: { server: "datasource" } },
    {
      ...status(400, JSON.stringify({ error: { code: 400, message: cdf } })),
      match: { server: "cdf", method: "POST", path: /\/(timeseries|sequences)$/ }
    },
    { kind: "malformed", body: cdf, match: { server: "cdf", method: "POST", path: /\/events$/ } }
  )
}

const plant = { parts: 3, jobs: 4, openJobs: 2 }

/** A pass that meets such errors, and every place in which it may have kept what they said. */
const everything = (program?: string) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-secrets-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const sandbox = yield* startSandbox({ size: plant, plexKnobs: { apiKey: key, dataSourcePassword: password } })
    const over = {
      LOG_LEVEL: "trace",
      STATE_URL: `file:${join(folder, "state.db")}`,
      REDIS_URL: `redis://:${encodeURIComponent(redisWord)}@127.0.0.1:1`,
      HTTP_ADMIN_TOKEN: adminToken,
      HTTP_READ_TOKEN: readToken
    }
    const command = (...args: ReadonlyArray<string>) =>
      runProcess(args, { environment: environmentOf(sandbox, over), program })
    echoing(sandbox)
    const pass = yield* onePass(sandbox, [], over, program)
    const runs = yield* command("runs", "list", "--json")
    const ids = [...runs.stdout.matchAll(/"(?:runId|run_id|id)":"([^"]+)"/g)].map(([, id]) => id ?? "")
    const shown = yield* Effect.forEach(ids.slice(0, 12), (id) => command("runs", "show", id, "--json"))
    const listed = yield* command("dead-letters", "list", "--json")
    const keys = new Set([...listed.stdout.matchAll(/"key":"([^"]+)"/g)].map(([, one]) => one ?? ""))
    const letters = yield* Effect.forEach([...keys].slice(0, 4), (one) => command("dead-letters", "show", one))
    const unreachable = yield* onePass(
      sandbox,
      ["--only", "jobs"],
      { ...over, STATE_URL: `postgres://u:${encodeURIComponent(databaseWord)}@127.0.0.1:1/db` },
      program
    )
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"))
    return { sandbox, pass, runs, ids, shown, listed, letters, unreachable, files }
  })

describe("Secrets", { timeout: 240_000 }, () => {
  it.scopedLive("come out nowhere, in no form, whatever is logged and whoever repeats them", () =>
    Effect.gen(function* () {
      const { files, ids, letters, listed, pass, runs, sandbox, shown, unreachable } = yield* everything()
      assert.isAbove(pass.stdout.length, 10_000)
      assert.match(pass.stdout, /h0: /, "errors are quoted")
      assert.isAbove(ids.length, 3)
      assert.isTrue(shown.some(({ stdout }) => stdout.includes("h0: ")))
      assert.isAbove(listed.stdout.length, 100)
      assert.isAbove(files.join("").length, 10_000)
      assert.strictEqual(unreachable.code, 1)
      const places = { pass, runs, listed, unreachable, shown, letters, files }
      for (const [place, found] of Object.entries(places)) {
        const texts = [found].flat().map((one) => (typeof one === "string" ? one : `${one.stdout}\n${one.stderr}`))
        assert.deepStrictEqual(leaksIn(sandbox, texts.join("\n"), others), none, place)
      }
    })
  )

  it.scopedLive("are seen by this search where a program does not mask them", () =>
    Effect.gen(function* () {
      const damaged = yield* mutant({
        file: "layers/http/CallFailure.js",
        right: 'all.replaceAll(secret, "<redacted>")',
        wrong: "all"
      })
      const { pass, sandbox, shown } = yield* everything(damaged)
      assert.isAbove(leaksIn(sandbox, pass.stdout).length, 3)
      assert.isAbove(leaksIn(sandbox, shown.map(({ stdout }) => stdout).join("")).length, 3)
    })
  )
})
