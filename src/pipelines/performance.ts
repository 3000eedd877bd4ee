/**
 * Performance: OEE and its factors per workcenter and finished facility-local day, and what each workcenter performs now.
 */
import { dailyPerformance } from "./dailyPerformance.js"
import { livePerformance } from "./livePerformance.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { flow } from "./runFlow.js"
import type { WorkcenterKeys } from "./workcentersByCode.js"

export const performance: ExtractorDefinition = {
  name: "performance",
  plan: () => {
    const keys: WorkcenterKeys = new Map()
    return [
      flow("daily-performance", dailyPerformance(keys)),
      flow("live-performance", livePerformance(keys), { fedBy: ["daily-performance"] })
    ]
  }
}
