/**
 * Prometheus' own judgement of metrics, rules and queries.
 */
import { spawnSync } from "node:child_process"

/** Whether promtool is on this machine; where `CI` is `true` its tests are run in any case. */
export const hasPromtool: boolean = process.env["CI"] === "true" || spawnSync("promtool", ["--version"]).status === 0

if (!hasPromtool) process.stderr.write("promtool is not here: what Prometheus thinks of the metrics is not tested\n")

/** What `promtool check metrics` has against this text; empty where nothing. */
export const findingsOf = (text: string): string => {
  const { error, status, stderr, stdout } = spawnSync("promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8"
  })
  if (error !== undefined) return error.message
  return status === 0 ? "" : `${stdout}${stderr}`
}

const judged = (args: ReadonlyArray<string>): string => {
  const { error, status, stderr, stdout } = spawnSync("promtool", args, { encoding: "utf8" })
  if (error !== undefined) return error.message
  return status === 0 ? "" : `${stdout}${stderr}`
}

/** What `promtool check rules` has against a file; empty where nothing. */
export const ruleFindings = (path: string): string => judged(["check", "rules", path])

/** What fails of the tests of rules in a file, as `promtool test rules` runs them; empty where nothing. */
export const ruleTestFindings = (path: string): string => judged(["test", "rules", path])
