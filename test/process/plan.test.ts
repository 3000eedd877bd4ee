/**
 * What `plan` says, held against what CDF holds and what the run that follows it does: by the sandbox's state and journal.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { JsonObject } from "../../src/sandbox/cdf/Json.js"
import type { Row } from "../../src/sandbox/plant/Plant.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { followed } from "../support/Followed.js"
import { type Ended, runProcess, startProcess } from "../support/RunProcess.js"
import { environmentOf, lastOf, leaks, startSandbox } from "../support/SandboxProcess.js"

const small = { parts: 8, jobs: 8, openJobs: 4, containers: 12, checksheets: 4, historyDays: 2, entriesPerDay: 40 }

const countNames = [
  "create",
  "update",
  "mark",
  "delete",
  "expire",
  "revive",
  "retract",
  "points",
  "pointsDeleted",
  "rows",
  "rowsDeleted"
] as const
type CountName = (typeof countNames)[number]

const Counts = Schema.Struct({
  create: Schema.Int,
  update: Schema.Int,
  mark: Schema.Int,
  delete: Schema.Int,
  expire: Schema.Int,
  revive: Schema.Int,
  retract: Schema.Int,
  points: Schema.Int,
  pointsDeleted: Schema.Int,
  rows: Schema.Int,
  rowsDeleted: Schema.Int
})
const Sample = Schema.Struct({
  change: Schema.String,
  kind: Schema.String,
  externalId: Schema.String,
  name: Schema.optional(Schema.String),
  fields: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  differences: Schema.optional(Schema.Array(Schema.Unknown)),
  written: Schema.optional(Schema.Int),
  deleted: Schema.optional(Schema.Int)
})
const FlowLine = Schema.Struct({
  flow: Schema.String,
  status: Schema.String,
  notice: Schema.optional(Schema.String),
  valveClosed: Schema.optional(Schema.Boolean),
  ...Counts.fields,
  samples: Schema.Array(Sample)
})
const TotalLine = Schema.Struct({ total: Counts, complete: Schema.Boolean, gaps: Schema.Array(Schema.String) })

/** What a plan says in JSON: a line for each flow, and the last one for all of them. */
const told = ({ stdout }: Ended) => {
  const lines = stdout.trim().split("\n")
  return {
    flows: lines.slice(0, -1).map((line) => Schema.decodeUnknownSync(Schema.parseJson(FlowLine))(line)),
    last: Schema.decodeUnknownSync(Schema.parseJson(TotalLine))(lines.at(-1))
  }
}
type Told = ReturnType<typeof told>

