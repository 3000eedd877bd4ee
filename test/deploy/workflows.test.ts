import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { existsSync } from "node:fs"
import { basename } from "node:path"
import { documentAt, filesBelow, read } from "./Documents.js"

const folder = ".github/workflows"

const Texts = Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean) })
const Step = Schema.Struct({
  uses: Schema.optional(Schema.String),
  run: Schema.optional(Schema.String),
  with: Schema.optionalWith(Texts, { default: () => ({}) })
})
const Job = Schema.Struct({
  "timeout-minutes": Schema.Number,
  if: Schema.optional(Schema.String),
  permissions: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  strategy: Schema.optional(
    Schema.Struct({ matrix: Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) }) })
  ),
  steps: Schema.Array(Step)
})
const Workflow = Schema.Struct({
  on: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  permissions: Schema.Record({ key: Schema.String, value: Schema.String }),
  jobs: Schema.Record({ key: Schema.String, value: Job })
})

const workflows = new Map(
  filesBelow(folder).map((path) => [basename(path), { text: read(path), ...documentAt(path, Workflow) }])
)
const jobs = [...workflows].flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ name: `${file}: ${name}`, ...job }))
)
const steps = jobs.flatMap((job) => job.steps)

const Package = Schema.parseJson(
  Schema.Struct({
    engines: Schema.Struct({ node: Schema.String }),
    scripts: Schema.Record({ key: Schema.String, value: Schema.String })
  })
)
const { engines, scripts } = Schema.decodeUnknownSync(Package)(read("package.json"))

describe("the workflows", () => {
  it("pin every action to a commit and say which version that is", () => {
    for (const [file, { text }] of workflows) {
      const used = text.split("\n").filter((line) => /\buses:/.test(line))
      for (const line of used) assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file)
    }
  })

  it("use one commit of each action", () => {
    const commits = new Map<string, Set<string>>()
    for (const uses of steps.flatMap((step) => step.uses ?? [])) {
      const [action = "", commit = ""] = uses.split("@")
      commits.set(action, (commits.get(action) ?? new Set()).add(commit))
    }
    assert.deepStrictEqual(
      [...commits].filter(([, used]) => used.size > 1),
      []
    )
  })

  it("may read the repository and nothing else, but for what publishes an image", () => {
    for (const [file, { permissions }] of workflows) assert.deepStrictEqual(permissions, { contents: "read" }, file)
    const more = jobs.filter((job) => job.permissions !== undefined)
    assert.deepStrictEqual(
      more.map(({ name, permissions }) => ({ name, permissions })),
      [{ name: "image.yml: publish", permissions: { contents: "read", packages: "write" } }]
    )
    assert.match(more[0]?.if ?? "", /^startsWith\(github\.ref, 'refs\/tags\/v'\)$/)
  })

  it("leave no token behind in the working folder", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))
    assert.isAtLeast(checkouts.length, 3)
    for (const checkout of checkouts) assert.isFalse(checkout.with["persist-credentials"])
  })

  it("end every job after a while", () => {
    for (const job of jobs) assert.isAtMost(job["timeout-minutes"], 180, job.name)
  })

  it("put nothing into a shell that a stranger can write", () => {
    for (const { run } of steps) assert.notMatch(run ?? "", /\$\{\{/)
  })

  it("run only scripts that exist", () => {
    const lines = steps.flatMap(({ run = "" }) => run.split("\n"))
    const named = lines.flatMap((line) => [...line.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = ""]) => name))
    for (const name of named) assert.property(scripts, name)
    for (const line of lines.filter((one) => /^\.\w/.test(one)))
      assert.isTrue(existsSync(line.split(" ")[0] ?? ""), line)
  })
})

describe("CI", () => {
  it("makes every check on each Node from the oldest that is offered", () => {
    const job = workflows.get("ci.yml")?.jobs["check"]
    const nodes = job?.strategy?.matrix["node"] ?? []
    assert.deepStrictEqual(nodes, ["20", "22", "24"])
    assert.strictEqual(/\d+/.exec(engines.node)?.[0], nodes[0])
    assert.include(job?.steps.map(({ run }) => run ?? "") ?? [], ".ci/run")
  })
})

describe("the image", () => {
  it("is published with a bill of materials and its provenance, and only tried before", () => {
    const builds = steps.filter(({ uses }) => uses?.startsWith("docker/build-push-action@"))
    const published = builds.filter((step) => step.with["push"] === true)
    assert.strictEqual(builds.length, 2)
    assert.strictEqual(published.length, 1)
    assert.isTrue(published[0]?.with["sbom"])
    assert.strictEqual(published[0]?.with["provenance"], "mode=max")
  })
})
