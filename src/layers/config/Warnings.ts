/**
 * What can be used but was probably not meant.
 */
import { Redacted } from "effect"
import { extractors } from "../../domain/Flow.js"
import type { Settings } from "../../services/AppConfig.js"
import { isLoopback } from "../../domain/Loopback.js"
import type { Environment } from "./EnvFile.js"
import { nearest } from "./Suggestions.js"
import { knownNames } from "./Variables.js"

const ours = /^(?:PLEX|CDF|ENABLE)_/i

/** Whether a name looks like ours and is not known. */
export const isUnknown = (name: string): boolean => ours.test(name) && !knownNames.has(name)

/** One sentence for each name that looks like ours and is not known, with the known name that is nearest. */
export const unknownNames = (environment: Environment): ReadonlyArray<string> =>
  Object.keys(environment)
    .filter((name) => environment[name] !== undefined && isUnknown(name))
    .map(
      (name) => `${name} is not a known variable and has no effect. Did you mean ${nearest(name, knownNames) ?? ""}?`
    )

const same = (one: Redacted.Redacted | undefined, other: Redacted.Redacted | undefined): boolean =>
  one !== undefined && other !== undefined && Redacted.value(one) === Redacted.value(other)

/** Settings that are each right and do not go together. */
export const doubtful = (settings: Settings, cluster: string | undefined): ReadonlyArray<string> => {
  const { cdf, extractors: runs, http, plex, qualitySpecificationsSource } = settings
  const doubts: ReadonlyArray<readonly [applies: boolean, warning: string]> = [
    [
      extractors.every((name) => !runs[name].enabled),
      "No extractor is enabled: nothing will be copied. Set one of the ENABLE_…_EXTRACTOR variables to true."
    ],
    [
      runs.quality.enabled && qualitySpecificationsSource === "datasource" && plex.dataSource === undefined,
      "QUALITY_SPECIFICATIONS_SOURCE is datasource, but PLEX_DS_USERNAME and PLEX_DS_PASSWORD are not set: no specifications will be read."
    ],
    [
      cluster !== undefined && !isLoopback(cdf.host.hostname) && !cdf.host.hostname.split(".").includes(cluster),
      "CDF_HOST and CDF_CLUSTER name different places: CDF_HOST is used. Unset CDF_CLUSTER."
    ],
    [
      same(http.readToken, http.adminToken),
      "HTTP_READ_TOKEN and HTTP_ADMIN_TOKEN are equal: who may read may also act. Use different tokens."
    ]
  ]
  return doubts.filter(([applies]) => applies).map(([, warning]) => warning)
}
