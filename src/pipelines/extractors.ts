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

export const definitions: Readonly<Record<Extractor, ExtractorDefinition>> = {
  "master-data": masterData,
  jobs,
  production,
  inventory,
  quality,
  performance
}
