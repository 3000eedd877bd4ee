/**
 * `compare` tells what differs between what two prefixes, or two id schemes, wrote to one project.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { newFile } from "../layers/state/Variants.js"
import { type Ended, runProcess } from "../support/RunProcess.js"
import { environmentOf, lastOf, startSandbox, writesTo } from "../support/SandboxProcess.js"
import { somebody } from "../support/Tampering.js"

const small = { parts: 8, jobs: 8, openJobs: 4, containers: 12, checksheets: 4, historyDays: 2, entriesPerDay: 40 }

const Report = Schema.parseJson(
  Schema.Struct({
    alike: Schema.Boolean,
    kinds: Schema.Array(
      Schema.Struct({
        kind: Schema.String,
        word: Schema.String,
        alike: Schema.Number,
        different: Schema.Number,
        onlyHere: Schema.Number,
        onlyThere: Schema.Number,
        fields: Schema.Record({ key: Schema.String, value: Schema.Number }),
        samples: Schema.Unknown
      })
    ),
    dataSets: Schema.Unknown,
    uncovered: Schema.Array(Schema.Struct({ kind: Schema.String, word: Schema.String, objects: Schema.Number }))
  })
)
const reportOf = ({ stdout }: Ended) => Schema.decodeUnknownSync(Report)(stdout)

/** What is not alike, by kind and word. */
const unlike = (ended: Ended) =>
  reportOf(ended).kinds.flatMap(({ different, fields, kind, onlyHere, onlyThere, word }) =>
    different + onlyHere + onlyThere === 0 ? [] : [{ kind, word, different, onlyHere, onlyThere, fields }]
  )

