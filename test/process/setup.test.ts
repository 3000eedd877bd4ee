/**
 * From a project without anything to a facility that runs, by the commands alone.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { writtenKinds } from "../../src/domain/DataSetUse.js"
import { dataSetNames } from "../../src/domain/Facility.js"
import { extractors } from "../../src/domain/Flow.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { type Ended, runProcess } from "../support/RunProcess.js"
import { environmentOf, lastOf, leaks, startSandbox, writePath } from "../support/SandboxProcess.js"

const newFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-setup-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const withoutDataSets = Object.fromEntries(
  dataSetNames.map((name) => [`CDF_DATASET_PLEX${name.toUpperCase()}`, undefined])
)

/** The calls that changed CDF. */
const changesIn = ({ journal }: Sandbox, after = 0): ReadonlyArray<string> =>
  journal
    .entries({ server: "cdf", method: "POST", after })
    .map(({ path }) => path)
    .filter((path) => writePath.test(path) || /\/(datasets|extpipes)(\/(update|delete))?$/.test(path))
    .map((path) => path.split("/").slice(5).join("/"))

const Verdict = Schema.parseJson(Schema.Struct({ verdict: Schema.String, failed: Schema.optional(Schema.Number) }))
const verdictIn = ({ stdout }: Ended) => Schema.decodeUnknownSync(Verdict)(stdout.trim().split("\n").at(-1))

const kinds = [
  ["assets", "assets"],
  ["events", "events"],
  ["timeSeries", "timeseries"],
  ["sequences", "sequences"],
  ["relationships", "relationships"],
  ["labels", "labels"]
] as const

/** Which kinds a CDF holds in which data set. */
const heldKinds = ({ cdf }: Sandbox, nameOf: ReadonlyMap<unknown, string>): ReadonlyArray<string> =>
  [
    ...new Set(
      kinds.flatMap(([held, kind]) =>
        cdf.state[held].all().map((object) => `${kind} in ${nameOf.get(object["dataSetId"]) ?? "none"}`)
      )
    )
  ].toSorted()

