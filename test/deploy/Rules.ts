/**
 * The alerts of `deploy/prometheus`, and what queries name.
 */
import { Schema } from "effect"
import { documentAt } from "./Documents.js"

const Alert = Schema.Struct({
  alert: Schema.String,
  expr: Schema.String,
  for: Schema.optional(Schema.String),
  labels: Schema.Struct({ severity: Schema.Literal("critical", "warning") }),
  annotations: Schema.Struct({ summary: Schema.String, description: Schema.String, runbook_url: Schema.String })
})

const Groups = Schema.Struct({
  groups: Schema.Array(Schema.Struct({ name: Schema.String, rules: Schema.Array(Alert) }))
})

export const rulesPath = "deploy/prometheus/alerts.yml"
export const ruleTestsPath = "deploy/prometheus/alerts.test.yml"

/** The groups of rules, as they stand in the file. */
export const ruleGroups = documentAt(rulesPath, Groups).groups

/** All alerts. */
export const alerts = ruleGroups.flatMap(({ rules }) => rules)

/** Of a query: each series that it selects, `name{matchers}`, without the range and the offset. */
export const selectorsOf = (query: string): ReadonlyArray<string> =>
  Array.from(query.matchAll(/\bplex_cdf_\w+(?:\{[^}]*\})?/g), ([selector]) => selector)

/** Of a query: the labels by which it groups and joins. */
export const groupingLabels = (query: string): ReadonlyArray<string> =>
  Array.from(query.matchAll(/\b(?:by|on|group_left)\s*\(([^)]*)\)/g), ([, labels = ""]) => labels)
    .flatMap((labels) => labels.split(","))
    .map((label) => label.trim())
    .filter((label) => label !== "")