describe("compare", { concurrent: true, timeout: 240_000 }, () => {
  it.scopedLive(
    "finds two prefixes alike after two runs, and after some changes exactly these; it writes nothing",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ seed: 3, size: small })
        const { plex, plant } = sandbox
        const { state } = sandbox.cdf
        const environment = environmentOf(sandbox, { STATE_URL: `file:${yield* newFile}` })
        const trial = { ...environment, EXTERNAL_ID_PREFIX: "trial_" }
        assert.strictEqual((yield* runProcess(["--once"], { environment })).code, 0)
        assert.strictEqual((yield* runProcess(["--once"], { environment: trial })).code, 0)
        const mark = lastOf(sandbox)
        const comparing = (...args: ReadonlyArray<string>) =>
          runProcess(["compare", "--with-prefix", "trial_", ...args], { environment })

        const alike = yield* comparing("--json")
        assert.deepStrictEqual(unlike(alike), [])
        assert.strictEqual(alike.code, 0, alike.stderr)
        const all = (kind: string) =>
          reportOf(alike)
            .kinds.filter((one) => one.kind === kind)
            .reduce((sum, one) => sum + one.alike, 0)
        // Half of all that there is, by CDF itself.
        assert.deepStrictEqual(
          [all("assets"), all("events"), all("timeseries"), all("sequences"), all("relationships"), all("labels")],
          [state.assets, state.events, state.timeSeries, state.sequences, state.relationships, state.labels].map(
            (objects) => objects.size() / 2
          )
        )
        const back = yield* runProcess(["compare", "--without-prefix", "--json"], { environment: trial })
        assert.strictEqual(back.code, 0, back.stderr)
        assert.deepStrictEqual(writesTo(sandbox, mark), [])

        const post = yield* somebody(sandbox)
        const trialId = (kind: string, key: unknown) => `trial_PCN${plex.customerId}_${kind}_${String(key)}`
        const [part, otherPart] = plant.parts.map(({ id }) => trialId("part", id))
        const before = String(state.assets.get(part ?? "")?.["name"])
        const [job] = state.events
          .all()
          .filter(({ externalId }) => String(externalId).startsWith(trialId("job", "")))
          .map(({ externalId }) => String(externalId))
        const inventory = state.dataSets.all().find(({ name }) => name === "inventory")?.["id"]
        yield* post("assets/update", [
          { externalId: part, update: { name: { set: "Other" }, metadata: { add: { more: "1" }, remove: [] } } },
          { externalId: otherPart, update: { dataSetId: { set: inventory } } }
        ])
        yield* post("events/update", [{ externalId: job, update: { assetIds: { set: [] } } }])
        const [entry] = state.events
          .all()
          .flatMap(({ externalId, type }) => (type === "scrap_entry" ? [String(externalId)] : []))
          .filter((id) => id.startsWith("trial_"))
        yield* post("events/delete", [{ externalId: entry }])
        const [bom] = state.sequences
          .all()
          .map(({ externalId }) => String(externalId))
          .filter((id) => id.startsWith(trialId("bom", "")) && state.rows(id).length > 1)
        const quantity = state.rows(bom ?? "")[0]?.cells.get("quantity")
        yield* post("sequences/data", [
          { externalId: bom, columns: ["quantity"], rows: [{ rowNumber: 0, values: [999] }] }
        ])
        yield* post("sequences/data/delete", [{ externalId: bom, rows: [1] }])
        yield* post("assets", [
          {
            externalId: trialId("part", "extra"),
            name: "Extra",
            source: "Plex",
            metadata: { pcn: plex.customerId, source: "PlexMES" }
          },
          { externalId: trialId("part", "not ours"), name: "Not ours" }
        ])

        const ended = yield* comparing("--json", "--samples", "1")
        assert.strictEqual(ended.code, 4, ended.stderr)
        assert.isFalse(reportOf(ended).alike)
        assert.deepStrictEqual(unlike(ended), [
          {
            kind: "assets",
            word: "part",
            different: 1,
            onlyHere: 0,
            onlyThere: 1,
            fields: { name: 1, "metadata.more": 1 }
          },
          { kind: "events", word: "job", different: 1, onlyHere: 0, onlyThere: 0, fields: { links: 1 } },
          { kind: "events", word: "scrap_entry", different: 0, onlyHere: 1, onlyThere: 0, fields: {} },
          {
            kind: "sequences",
            word: "bom",
            different: 1,
            onlyHere: 0,
            onlyThere: 0,
            fields: { rows: 1, "rows.quantity": 1 }
          }
        ])
        const [parts] = reportOf(ended).kinds.filter(({ word }) => word === "part")
        assert.deepStrictEqual(parts?.samples, {
          different: [
            {
              externalId: part?.slice("trial_".length),
              counterpart: part,
              differences: [
                { field: "name", before, after: "Other" },
                { field: "metadata.more", after: "1" }
              ]
            }
          ],
          onlyHere: [],
          onlyThere: [trialId("part", "extra")]
        })
        assert.match(ended.stderr, /^1 assets are in data set \d+ here and in data set \d+ there/m)

        const withoutRows = yield* comparing("--json", "--no-rows")
        assert.deepStrictEqual(
          unlike(withoutRows).filter(({ kind }) => kind === "sequences"),
          []
        )
        assert.match(withoutRows.stderr, /^Points of time series and rows of sequences are not compared\.$/m)
        assert.match(ended.stderr, /^Points of time series are not compared\.$/m)

        const lines = (yield* comparing()).stdout.split("\n")
        assert.include(lines, `assets\tpart\t${plant.parts.length - 1}\t1\t0\t1`)
        assert.include(lines, "assets\tpart\tname\t1")
        assert.include(lines, `assets\t${part?.slice("trial_".length)}\tname: ${before} → Other\t${part}`)
        assert.include(
          lines,
          `sequences\t${bom?.slice("trial_".length)}\trows.quantity (row 0): ${String(quantity)} → 999\t${bom}`
        )
        assert.include(lines, `assets\t\tonly there\t${trialId("part", "extra")}`)
      })
  )

  it.scopedLive("pairs what another id scheme wrote by the patterns of a file, and says what is wrong with one", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ seed: 3, size: small })
      const { state } = sandbox.cdf
      const path = yield* newFile
      const environment = environmentOf(sandbox, { STATE_URL: `file:${path}` })
      const only = ["--once", "--only", "master-data", "--no-sweep"]
      assert.strictEqual((yield* runProcess(only, { environment })).code, 0)
      const post = yield* somebody(sandbox)
      const pcn = sandbox.plex.customerId
      const parts = state.assets.all().filter(({ externalId }) => String(externalId).startsWith(`PCN${pcn}_part_`))
      const metadataOf = (part: (typeof parts)[number]) => Object(part["metadata"])
      const [first, second, ...others] = parts
      assert.isDefined(first)
      assert.isDefined(second)
      const oldId = (part: (typeof parts)[number]) =>
        `PLEX_${pcn}_PART_${String(metadataOf(part)["number"])}_${String(metadataOf(part)["plex_id"])}`
      yield* post("assets", [
        { externalId: "PLEX_PARTS", name: "Parts" },
        ...[first, second].flatMap((part) =>
          part === undefined
            ? []
            : [
                {
                  externalId: oldId(part),
                  name: part["name"],
                  parentExternalId: "PLEX_PARTS",
                  metadata: metadataOf(part)
                }
              ]
        ),
        { externalId: `PLEX_${pcn}_PART_1_gone`, name: "Gone", parentExternalId: "PLEX_PARTS" }
      ])
      yield* post("assets/update", [{ externalId: oldId(second ?? {}), update: { name: { set: "Old name" } } }])
      const file = `${dirname(dirname(path))}/scheme.yaml`
      const comparing = (text: string) =>
        Effect.suspend(() => {
          writeFileSync(file, text)
          return runProcess(["compare", "--with-scheme", file, "--json"], { environment })
        })

      const mark = lastOf(sandbox)
      const ended = yield* comparing(`
        ignore: [description, source]
        rules:
          - { kind: parts_library, match: PLEX_PARTS, ignore: ["metadata.*", name, parent] }
          - { kind: part, match: "PLEX_{pcn}_PART_{number}_{plex_id}" }
      `)
      assert.strictEqual(ended.code, 4, ended.stderr)
      const [library, compared] = ["parts_library", "part"].map((word) =>
        reportOf(ended).kinds.find((one) => one.word === word)
      )
      assert.deepInclude(library, { alike: 1, different: 0, onlyHere: 0, onlyThere: 0, fields: {} })
      assert.deepStrictEqual(compared?.fields, { name: 1 })
      assert.deepInclude(compared, {
        alike: 1,
        different: 1,
        onlyHere: others.length,
        onlyThere: 1,
        fields: { name: 1 }
      })
      assert.lengthOf(reportOf(ended).kinds, 2)
      assert.isTrue(reportOf(ended).uncovered.some(({ word }) => word === "building"))
      assert.deepStrictEqual(writesTo(sandbox, mark), [])

      for (const [text, problem] of [
        ["rules: []", /--with-scheme .*scheme\.yaml: rules/],
        ["rules: [{ kind: part, match: 'P{number' }]", /has a brace that is not of a \{field\}/],
        ["rules: [{ kind: widget, match: P }]", /rules\.0\.kind/],
        ["rules: [", /is not YAML or JSON/]
      ] as const) {
        const wrong = yield* comparing(text)
        assert.strictEqual(wrong.code, 2, wrong.stderr)
        assert.match(wrong.stderr, problem)
      }
      for (const args of [[], ["--without-prefix"], ["--with-prefix", "a", "--with-scheme", file]]) {
        const wrong = yield* runProcess(["compare", ...args], { environment })
        assert.strictEqual(wrong.code, 2, wrong.stderr)
        assert.match(wrong.stderr, /say with what: --with-prefix PREFIX/)
      }
    })
  )
})
