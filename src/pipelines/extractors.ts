/**
 * All extractors.
 */
import type { Extractor } from "../domain/Flow.js"
import { inventory } from "./inventory.js"
import { jobs } from "./jobs.js"
import { masterData } from "./masterData.js"
import { performance } from "./performance.js"
import { production } from "./production.js"
import { quality } from "./quality.js"
import type { ExtractorDefinition } from "./runExtractor.js"

/** An extractor for each name. */
export type ExtractorDefinitions = Readonly<Record<Extractor, ExtractorDefinition>>

/** The six extractors, by name: to run, or to build another one on. */
export const definitions: ExtractorDefinitions = {
  "master-data": masterData,
  jobs,
  production,
  inventory,
  quality,
  performance
}
