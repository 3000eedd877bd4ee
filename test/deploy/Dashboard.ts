/**
 * The dashboard of `deploy/grafana`.
 */
import { Schema } from "effect"
import { read } from "./Documents.js"

const Source = Schema.Struct({ type: Schema.String, uid: Schema.String })
const Target = Schema.Struct({ refId: Schema.String, expr: Schema.String, datasource: Source })
const Panel = Schema.Struct({
  id: Schema.Number,
  type: Schema.String,
  title: Schema.String,
  description: Schema.optional(Schema.String),
  datasource: Schema.optional(Source),
  gridPos: Schema.Struct({ x: Schema.Number, y: Schema.Number, w: Schema.Number, h: Schema.Number }),
  fieldConfig: Schema.optional(
    Schema.Struct({ defaults: Schema.Struct({ unit: Schema.String, thresholds: Schema.Unknown }) })
  ),
  targets: Schema.optionalWith(Schema.Array(Target), { default: () => [] })
})

const Dashboard = Schema.parseJson(
  Schema.Struct({
    uid: Schema.String,
    links: Schema.Array(Schema.Struct({ title: Schema.String, url: Schema.String })),
    annotations: Schema.Struct({ list: Schema.Array(Schema.Struct({ expr: Schema.String })) }),
    templating: Schema.Struct({
      list: Schema.Array(
        Schema.Struct({
          name: Schema.String,
          type: Schema.String,
          current: Schema.Struct({ value: Schema.Unknown }),
          definition: Schema.optional(Schema.String)
        })
      )
    }),
    panels: Schema.Array(Panel)
  })
)

export const dashboard = Schema.decodeUnknownSync(Dashboard)(read("deploy/grafana/dashboards/plex-cdf.json"))

/** Panels that show something: rows are headings. */
export const panels = dashboard.panels.filter(({ type }) => type !== "row")

/** As Grafana would ask it, of all facilities. */
const asked = (expr: string): string => expr.replaceAll("$pcn", ".*").replaceAll("$__rate_interval", "1m")

/** All queries, with the panel that they are of. */
export const queries: ReadonlyArray<{ readonly of: string; readonly query: string }> = [
  ...panels.flatMap(({ targets, title }) => targets.map(({ expr }) => ({ of: title, query: asked(expr) }))),
  ...dashboard.annotations.list.map(({ expr }) => ({ of: "annotations", query: asked(expr) }))
]
