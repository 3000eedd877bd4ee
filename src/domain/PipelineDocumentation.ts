/**
 * What an extraction pipeline says of itself in CDF. The Toolkit module says the same.
 */
import type { DataSetName } from "./Facility.js"

const holdings: Readonly<Record<DataSetName, string>> = {
  master: "the facility and its tree, buildings, parts, operations, supply items, bills of material, routings",
  production: "production lines, workcenters; production, scrap and status events; output and OEE series",
  scheduling: "jobs as events, their operations as sequences",
  inventory: "locations, containers; movements and adjustments as events; levels as series",
  quality: "specifications, control plans; checksheets, problems and deviations as events",
  maintenance: "equipment"
}

/** In the order in which a plant is described. */
const order = ["master", "production", "scheduling", "inventory", "quality", "maintenance"] as const

/** Markdown; `dataSets` are the external ids or names of those in use. */
export const pipelineDocumentation = (dataSets: Readonly<Partial<Record<DataSetName, string>>>): string =>
  [
    "## What it does",
    "",
    "plex-cdf reads Plex Manufacturing Cloud (ERP/MES) and keeps assets, events, time series, sequences and relationships in CDF true to",
    "it: parts, jobs, production, inventory, quality and performance of the facility, linked, complete and never doubled. It only reads",
    "from Plex.",
    "",
    "## What is written, and where",
    "",
    "| Data set | Holds |",
    "| --- | --- |",
    ...order.flatMap((name) => {
      const dataSet = dataSets[name]
      return dataSet === undefined ? [] : [`| \`${dataSet}\` | ${holdings[name]} |`]
    }),
    "",
    "Every external id begins with `PCN` and the Plex Customer Number. Metadata, links and labels that others add are left alone.",
    "",
    "## How to read the runs",
    "",
    "- **success**: an extractor finished. Where the message begins with what is degraded, a flow of it failed, was refused, or set records aside",
    "  as dead letters; the others finished.",
    "- **failure**: an extractor did not finish: credentials or project are refused, the state or the tree cannot be made, or none of its",
    "  flows finished.",
    "- **seen**: the process lives; every ten minutes.",
    "",
    "## When it fails",
    "",
    "1. The message of the run says which flow failed and why.",
    "2. `plex-cdf runs list` and `plex-cdf runs show RUN_ID` show every request of a run.",
    "3. `plex-cdf dead-letters list` shows what could not be delivered, with the reason.",
    "",
    "A pass that failed is made again by itself, and begins where the last one was confirmed. Nothing needs to be cleaned up."
  ].join("\n")
