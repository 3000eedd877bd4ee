/**
 * What the status page shows, as text, against what `/metrics` tells.
 */
import { labelled, sumOf } from "../support/JournalMetrics.js"
import type { Sample } from "../support/Served.js"

const row = /<tr role="row" id="\w+-total-([a-z-]+)">(.*?)<\/tr>/gs
const cell = /data-head="([^"]+)"[^>]*>([^<]*)</g
const figure = (page: string, name: string): string | undefined =>
  new RegExp(`>${name}(?:</a>)?</dt><dd><span class="value">([^<]*)<`).exec(page)?.[1]

const numberIn = (text: string | undefined): number => Number((text ?? "").replaceAll(",", "") || Number.NaN)

type Shown = readonly [head: string, metric: string, labels?: Readonly<Record<string, string>>]

/** Sums since the process began, by their columns. */
const totals: ReadonlyArray<Shown> = [
  ["Read", "plex_cdf_records_read_total"],
  ["Created", "plex_cdf_records_total", { outcome: "created" }],
  ["Updated", "plex_cdf_records_total", { outcome: "updated" }],
  ["Unchanged", "plex_cdf_records_total", { outcome: "unchanged" }],
  ["Points", "plex_cdf_data_points_total"],
  ["Links", "plex_cdf_links_total"],
  ["Dead letters", "plex_cdf_records_total", { outcome: "dead_lettered" }]
]

const figures: ReadonlyArray<Shown> = [
  ["Dead letters", "plex_cdf_dead_letters"],
  ["Pending links", "plex_cdf_pending_links"],
  ["Retired", "plex_cdf_objects_retired_total"]
]

/** Where a page and the metrics of the same moment do not say the same. */
export const pageDisagreements = (page: string, samples: ReadonlyArray<Sample>): ReadonlyArray<string> => {
  const rows = [...page.matchAll(row)]
  const errors = labelled(samples, "plex_cdf_call_errors_last_hour", "category")
  return [
    ...(rows.length > 0 ? [] : ["the page shows no flows"]),
    ...rows.flatMap(([, flow = "", cells = ""]) => {
      const shown = new Map([...cells.matchAll(cell)].map(([, head = "", text = ""]) => [head, numberIn(text)]))
      return totals.flatMap(([head, metric, labels = {}]) => {
        const told = sumOf(samples, metric, { flow, ...labels })
        return shown.get(head) === told
          ? []
          : [`${flow} ${head}: the page shows ${shown.get(head)}, the metrics tell ${told}`]
      })
    }),
    ...figures.flatMap(([name, metric]) => {
      const [shown, told] = [numberIn(figure(page, name)), sumOf(samples, metric)]
      return shown === told ? [] : [`${name}: the page shows ${shown}, the metrics tell ${told}`]
    }),
    ...Object.entries(errors).flatMap(([category, count]) =>
      page.includes(`${new Intl.NumberFormat("en").format(count)} ${category}`)
        ? []
        : [`the page does not tell of ${count} failed calls of category ${category}`]
    )
  ]
}
