/**
 * Metrics as Prometheus reads them: its text format, version 0.0.4.
 */
import { type MetricLabel, type MetricPair, MetricState } from "effect"

export const contentType = "text/plain; version=0.0.4; charset=utf-8"

const escapedHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")
const escapedValue = (text: string): string => escapedHelp(text).replaceAll('"', '\\"')

const labelsOf = (tags: ReadonlyArray<MetricLabel.MetricLabel>, ...more: ReadonlyArray<readonly [string, string]>) => {
  const all = [...tags.map(({ key, value }) => [key, value] as const), ...more]
  return all.length === 0 ? "" : `{${all.map(([key, value]) => `${key}="${escapedValue(value)}"`).join(",")}}`
}

/** A metric with its labels, as it stands before its value. */
export const sampleName = (name: string, tags: ReadonlyArray<MetricLabel.MetricLabel>): string => name + labelsOf(tags)

const numberOf = (value: number | bigint): string =>
  value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value)

interface Family {
  readonly type: "counter" | "gauge" | "histogram"
  readonly lines: (name: string, tags: ReadonlyArray<MetricLabel.MetricLabel>) => ReadonlyArray<string>
}

/** What a state is in Prometheus' words; frequencies and summaries are not used here. */
const familyOf = (state: MetricState.MetricState.Untyped): Family | undefined => {
  if (MetricState.isCounterState(state)) {
    const { count } = state
    return { type: "counter", lines: (name, tags) => [`${name}${labelsOf(tags)} ${numberOf(count)}`] }
  }
  if (MetricState.isGaugeState(state)) {
    const { value } = state
    return { type: "gauge", lines: (name, tags) => [`${name}${labelsOf(tags)} ${numberOf(value)}`] }
  }
  if (MetricState.isHistogramState(state)) {
    const { buckets, count, sum } = state
    // The last bucket is the infinite one already.
    return {
      type: "histogram",
      lines: (name, tags) => [
        ...buckets.map(([bound, within]) => `${name}_bucket${labelsOf(tags, ["le", numberOf(bound)])} ${within}`),
        `${name}_sum${labelsOf(tags)} ${numberOf(sum)}`,
        `${name}_count${labelsOf(tags)} ${count}`
      ]
    }
  }
  return undefined
}

/** Those of these metrics whose names begin so, by name, without the `unknown` ones; those of one name stand together under one heading. */
export const prometheusText = (
  pairs: ReadonlyArray<MetricPair.MetricPair.Untyped>,
  prefix: string,
  unknown: ReadonlySet<string> = new Set()
): string => {
  const families = new Map<string, { readonly head: ReadonlyArray<string>; readonly lines: Array<string> }>()
  for (const { metricKey, metricState } of pairs) {
    const { name, tags } = metricKey
    const family = name.startsWith(prefix) ? familyOf(metricState) : undefined
    if (family === undefined || unknown.has(sampleName(name, tags))) continue
    const help = metricKey.description._tag === "Some" ? metricKey.description.value : name
    const known = families.get(name) ?? {
      head: [`# HELP ${name} ${escapedHelp(help)}`, `# TYPE ${name} ${family.type}`],
      lines: []
    }
    known.lines.push(...family.lines(name, tags))
    families.set(name, known)
  }
  return [...families]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, { head, lines }]) => [...head, ...lines])
    .map((line) => `${line}\n`)
    .join("")
}