describe("A project without anything", { timeout: 240_000 }, () => {
  it.scopedLive(
    "is set up, found well, set up again without a write, and then runs with the env file that was written",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox()
        const folder = yield* newFolder
        const envFile = join(folder, ".env")
        const { CDF_CLIENT_SECRET, ...environment } = environmentOf(sandbox, {
          ...withoutDataSets,
          STATE_URL: `file:${folder}/state/plex-cdf.db`,
          CDF_EXTRACTION_PIPELINE: "ep_src_plex_ra"
        })
        const kept = `# our plant\nCDF_CLIENT_SECRET='${CDF_CLIENT_SECRET}'   # rotated in May\n\n#CDF_DATASET_PLEXMASTER=7\nLOG_LEVEL=info`
        writeFileSync(envFile, kept, { mode: 0o640 })
        const run = (...args: ReadonlyArray<string>) => runProcess([...args, "--env-file", envFile], { environment })

        const before = yield* run("check", "--json")
        assert.strictEqual(before.code, 2, before.stderr)
        assert.match(before.stdout, /CDF_DATASET_PLEXMASTER is not set/)
        assert.strictEqual(before.stderr, "")

        const dry = yield* run("setup", "--dry-run", "--write-env", envFile)
        assert.strictEqual(dry.code, 0, dry.stderr)
        assert.strictEqual(dry.stdout, "")
        assert.match(dry.stderr, /ds_plex_master_ra_unified_demo would be made, for ever/)
        assert.match(dry.stderr, /17 assets would be made/)
        assert.match(dry.stderr, /extraction pipeline: ep_src_plex_ra would be made/)
        assert.deepStrictEqual(changesIn(sandbox), [])
        assert.strictEqual(readFileSync(envFile, "utf8"), kept)

        const first = yield* run("setup", "--write-env", envFile)
        assert.strictEqual(first.code, 0, first.stderr)
        assert.deepStrictEqual(changesIn(sandbox), ["datasets", "assets", "labels", "extpipes"])
        const made = Object.values(sandbox.cdf.snapshot().dataSets).filter(({ name }) =>
          String(name).startsWith("plex:")
        )
        assert.strictEqual(made.length, 6)
        const lines = first.stdout.trim().split("\n")
        assert.deepStrictEqual(
          lines.map((line) => line.split("=")[0]),
          dataSetNames.map((name) => `CDF_DATASET_PLEX${name.toUpperCase()}`)
        )
        const written = readFileSync(envFile, "utf8")
        assert.strictEqual(written, `${kept}\n${lines.join("\n")}\n`)
        assert.strictEqual(statSync(envFile).mode & 0o777, 0o640)

        const check = yield* run("check", "--json")
        assert.strictEqual(check.code, 0, check.stdout)
        assert.deepStrictEqual(verdictIn(check), { verdict: "ok", failed: 0 })

        const last = lastOf(sandbox)
        const again = yield* run("setup", "--write-env", envFile)
        assert.strictEqual(again.code, 0, again.stderr)
        assert.strictEqual(again.stdout, first.stdout)
        assert.deepStrictEqual(changesIn(sandbox, last), [])
        assert.strictEqual(readFileSync(envFile, "utf8"), written)
        // Without what the env file says, the data sets are found by their external ids.
        const elsewhere = yield* runProcess(["setup"], {
          environment: { ...environment, CDF_CLIENT_SECRET: CDF_CLIENT_SECRET ?? "" }
        })
        assert.strictEqual(elsewhere.code, 0, elsewhere.stderr)
        assert.strictEqual(elsewhere.stdout, first.stdout)
        assert.match(elsewhere.stderr, /ds_plex_quality_ra_unified_demo \(\d+\) is there already/)
        assert.deepStrictEqual(changesIn(sandbox, last), [])

        const pass = yield* run("run", "--once")
        assert.strictEqual(pass.code, 0, pass.stderr)
        const ids = new Map(
          lines.map((line, at) => [Number(line.split("=")[1]), dataSetNames[at] ?? "master"] as const)
        )
        const configured = Object.fromEntries(Array.from(ids, ([id, name]) => [name, id]))
        assert.deepStrictEqual(
          heldKinds(sandbox, ids),
          writtenKinds(new Set(extractors), configured)
            .map(({ dataSet, kind }) => `${kind} in ${dataSet}`)
            .toSorted(),
          "what rights are asked for is what is written"
        )
        assert.isAbove(sandbox.cdf.state.runs().length, 5)
        for (const ended of [before, dry, first, check, again, elsewhere])
          assert.deepStrictEqual(leaks(sandbox, ended), [])
      })
  )

  it.scopedLive("where the client may not make data sets: nothing is made, and what is needed is said", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3 } })
      sandbox.faults.add({ kind: "status", status: 403, match: { path: /\/datasets$/, method: "POST" } })
      const ended = yield* runProcess(["setup"], { environment: environmentOf(sandbox, withoutDataSets) })
      assert.strictEqual(ended.code, 1)
      assert.strictEqual(ended.stdout, "")
      assert.match(ended.stderr, /may not make data sets.*Nothing was made.*datasetsAcl WRITE.*deploy\/toolkit/)
      assert.deepStrictEqual(changesIn(sandbox), ["datasets"])
      assert.deepStrictEqual(sandbox.cdf.snapshot().assets, {})
    })
  )

  it.scopedLive(
    "set up half-way keeps what is made, says what failed and what to do, and is finished by another setup",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size: { parts: 3 } })
        const folder = yield* newFolder
        const environment = environmentOf(sandbox, {
          ...withoutDataSets,
          STATE_URL: `file:${folder}/state/plex-cdf.db`,
          CDF_EXTRACTION_PIPELINE: "ep_src_plex_ra"
        })
        const setUp = (...args: ReadonlyArray<string>) => runProcess(["setup", ...args], { environment })
        const failing = (path: RegExp, status: number) =>
          sandbox.faults.add({ kind: "status", status, match: { server: "cdf", path, method: "POST" } })
        const halfway = (ended: Ended, after: number, said: ReadonlyArray<RegExp>, changed: ReadonlyArray<string>) => {
          assert.strictEqual(ended.code, 1, ended.stderr)
          for (const words of said) assert.match(ended.stderr, words)
          assert.notMatch(ended.stderr, /\n {4}at /)
          assert.deepStrictEqual([...new Set(changesIn(sandbox, after))], changed)
          assert.deepStrictEqual(leaks(sandbox, ended), [])
        }
        const again = /stays as it is.* then run setup again: it makes what is missing\.$/m

        // The data sets are made in one call: whatever fails, all of them are there, or none.
        failing(/\/datasets$/, 500)
        const nothing = yield* setUp()
        halfway(nothing, 0, [/^plex-cdf: CDF .*datasets.*500/m, /^Nothing is lost.*plex-cdf check/m], ["datasets"])
        assert.strictEqual(nothing.stdout, "")
        assert.deepStrictEqual(sandbox.cdf.snapshot().assets, {})
        sandbox.faults.clear()

        let last = lastOf(sandbox)
        failing(/\/labels$/, 500)
        const unnamed = yield* setUp("--write-env", join(folder, "nowhere", ".env"))
        halfway(
          unnamed,
          last,
          [
            /nowhere\/\.env was left as it is: ENOENT/,
            /^Put there by hand what setup prints, or run it again with a file that can be written/m,
            /^plex-cdf: the tree could not be set up: CDF .*labels.*500/m,
            /Wait until CDF answers/,
            again
          ],
          ["datasets", "assets", "labels"]
        )
        assert.notMatch(unnamed.stderr, /Give the client's group/)
        const lines = unnamed.stdout.trim().split("\n")
        assert.lengthOf(lines, 6)
        assert.lengthOf(Object.keys(sandbox.cdf.snapshot().assets), 17)
        sandbox.faults.clear()

        last = lastOf(sandbox)
        failing(/\/labels$/, 403)
        const refused = yield* setUp()
        halfway(refused, last, [/Give the client's group the rights that plex-cdf check names;/, again], ["labels"])
        sandbox.faults.clear()

        last = lastOf(sandbox)
        failing(/\/extpipes$/, 403)
        halfway(
          yield* setUp(),
          last,
          [/^plex-cdf: extraction pipeline ep_src_plex_ra could not be set up: CDF/m, /extractionPipelinesAcl/, again],
          ["labels", "extpipes"]
        )
        sandbox.faults.clear()

        last = lastOf(sandbox)
        const envFile = join(folder, "plant.env")
        const whole = yield* setUp("--write-env", envFile)
        assert.strictEqual(whole.code, 0, whole.stderr)
        assert.deepStrictEqual(changesIn(sandbox, last), ["extpipes"])
        assert.deepStrictEqual(readFileSync(envFile, "utf8").trim().split("\n"), lines)
        assert.lengthOf(
          Object.values(sandbox.cdf.snapshot().dataSets).filter(({ name }) => String(name).startsWith("plex:")),
          6
        )

        last = lastOf(sandbox)
        assert.strictEqual((yield* setUp("--write-env", join(folder, "nowhere", ".env"))).code, 1)
        assert.strictEqual((yield* setUp("--write-env", envFile)).code, 0)
        assert.deepStrictEqual(changesIn(sandbox, last), [])

        // One asset is refused, whatever is tried.
        last = lastOf(sandbox)
        const trial = {
          ...environment,
          EXTERNAL_ID_PREFIX: "trial_",
          STATE_URL: `file:${folder}/state/trial.db`
        }
        sandbox.faults.add({
          kind: "status",
          status: 400,
          match: { server: "cdf", path: /\/assets$/, body: /trial_PCN\d+_checksheets_root/ }
        })
        const without = yield* runProcess(["setup"], { environment: trial })
        halfway(
          without,
          last,
          [
            /^plex-cdf: the tree could not be set up: CDF refused 1 of its assets$/m,
            /plex-cdf dead-letters list --flow hierarchy/,
            again
          ],
          ["assets", "labels"]
        )
        sandbox.faults.clear()
        last = lastOf(sandbox)
        const mended = yield* runProcess(["setup"], { environment: trial })
        assert.strictEqual(mended.code, 0, mended.stderr)
        assert.deepStrictEqual(changesIn(sandbox, last), ["assets"])
      })
  )
})