/** Counts that are not 0. */
const something = (counts: Readonly<Record<CountName, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(countNames.flatMap((name) => (counts[name] === 0 ? [] : [[name, counts[name]]])))

const samplesOf = ({ flows }: Told) => flows.flatMap(({ samples }) => samples)

/** Calls that read although they are no GET. */
const reads =
  /\/(byids|list|filter|latest|token\/inspect)$|\/(timeseries|sequences)\/data\/(list|latest|rows)$|\/oauth2\/v2\.0\/token$|\/token$/

/** Calls to CDF that are not known to read, those to extraction pipelines among them. */
const otherThanReads = ({ journal }: Sandbox, after: number): ReadonlyArray<string> =>
  journal
    .entries({ server: "cdf", after })
    .filter(({ method, path }) => method !== "GET" && !(method === "POST" && reads.test(path)))
    .map(({ method, path }) => `${method} ${path}`)

/** The files in the folder of the state, with what is in them. */
const filesBeside = (statePath: string): ReadonlyArray<string> =>
  readdirSync(dirname(statePath)).map(
    (name) => `${name} ${readFileSync(join(dirname(statePath), name)).toString("base64")}`
  )

const row = (found: Row | undefined): Row => {
  if (found === undefined) throw new RangeError("the plant has no such record")
  return found
}

const part = (key: unknown): string => `PCN340884_part_${String(key)}`

const stores = {
  assets: "assets",
  events: "events",
  timeseries: "timeSeries",
  sequences: "sequences",
  relationships: "relationships",
  labels: "labels"
} as const

const kinds = ["assets", "events", "timeseries", "sequences", "relationships", "labels"] as const

/** `assets PCN…` of each object that CDF holds. */
const namesIn = ({ cdf }: Sandbox): ReadonlyArray<string> =>
  kinds.flatMap((kind) => cdf.state[stores[kind]].all().map(({ externalId }) => `${kind} ${String(externalId)}`))

const objectsNamed = ({ cdf }: Sandbox): ReadonlyMap<string, JsonObject> =>
  new Map(
    kinds.flatMap((kind) =>
      cdf.state[stores[kind]].all().map((object) => [`${kind} ${String(object["externalId"])}`, object] as const)
    )
  )

const Columns = Schema.Array(Schema.Struct({ externalId: Schema.String, valueType: Schema.String }))

/** What CDF holds of the fields that a plan told, in the plan's words. */
const likeTold = (held: JsonObject, fields: Readonly<Record<string, unknown>>, assets: ReadonlyMap<unknown, unknown>) =>
  Object.fromEntries(
    Object.keys(fields).map((field) => {
      if (field === "links") {
        const numbers = Array.isArray(held["assetIds"]) ? held["assetIds"] : [held["assetId"]]
        const links = numbers.flatMap((number) => (number === undefined ? [] : [assets.get(number)]))
        return [field, links.map(String).toSorted()]
      }
      if (field === "columns") return [field, Schema.decodeUnknownSync(Columns)(held[field])]
      return [field, held[field]]
    })
  )

describe("plan", { concurrent: true, timeout: 240_000 }, () => {
  it.scopedLive(
    "has nothing to say after a run; then tells what changed in Plex, which is what the next run does",
    () =>
      Effect.gen(function* () {
        const { command, follow, sandbox, statePath } = yield* followed({ size: small })
        const { plant } = sandbox
        // Two parts of which nothing else is made.
        const [model] = plant.parts
        const loose = (key: string, name: string): Row => ({ ...row(model), id: key, number: `N-${key}`, name })
        const [changing, vanishing, coming] = ["aaaa", "bbbb", "cccc"].map(
          (end) => `00000000-0000-4000-8000-00000000${end}`
        )
        plant.put("parts", loose(String(changing), "Washer"))
        plant.put("parts", loose(String(vanishing), "Bolt"))
        assert.strictEqual((yield* follow()).ended.code, 0)

        const files = filesBeside(statePath)
        const mark = lastOf(sandbox)
        const { ended: idle } = yield* command(["plan"])
        assert.strictEqual(idle.code, 0, idle.stderr)
        assert.strictEqual(idle.stdout, "Nothing to do\n")
        assert.deepStrictEqual(filesBeside(statePath), files)

        plant.put("parts", { ...loose(String(changing), "Washer\u0007 M8"), note: "Keep cold", group: null })
        plant.remove("parts", String(vanishing))
        plant.put("parts", loose(String(coming), "Nut"))
        const { ended: shown } = yield* command(["plan"])
        assert.strictEqual(shown.code, 4, shown.stderr)
        assert.deepStrictEqual(
          shown.stdout.split("\n").filter((line) => !line.startsWith("      metadata.")),
          [
            "parts: 1 to create, 1 to update, 1 to retire (mark)",
            `  + asset ${part(coming)} "N-${coming} - Nut"`,
            `      dataSetId: ${sandbox.environment()["CDF_DATASET_PLEXMASTER"]}`,
            '      parentExternalId: "PCN340884_parts_library_340884"',
            ...(typeof model?.["description"] === "string"
              ? [`      description: ${JSON.stringify(model["description"])}`]
              : []),
            '      source: "Plex"',
            `  ~ asset ${part(changing)} "N-${changing} - Washer\\u0007 M8"`,
            `      - metadata.group: ${JSON.stringify(model?.["group"])}`,
            '      ~ metadata.name: "Washer" → "Washer\\u0007 M8"',
            '      + metadata.note: "Keep cold"',
            `      ~ name: "N-${changing} - Washer" → "N-${changing} - Washer\\u0007 M8"`,
            `  - asset ${part(vanishing)} "N-${vanishing} - Bolt" (retired: marked)`,
            "",
            "In all: 1 to create, 1 to update, 1 to retire (mark)",
            ""
          ]
        )

        const { ended: json } = yield* command(["plan", "--json"])
        assert.strictEqual(json.code, 4, json.stderr)
        const plan = told(json)
        assert.deepStrictEqual(something(plan.last.total), { create: 1, update: 1, mark: 1 })
        assert.isTrue(plan.last.complete)
        assert.deepStrictEqual(
          plan.flows.filter((line) => Object.keys(something(line)).length > 0).map(({ flow }) => flow),
          ["parts"]
        )
        assert.deepStrictEqual(
          samplesOf(plan).map(({ change, externalId, kind }) => `${change} ${kind} ${externalId}`),
          [`create assets ${part(coming)}`, `update assets ${part(changing)}`, `mark assets ${part(vanishing)}`]
        )
        assert.deepStrictEqual(otherThanReads(sandbox, mark), [])
        assert.deepStrictEqual(filesBeside(statePath), files)
        assert.deepStrictEqual(
          [idle, shown, json].flatMap((ended) => leaks(sandbox, ended)),
          []
        )

        const { ended, written } = yield* follow()
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.deepStrictEqual(
          written.map(({ call, externalId }) => `${call} ${externalId}`).toSorted(),
          [`assets ${part(coming)}`, `assets/update ${part(changing)}`, `assets/update ${part(vanishing)}`].toSorted()
        )
      })
  )

  it.scopedLive(
    "of an empty CDF names each object, with its fields and links, each point and each row of the first run",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ seed: 4, size: small })
        const environment = environmentOf(sandbox, { CDF_EXTRACTION_PIPELINE: "plex" })
        const planned = yield* runProcess(["plan", "--json", "--samples", "10000"], { environment })
        assert.strictEqual(planned.code, 4, planned.stderr)
        assert.deepStrictEqual(otherThanReads(sandbox, 0), [])
        assert.deepStrictEqual(namesIn(sandbox), [])
        const plan = told(planned)
        assert.deepStrictEqual(leaks(sandbox, planned), [])

        const ended = yield* runProcess(["--once"], { environment: { ...environment, CDF_EXTRACTION_PIPELINE: "" } })
        assert.strictEqual(ended.code, 0, ended.stderr)
        const created = samplesOf(plan).filter(({ change }) => change === "create")
        const names = namesIn(sandbox)
        assert.deepStrictEqual(
          created.map(({ externalId, kind }) => `${kind} ${externalId}`).toSorted(),
          names.toSorted()
        )

        const objects = objectsNamed(sandbox)
        const assets = new Map(sandbox.cdf.state.assets.all().map(({ externalId, id }) => [id, externalId] as const))
        const differing = created.filter(({ externalId, fields = {}, kind }) => {
          const held = objects.get(`${kind} ${externalId}`)
          return held === undefined || JSON.stringify(likeTold(held, fields, assets)) !== JSON.stringify(fields)
        })
        assert.deepStrictEqual(differing.slice(0, 3), [])
        assert.isAbove(created.filter(({ fields = {} }) => String(fields["links"]) !== "").length, 50)

        const { points, rows, timeSeries, sequences } = sandbox.cdf.state
        const sum = (of: (externalId: string) => ReadonlyArray<unknown>, all: ReadonlyArray<JsonObject>) =>
          all.reduce((total, { externalId }) => total + of(String(externalId)).length, 0)
        assert.deepStrictEqual(something(plan.last.total), {
          create: names.length,
          points: sum(points, timeSeries.all()),
          rows: sum(rows, sequences.all())
        })
        assert.isAbove(plan.last.total.points, 0)
        assert.isAbove(plan.last.total.rows, 0)
      })
  )

  it.scopedLive(
    "says what was not seen: a closed safety valve, a list that cannot be read, an extractor that failed",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size: small })
        const { plant } = sandbox
        const environment = environmentOf(sandbox, { STATE_URL: ":memory:" })
        const command = (args: ReadonlyArray<string>) => runProcess(args, { environment })
        assert.strictEqual((yield* command(["--once", "--only", "master-data", "--no-sweep"])).code, 0)
        for (const one of plant.parts.slice(1)) plant.remove("parts", String(one["id"]))
        const masterData = ["plan", "--only", "master-data", "--no-sweep"]
        const closed = yield* command([...masterData, "--json", "--flow", "parts,buildings,jobs"])
        assert.strictEqual(closed.code, 0, closed.stderr)
        assert.match(closed.stderr, /^what the plan says is incomplete:$/m)
        assert.match(closed.stderr, /^- parts is degraded: the list does not show 7 of 8 assets that were there: /m)
        assert.match(closed.stderr, /^- jobs was not run: its extractor is off, or not among --only$/m)
        const { flows, last } = told(closed)
        assert.deepStrictEqual(
          flows.map(({ flow, status, valveClosed }) => [flow, status, valveClosed]),
          [
            ["buildings", "ok", undefined],
            ["parts", "degraded", true]
          ]
        )
        assert.isFalse(last.complete)
        assert.deepStrictEqual(something(last.total), {})

        const mend = sandbox.faults.add({ kind: "status", status: 503, match: { path: /mdm\/v1\/parts$/ } })
        const unread = yield* command(masterData)
        assert.strictEqual(unread.code, 0, unread.stderr)
        assert.strictEqual(unread.stdout, "Nothing to do, as far as could be seen\n")
        assert.match(unread.stderr, /^- parts is degraded: .*503/m)
        mend()

        sandbox.faults.add({ kind: "status", status: 503, match: { path: /scheduling/ } })
        const failed = yield* command(["plan", "--only", "jobs", "--no-sweep"])
        assert.strictEqual(failed.code, 1, failed.stderr)
        assert.match(failed.stderr, /^- jobs failed$/m)
        assert.strictEqual(failed.stdout, "Nothing to do, as far as could be seen\n")
      })
  )

  it.scopedLive("that is stopped is no plan: exit 130", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small })
      sandbox.faults.add({ kind: "hang", match: { server: "plex", path: /scheduling/ } })
      const reached = new Promise<void>((done) => {
        const stop = sandbox.journal.subscribe(({ path }) => {
          if (!path.endsWith("/mdm/v1/parts")) return
          stop()
          done()
        })
      })
      const running = yield* startProcess(["plan"], { environment: environmentOf(sandbox) })
      yield* Effect.promise(() => reached)
      running.kill("SIGINT")
      const ended = yield* Effect.promise(() => running.ended)
      assert.strictEqual(ended.code, 130, ended.stderr)
      assert.strictEqual(ended.stdout, "")
      assert.match(ended.stderr, /^plex-cdf: stopped: there is no plan$/m)
      assert.deepStrictEqual(namesIn(sandbox), [])
    })
  )

  it.scopedLive("refuses what it does not know, and what is not configured: exit 2", () =>
    Effect.gen(function* () {
      const flow = yield* runProcess(["plan", "--flow", "widgets"])
      assert.strictEqual(flow.code, 2)
      assert.match(flow.stdout + flow.stderr, /--flow: "widgets" is no flow; there are hierarchy, /)
      const samples = yield* runProcess(["plan", "--samples", "-1"])
      assert.strictEqual(samples.code, 2)
      const bare = yield* runProcess(["plan"])
      assert.strictEqual(bare.code, 2)
      assert.strictEqual(bare.stdout, "")
      assert.match(bare.stderr, /^plex-cdf cannot start:\n- /m)
    })
  )
})
