/**
 * A real Prometheus on loopback that scrapes one process each second, and what it answers.
 */
import { Effect, Schema, type Scope } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { eventually, freePort } from "./Served.js"

/** Whether Prometheus is on this machine; where `CI` is `true` its tests are run in any case. */
export const hasPrometheus: boolean =
  process.env["CI"] === "true" || spawnSync("prometheus", ["--version"]).status === 0

if (!hasPrometheus)
  process.stderr.write("prometheus is not here: scraping by it and alerts as they fire are not tested\n")

const Labels = Schema.Record({ key: Schema.String, value: Schema.String })

const Found = Schema.Struct({
  status: Schema.Literal("success"),
  data: Schema.Struct({ result: Schema.Array(Schema.Struct({ metric: Labels })) })
})

const Alerts = Schema.Struct({
  data: Schema.Struct({
    alerts: Schema.Array(Schema.Struct({ labels: Labels, annotations: Labels, state: Schema.String }))
  })
})

const Targets = Schema.Struct({
  data: Schema.Struct({
    activeTargets: Schema.Array(Schema.Struct({ health: Schema.String, lastError: Schema.String }))
  })
})

const Rules = Schema.Struct({
  data: Schema.Struct({
    groups: Schema.Array(
      Schema.Struct({ rules: Schema.Array(Schema.Struct({ lastError: Schema.optional(Schema.String) })) })
    )
  })
})

export interface Prometheus {
  /** Labels of the series that a query finds now; dies where Prometheus does not take the query. */
  readonly query: (query: string) => Effect.Effect<ReadonlyArray<Readonly<Record<string, string>>>>
  /** Alerts that fire. */
  readonly firing: Effect.Effect<(typeof Alerts.Type)["data"]["alerts"]>
  /** The one target: `up`, `down` or `unknown`, and what went wrong in the last scrape. */
  readonly target: Effect.Effect<{ readonly health: string; readonly lastError: string }>
  /** What went wrong when rules were evaluated. */
  readonly ruleErrors: Effect.Effect<ReadonlyArray<string>>
}

const stopped = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done()
    else {
      child.once("exit", () => done())
      child.kill("SIGKILL")
    }
  })

/** Scrapes this port of loopback by these rules (the text of a file of rules), until the scope closes. */
export const startPrometheus = (port: number, rules: string): Effect.Effect<Prometheus, never, Scope.Scope> =>
  Effect.gen(function* () {
    const own = yield* freePort
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-prometheus-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    writeFileSync(join(folder, "rules.yml"), rules)
    writeFileSync(
      join(folder, "prometheus.yml"),
      // JSON is YAML.
      JSON.stringify({
        global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
        rule_files: ["rules.yml"],
        scrape_configs: [{ job_name: "plex-cdf", static_configs: [{ targets: [`127.0.0.1:${port}`] }] }]
      })
    )
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(
          "prometheus",
          [
            `--config.file=${join(folder, "prometheus.yml")}`,
            `--storage.tsdb.path=${join(folder, "data")}`,
            `--web.listen-address=127.0.0.1:${own}`,
            "--log.level=error"
          ],
          { stdio: "ignore" }
        )
      ),
      (child) => Effect.promise(() => stopped(child))
    )
    const base = `http://127.0.0.1:${own}`
    yield* eventually(
      Effect.promise(() =>
        fetch(`${base}/-/ready`).then(
          ({ status }) => status,
          () => 0
        )
      ),
      (status) => status === 200
    )
    const ask = <A, I>(path: string, schema: Schema.Schema<A, I>) =>
      Effect.map(
        Effect.promise(() => fetch(`${base}/api/v1/${path}`).then((answer) => answer.json())),
        Schema.decodeUnknownSync(schema)
      )
    return {
      query: (query) =>
        Effect.map(ask(`query?query=${encodeURIComponent(query)}`, Found), ({ data }) =>
          data.result.map(({ metric }) => metric)
        ),
      firing: Effect.map(ask("alerts", Alerts), ({ data }) => data.alerts.filter(({ state }) => state === "firing")),
      target: Effect.flatMap(ask("targets", Targets), ({ data: { activeTargets } }) =>
        activeTargets[0] === undefined ? Effect.dieMessage("no target") : Effect.succeed(activeTargets[0])
      ),
      ruleErrors: Effect.map(ask("rules", Rules), ({ data }) =>
        data.groups.flatMap(({ rules: all }) =>
          all.flatMap(({ lastError = "" }) => (lastError === "" ? [] : [lastError]))
        )
      )
    }
  })
