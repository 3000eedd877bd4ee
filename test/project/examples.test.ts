/**
 * The programs of `examples/` run against a sandbox of their own; what they did is read from that sandbox.
 */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { readdirSync } from "node:fs"
import { promisify } from "node:util"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { environmentOf, forbiddenCalls, startSandbox, unexplainedRefusals } from "../support/SandboxProcess.js"

const run = promisify(execFile)

/** What a program prints, beside its log. */
const printed = (program: string, sandbox: Sandbox) =>
  Effect.map(
    Effect.promise(() =>
      run(process.execPath, ["node_modules/vite-node/vite-node.mjs", `examples/${program}`], {
        env: { PATH: process.env["PATH"], ...environmentOf(sandbox, { STATE_URL: ":memory:" }) }
      })
    ),
    ({ stdout }) => stdout
  )

const suppliers = [
  { id: "b80bb774-0288-4da1-a201-890375a60c8f", code: "ICE", name: "Ice & Co", modifiedDate: "2026-06-01T00:00:00Z" },
  { id: "c15dde8e-67c0-44c2-a9fc-5cc4f8230288", code: null, name: null }
]

it.scopedLive("a flow of one's own brings its records to CDF beside those of its extractor", () =>
  Effect.gen(function* () {
    const sandbox = yield* startSandbox()
    sandbox.faults.add({
      kind: "status",
      status: 200,
      body: JSON.stringify(suppliers),
      match: { server: "plex", path: /^\/mdm\/v1\/suppliers$/ }
    })

    const stdout = yield* printed("ownFlow.ts", sandbox)

    assert.match(stdout, /^own-suppliers: ok, 2 created, 0 unchanged$/m)
    const { assets } = sandbox.cdf.snapshot()
    const own = Object.keys(assets).filter((externalId) => externalId.startsWith("PCN340884_own_supplier_"))
    assert.deepStrictEqual(own.map((externalId) => assets[externalId]?.["name"]).toSorted(), [
      "ICE - Ice & Co",
      "Supplier c15dde8e"
    ])
    assert.strictEqual(Object.keys(assets).filter((externalId) => externalId.startsWith("PCN340884_part_")).length, 27)
    assert.deepStrictEqual([...forbiddenCalls(sandbox), ...unexplainedRefusals(sandbox)], [])
  })
)

it.scopedLive("an application with a CDF of its own is told of all that was created, and of nothing else", () =>
  Effect.gen(function* () {
    const sandbox = yield* startSandbox()

    const stdout = yield* printed("application.ts", sandbox)

    const told = Object.fromEntries(
      [...stdout.matchAll(/^(\d+) (\w+) announced$/gm)].map(([, count, kind = ""]) => [kind, Number(count)])
    )
    const { assets, events, relationships, sequences, timeSeries } = sandbox.cdf.snapshot()
    const held = { assets, events, relationships, sequences, timeseries: timeSeries }
    for (const [kind, resources] of Object.entries(held)) {
      assert.strictEqual(told[kind], Object.keys(resources).length, kind)
    }
    assert.isAbove(told["assets"] ?? 0, 100)
  })
)

it("every program of the examples is run here or is a test itself", () => {
  assert.deepStrictEqual(readdirSync("examples").toSorted(), [
    "application.ts",
    "ownFlow.ts",
    "suppliers.test.ts",
    "suppliers.ts"
  ])
})
