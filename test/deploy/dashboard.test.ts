import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hasPromtool, ruleFindings } from "../support/Promtool.js"
import { dashboard, panels, queries } from "./Dashboard.js"

/** What Prometheus has against these queries. */
const queryFindings = (all: ReadonlyArray<string>): string => {
  const folder = mkdtempSync(join(tmpdir(), "plex-cdf-queries-"))
  const path = join(folder, "rules.json")
  const rules = all.map((expr, at) => ({ record: `query:${at}`, expr }))
  // JSON is YAML.
  writeFileSync(path, JSON.stringify({ groups: [{ name: "queries", rules }] }))
  const found = ruleFindings(path)
  rmSync(folder, { recursive: true })
  return found
}

describe("the dashboard", () => {
  it("shows one thing at one place: panels have ids of their own and do not overlap", () => {
    assert.strictEqual(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length)
    const cells = dashboard.panels.flatMap(({ gridPos: { h, w, x, y }, title }) => {
      assert.isAtMost(x + w, 24, title)
      return Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`)
    })
    assert.strictEqual(new Set(cells).size, cells.length)
  })

  it("says of every panel what it shows, in which unit, and where it becomes bad", () => {
    assert.isAbove(panels.length, 30)
    for (const { description = "", fieldConfig, targets, title } of panels) {
      assert.match(description, /^[A-Z`].*\.$/s, title)
      assert.isDefined(fieldConfig?.defaults.thresholds, title)
      assert.isNotEmpty(targets, title)
    }
  })

  it("asks the data source that is chosen, which is the one of compose.yaml at first", () => {
    const variables = new Map(dashboard.templating.list.map((variable) => [variable.name, variable]))
    assert.sameMembers([...variables.keys()], ["datasource", "pcn", "status_page"])
    assert.strictEqual(variables.get("datasource")?.current.value, "prometheus")
    const uids = panels.flatMap(({ datasource, targets }) => [datasource, ...targets.map((each) => each.datasource)])
    for (const source of uids) assert.deepStrictEqual(source, { type: "prometheus", uid: "${datasource}" })
    assert.deepStrictEqual(
      dashboard.links.map(({ url }) => url),
      ["${status_page}"]
    )
  })

  it("asks only for the facilities that are chosen", () => {
    for (const { expr, title } of panels.flatMap((panel) =>
      panel.targets.map((each) => ({ title: panel.title, ...each }))
    ))
      assert.include(expr, 'pcn=~"$pcn', title)
  })

  it.skipIf(!hasPromtool)("asks what Prometheus understands", () => {
    assert.strictEqual(queryFindings(queries.map(({ query }) => query)), "")
    assert.include(queryFindings(["sum by (pcn plex_cdf_active"]), "parse error")
  })
})
