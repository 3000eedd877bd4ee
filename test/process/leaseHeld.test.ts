/**
 * Commands that would get in the way of a process that works on the facility: refused, and nothing is changed. Those that only look are
 * not.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { newFile } from "../layers/state/Variants.js"
import { runProcess, startProcess } from "../support/RunProcess.js"
import { environmentOf, lastOf, leaks, startSandbox, writesTo } from "../support/SandboxProcess.js"

const small = { parts: 8, jobs: 8, openJobs: 4, containers: 12, checksheets: 4, historyDays: 2, entriesPerDay: 40 }

const period = ["--from", "2026-06-01T00:00:00Z", "--to", "2026-06-02T00:00:00Z"]

describe("While another process works on the facility", { timeout: 240_000 }, () => {
  it.scopedLive("what would change CDF or the state says who works and changes nothing; what looks goes on", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small, poison: true })
      const path = yield* newFile
      const environment = environmentOf(sandbox, { STATE_URL: `file:${path}` })
      const only = ["--only", "master-data,jobs", "--no-sweep"]
      const working = yield* startProcess(only, { environment })
      for (const name of ["master-data", "jobs"]) {
        yield* Effect.promise(() => working.said(new RegExp(`"extractor finished".*"extractor":"${name}"`)))
      }
      const run = (args: ReadonlyArray<string>) => runProcess(args, { environment })
      const exported = `${path}.jsonl`
      assert.strictEqual((yield* run(["state", "export", exported])).code, 0)
      const kept = readFileSync(exported, "utf8")
      const mark = lastOf(sandbox)

      const who = `process \\(pid ${working.pid} on .+\\)`
      const commands: ReadonlyArray<readonly [args: ReadonlyArray<string>, said: string]> = [
        [["cleanup", "--yes"], `^plex-cdf: another ${who} works on this facility with the same state: stop it`],
        [["setup"], `^plex-cdf: another ${who} works on this facility with the same state: stop it`],
        [["dead-letters", "retry", "--all"], `^plex-cdf: another ${who} works on this facility with the same state`],
        [["reconcile", ...only], `^plex-cdf: not reconciled: another ${who} works on this facility`],
        [["backfill", "--flow", "movements", ...period], `^plex-cdf: another ${who} works on this facility`],
        [["run", "--once", ...only], `^plex-cdf: nothing was written: another ${who} works on this facility`],
        ...[
          ["state", "import", "--replace", exported],
          ["state", "reset", "--yes"],
          ["state", "watermark", "movements", "--set", "2026-06-01T00:00:00Z"]
        ].map(
          (args) =>
            [args, `^plex-cdf: another process works on .* \\(pid ${working.pid} on .+\\): stop it first`] as const
        )
      ]
      yield* Effect.forEach(
        commands,
        ([args, said]) =>
          Effect.gen(function* () {
            const ended = yield* run(args)
            const name = `${args.join(" ")}: ${ended.stderr}`
            assert.strictEqual(ended.code, 1, name)
            assert.match(ended.stderr, new RegExp(said, "m"), name)
            assert.notMatch(ended.stderr, /\n {4}at /, name)
            assert.deepStrictEqual(leaks(sandbox, ended), [], name)
          }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(writesTo(sandbox, mark), [])
      assert.strictEqual((yield* run(["state", "export"])).stdout, kept)

      const shown = yield* run(["state", "show"])
      assert.strictEqual(shown.code, 0, shown.stderr)
      assert.match(shown.stdout, new RegExp(`pid ${working.pid} on `))
      const counted = yield* run(["cleanup", "--dry-run"])
      assert.strictEqual(counted.code, 0, counted.stderr)

      working.kill("SIGTERM")
      assert.strictEqual((yield* Effect.promise(() => working.ended)).code, 0)
      assert.strictEqual((yield* run(["state", "reset", "--yes"])).code, 0)
    })
  )
})
