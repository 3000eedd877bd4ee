/**
 * Looks at everything that a run of a facility needs, and writes nothing: not to Plex, not to CDF, not to the state.
 */
import { Effect } from "effect"
import { enabledOf } from "../../domain/DataSetUse.js"
import type { Finding } from "../../domain/Finding.js"
import { AppConfig, type Settings } from "../../services/AppConfig.js"
import type { Cdf } from "../../services/Cdf.js"
import type { CdfProject } from "../../services/CdfProject.js"
import type { Plex } from "../../services/Plex.js"
import type { PlexDataSource } from "../../services/PlexDataSource.js"
import type { Workplace } from "../../services/Workplace.js"
import { inPlaces } from "../../services/SettingPlaces.js"
import { definitions } from "../extractors.js"
import type { Flow } from "../runFlow.js"
import { cdfProbes } from "./cdfProbes.js"
import { dataSourceProbes } from "./dataSourceProbes.js"
import { plexProbes } from "./plexProbes.js"
import { look } from "./Probe.js"
import { workplaceProbes } from "./workplaceProbes.js"

/** The flows of the enabled extractors that are not switched off, by name. */
const flowsOf = (settings: Settings): ReadonlyMap<string, Flow> =>
  new Map(
    Array.from(enabledOf(settings.extractors))
      .flatMap((name) => definitions[name].plan(settings))
      .filter(({ name, off }) => off === undefined && !settings.flowsDisabled.has(name))
      .map((flow) => [flow.name, flow])
  )

/** What is looked at. */
export type Surroundings = AppConfig | Cdf | CdfProject | Plex | PlexDataSource | Workplace

/** What a failure says of settings is worded by whoever failed, as the rest of it is not ours. */
const inWords = ({ cause, fix, ...finding }: Finding, say: (words: string) => string): Finding => ({
  ...finding,
  cause: finding.verdict === "failed" ? cause : say(cause),
  ...(fix === undefined ? {} : { fix: say(fix) })
})

/** What a look at everything says, in the order in which a run would come upon it. Never fails. */
export const check: Effect.Effect<ReadonlyArray<Finding>, never, Surroundings> = Effect.gen(function* () {
  const settings = yield* AppConfig
  const flows = flowsOf(settings)
  const findings = yield* look<Surroundings>([
    ...plexProbes(flows),
    ...dataSourceProbes(flows, settings),
    ...(yield* cdfProbes(settings)),
    ...workplaceProbes
  ])
  return findings.map((finding) => inWords(finding, inPlaces(settings)))
})
