import { assert, describe, it } from "@effect/vitest"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hasPromtool, ruleFindings, ruleTestFindings } from "../support/Promtool.js"
import { read } from "./Documents.js"
import { alerts, ruleGroups, rulesPath, ruleTestsPath } from "./Rules.js"

const page = "docs/operations.md"
const [, chapter = ""] = read(page).split("\n## When it alerts\n")
const sections = new Map(
  (chapter.split(/\n## /)[0] ?? "").split("\n### ").map((text) => [text.split("\n")[0] ?? "", text])
)

/** What fails of the tests where the alerts are these. */
const findingsWith = (groups: typeof ruleGroups): string => {
  const folder = mkdtempSync(join(tmpdir(), "plex-cdf-alerts-"))
  cpSync(ruleTestsPath, join(folder, "alerts.test.yml"))
  writeFileSync(join(folder, "alerts.yml"), JSON.stringify({ groups }))
  const found = ruleTestFindings(join(folder, "alerts.test.yml"))
  rmSync(folder, { recursive: true })
  return found
}

describe("alerts", () => {
  it("have each a name of their own and a section that says what is seen, what is guaranteed and what to do", () => {
    assert.strictEqual(new Set(alerts.map(({ alert }) => alert)).size, alerts.length)
    assert.sameMembers(
      [...sections.keys()].filter((name) => name.startsWith("PlexCdf")),
      alerts.map(({ alert }) => alert)
    )
    for (const { alert, annotations } of alerts) {
      assert.match(alert, /^PlexCdf[A-Z]/)
      assert.strictEqual(annotations.runbook_url, `${page}#${alert.toLowerCase()}`)
      for (const part of ["**You see**", "**Meanwhile**", "**Do**"])
        assert.include(sections.get(alert) ?? "", part, alert)
    }
  })

  it("keep the facility, and leave out the instance, which changes with each pod", () => {
    for (const { alert, expr } of alerts.filter((each) => each.alert !== "PlexCdfAbsent")) {
      const [, labels = ""] = /^(?:max|sum) by \(([^)]*)\)/.exec(expr) ?? []
      assert.match(labels, /^job, pcn\b/, alert)
      assert.notInclude(labels, "instance", alert)
    }
  })

  it.skipIf(!hasPromtool)("are rules that Prometheus takes", () => assert.strictEqual(ruleFindings(rulesPath), ""))

  it.skipIf(!hasPromtool)("fire by their cause and not otherwise", () =>
    assert.strictEqual(ruleTestFindings(ruleTestsPath), "")
  )

  it.skipIf(!hasPromtool)("that do not fire, any of them, are found out by these tests", () => {
    const found = findingsWith(
      ruleGroups.map((group) => ({
        ...group,
        rules: group.rules.map((rule) => ({ ...rule, expr: `(${rule.expr}) unless on () vector(1)` }))
      }))
    )
    for (const { alert } of alerts) assert.include(found, alert)
  })

  it.skipIf(!hasPromtool)("that fire at once, without waiting, are found out too", () => {
    const hasty = ruleGroups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, for: "0s" })) }))
    const found = findingsWith(hasty)
    for (const { alert } of alerts.filter((each) => each.for !== undefined)) assert.include(found, alert)
  })
})
