import { assert, describe, it } from "@effect/vitest"
import { stripVTControlCharacters } from "node:util"
import { planLines } from "../../src/cli/planText.js"
import { style } from "../../src/cli/Style.js"
import { noPlan } from "../../src/domain/cdf/Plan.js"
import { ExternalId } from "../../src/domain/ExternalId.js"
import type { FlowPlan } from "../../src/pipelines/plan.js"

const plain = style({ isTTY: false }, {})
const coloured = style({ isTTY: true }, {})

const jobs: FlowPlan = {
  flow: "jobs",
  status: "ok",
  notice: undefined,
  valveClosed: false,
  counts: { ...noPlan, create: 1204, update: 1, retract: 1, points: 2, rowsDeleted: 3 },
  objects: [
    {
      change: "create",
      kind: "events",
      externalId: ExternalId.make("new"),
      name: "Job 1",
      fields: { externalId: "new", startTime: 0, links: ["a", "b"], metadata: { note: "x".repeat(500) } }
    },
    {
      change: "update",
      kind: "events",
      externalId: ExternalId.make("old"),
      differences: [
        { field: "endTime", after: 1000 },
        { field: "links", added: ["c"], removed: ["a", 17] },
        { field: "metadata", key: "operator_name", withheld: true },
        { field: "metadata", key: "state", before: "\u001b[31mred", after: "done" },
        { field: "subtype", before: "s" }
      ]
    },
    { change: "retract", kind: "events", externalId: ExternalId.make("gone") }
  ],
  data: [
    { what: "points", externalId: ExternalId.make("ts"), written: 2, deleted: 0 },
    { what: "rows", externalId: ExternalId.make("seq"), written: 0, deleted: 3 }
  ]
}

const calm: FlowPlan = { ...jobs, flow: "parts", counts: noPlan, objects: [], data: [] }

describe("A plan for people", () => {
  it("tells each change with its differences, cuts what is long, and counts what is not shown", () => {
    const all = "1,204 to create, 1 to update, 1 to retract, 2 points to write, 3 rows to delete"
    assert.deepStrictEqual(planLines([calm, jobs], true, plain), [
      `jobs: ${all}`,
      '  + event new "Job 1"',
      "      startTime: 1970-01-01T00:00:00.000Z",
      "      links: a, b",
      `      metadata.note: "${"x".repeat(99)}…"`,
      "  … and 1,203 more to create",
      "  ~ event old",
      "      + endTime: 1970-01-01T00:00:01.000Z",
      "      + links: c",
      "      - links: a, 17",
      "      ~ metadata.operator_name: values of people are not shown",
      '      ~ metadata.state: "\\u001b[31mred" → "done"',
      '      - subtype: "s"',
      "  - event gone (retracted: corrected or taken back in Plex)",
      "  + points of ts: 2 to write",
      "  - rows of seq: 3 to delete",
      "",
      `In all: ${all}`
    ])
  })

  it("says the same in colours: green for what comes, yellow for what changes, red for what goes", () => {
    const lines = planLines([calm, jobs], true, coloured)
    assert.deepStrictEqual(lines.map(stripVTControlCharacters), planLines([calm, jobs], true, plain))
    assert.include(lines, '  \u001b[32m+ event new "Job 1"\u001b[39m')
    assert.include(lines, "  \u001b[33m~ event old\u001b[39m")
    assert.include(lines, "      \u001b[31m- links: a, 17\u001b[39m")
  })

  it("says that there is nothing to do, and where not all was seen, that", () => {
    assert.deepStrictEqual(planLines([calm], true, plain), ["Nothing to do"])
    assert.deepStrictEqual(planLines([], false, plain), ["Nothing to do, as far as could be seen"])
  })
})
