import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runProcess } from "../support/RunProcess.js"
import { environmentOf, lastOf, onePass, startSandbox, writesTo } from "../support/SandboxProcess.js"

const stateFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-letters-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  ),
  (path) => ({ STATE_URL: `file:${join(path, "state.db")}` })
)

const lines = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line !== "")

const parsed = (line: string): Readonly<Record<string, unknown>> => {
  const value: unknown = JSON.parse(line)
  return Object(value)
}

describe("dead-letters", { timeout: 240_000 }, () => {
  it.scopedLive("are listed, shown, tried again and dropped", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ poison: true })
      const environment = environmentOf(sandbox, yield* stateFile)
      const command = (...args: ReadonlyArray<string>) => runProcess(["dead-letters", ...args], { environment })
      assert.strictEqual((yield* runProcess(["--once", "--no-sweep"], { environment })).code, 0)

      const listed = yield* command("list")
      assert.strictEqual(listed.code, 0, listed.stderr)
      const rows = lines(listed.stdout).map((line) => line.split("\t"))
      assert.sameMembers(
        rows.map(([flow]) => flow ?? ""),
        ["parts", "parts", "jobs", "production-entries", "production-entries", "status-entries", "containers"]
      )
      assert.isTrue(rows.every((cells) => cells.length === 7 && Number(cells[6]) >= 1))
      const json = lines((yield* command("list", "--json", "--flow", "jobs")).stdout).map(parsed)
      assert.strictEqual(json.length, 1)
      const [job] = json
      assert.deepInclude(job, { flow: "jobs", what: "record", path: "quantity" })

      const shown = yield* command("show", String(job?.["key"]))
      assert.strictEqual(shown.code, 0, shown.stderr)
      assert.deepInclude(parsed(shown.stdout)["content"], { id: job?.["key"] })
      const missing = yield* command("show", "nothing-of-that-name")
      assert.strictEqual(missing.code, 1)
      assert.match(missing.stderr, /no dead letter has the key "nothing-of-that-name"/)

      const broken = sandbox.plant.jobs.find(({ id }) => id === job?.["key"])
      sandbox.plant.put("jobs", { ...broken, quantity: 5 })
      const tried = yield* command("retry", "--flow", "jobs")
      assert.strictEqual(tried.code, 0, tried.stderr)
      assert.match(tried.stdout, /^1 dead letters: 1 settled, 0 failed again, 0 not tried$/m)
      assert.strictEqual((yield* command("list", "--flow", "jobs")).stdout, "")

      const mark = lastOf(sandbox)
      const again = yield* command("retry", "--all")
      assert.match(again.stdout, /^6 dead letters: 0 settled, 6 failed again, 0 not tried$/m, again.stderr)
      assert.deepStrictEqual(writesTo(sandbox, mark), [])

      for (const args of [["retry"], ["drop"], ["drop", "--all"], ["list", "--limit", "0"], ["drop", "--flow", "x"]]) {
        const misused = yield* command(...args)
        assert.strictEqual(misused.code, 2, `${args.join(" ")}: ${misused.stderr}`)
      }
      assert.match((yield* command("drop", "--flow", "parts", "--all", "--yes")).stdout, /^2 dead letters dropped$/m)
      assert.strictEqual(lines((yield* command("list")).stdout).length, 4)
      const { code } = yield* onePass(sandbox, ["--only", "master-data", "--no-sweep"], environment)
      assert.strictEqual(code, 0)
      assert.strictEqual(lines((yield* command("list", "--flow", "parts")).stdout).length, 2)
    })
  )
})
