/**
 * What `/metrics` tells and what the sandbox's journal has seen, in one form, so that they can be held against each other.
 */
import { Schema } from "effect"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import type { Sample } from "./Served.js"

/** Which upstream and endpoint an exchange is of, by the journal alone. */
export const endpointOf = ({ method, path, server }: JournalEntry): string => {
  if (path === "/oauth2/token") return "cdf-token token"
  if (server === "datasource") {
    const source = path.split("/").find((part) => /^\d+$/.test(part)) ?? ""
    return `plex-ds ${method === "GET" ? "metadata of " : ""}data source ${source}`
  }
  const inProject = path.replace(/^\/api\/v1\/projects\/[^/]+/, "")
  const parts = inProject.split("/").map((part) => (/^(\d+|[0-9a-f-]{36})$/.test(part) ? "{id}" : part))
  return `${server} ${method} ${parts.join("/")}`
}

/** Counts by key, in the order of the keys. */
export type Counted = Readonly<Record<string, number>>

const inOrder = (counts: Iterable<readonly [string, number]>): Counted =>
  Object.fromEntries([...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)))

/** How often each key stands there. */
export const counted = (keys: Iterable<string>): Counted => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return inOrder(counts)
}

/** An exchange as metrics count it: upstream, endpoint and status. */
export const callOf = (entry: JournalEntry): string => `${endpointOf(entry)} ${entry.status ?? "none"}`

/** Samples of a metric that are not 0, by the values of these labels. */
export const labelled = (samples: ReadonlyArray<Sample>, name: string, ...labels: ReadonlyArray<string>): Counted =>
  inOrder(
    samples
      .filter((sample) => sample.name === name && sample.value > 0)
      .map((sample) => [labels.map((label) => sample.labels[label] ?? "").join(" "), sample.value] as const)
  )

/** The calls that metrics tell of, as {@link callOf} names them. */
export const callsIn = (samples: ReadonlyArray<Sample>): Counted =>
  inOrder(
    Object.entries(labelled(samples, "plex_cdf_calls_total", "upstream", "endpoint", "status")).map(
      ([key, value]) => [key.replace(/^(plex-ds .*data source \d+) \(\w+\)/, "$1"), value] as const
    )
  )

/** The sum of a metric over all samples that have these labels. */
export const sumOf = (samples: ReadonlyArray<Sample>, name: string, labels: Readonly<Record<string, string>> = {}) =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0)

const Points = Schema.parseJson(
  Schema.Struct({ items: Schema.Array(Schema.Struct({ datapoints: Schema.Array(Schema.Unknown) })) })
)

/** Data points that CDF took by an exchange. */
export const pointsTakenBy = ({ fault, method, path, requestBody, server, status }: JournalEntry): number =>
  server === "cdf" && method === "POST" && path.endsWith("/timeseries/data") && status === 200 && fault === undefined
    ? Schema.decodeUnknownSync(Points)(requestBody).items.reduce((sum, { datapoints }) => sum + datapoints.length, 0)
    : 0
