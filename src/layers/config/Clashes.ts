/**
 * Facilities that are each right and cannot be in one process.
 */
import { Redacted } from "effect"
import { codeInDataSets } from "../../domain/DataSetNames.js"
import { makeFacility } from "../../domain/Facility.js"
import type { Settings } from "../../services/AppConfig.js"
import type { Problems } from "./Source.js"

type Named = readonly [place: string, settings: Settings]

/** What two facilities must not have in common, and why; in words to follow the place. */
const distinct: ReadonlyArray<{
  readonly path: string
  readonly of: (settings: Settings) => string
  readonly why: string
}> = [
  { path: "pcn", of: ({ facility }) => facility.pcn, why: "a process works on a PCN once" },
  { path: "code", of: ({ facility }) => codeInDataSets(facility), why: "commands and data sets are named by it" },
  { path: "name", of: ({ facility }) => facility.name.toLowerCase(), why: "commands and logs name facilities by it" }
]

/** What all who share something must say alike: it is made once. Texts are secrets, numbers may be shown. */
const alike: ReadonlyArray<{
  readonly path: string
  readonly of: (settings: Settings) => number | string | undefined
  readonly by: (settings: Settings) => string | undefined
  readonly why: string
}> = [
  ...(["rateLimit", "concurrency"] as const).map((name) => ({
    path: `plex.${name}`,
    of: ({ plex }: Settings) => plex[name],
    by: ({ plex }: Settings) => `${plex.baseUrl.host} ${Redacted.value(plex.apiKey)}`,
    why: "both have the same Plex key, whose limit they share"
  })),
  {
    path: "plex.dataSource.rateLimit",
    of: ({ plex }) => plex.dataSource?.rateLimit,
    by: ({ plex: { dataSource } }) =>
      dataSource === undefined ? undefined : `${dataSource.baseUrl.host} ${Redacted.value(dataSource.username)}`,
    why: "both have the same user of the data sources, whose limit they share"
  },
  {
    path: "cdf.concurrency",
    of: ({ cdf }) => cdf.concurrency,
    by: ({ cdf }) => `${cdf.host.origin} ${cdf.project}`,
    why: "both write to the same project, whose bound they share"
  },
  {
    path: "cdf.clientSecret",
    of: ({ cdf }) => Redacted.value(cdf.clientSecret),
    by: ({ cdf }) => `${cdf.tokenUrl.href} ${cdf.clientId}`,
    why: "both are the same OAuth client"
  }
]

const prefixesClash = ([place, settings]: Named, [otherPlace, other]: Named): Problems => {
  const [one, two] = [makeFacility(settings.facility).ids, makeFacility(other.facility).ids]
  const isSame = settings.cdf.host.origin === other.cdf.host.origin && settings.cdf.project === other.cdf.project
  return isSame &&
    (one.facilityPrefix.startsWith(two.facilityPrefix) || two.facilityPrefix.startsWith(one.facilityPrefix))
    ? [
        `${place}.externalIdPrefix makes external ids that begin like those of ${otherPlace}: expected others, as both write to the same project. Correct one of them.`
      ]
    : []
}

const between = (one: Named, other: Named): Problems => {
  const [place, settings] = one
  const [otherPlace, others] = other
  const same = distinct
    .filter(({ of }) => of(settings) === of(others))
    .map(
      ({ path, why }) =>
        `${place}.${path} is that of ${otherPlace} too: expected another, as ${why}. Correct one of them.`
    )
  const different = alike
    .filter(({ by, of }) => by(settings) !== undefined && by(settings) === by(others) && of(settings) !== of(others))
    .map(({ of, path, why }) => {
      const [mine, theirs] = [of(settings), of(others)]
      const isShown = typeof mine === "number" && typeof theirs === "number"
      const what = isShown
        ? `is ${mine}, and that of ${otherPlace} is ${theirs}`
        : `is another than that of ${otherPlace}`
      return `${place}.${path} ${what}: expected the same, as ${why}. Correct one of them.`
    })
  return [...same, ...different, ...(same.length === 0 ? prefixesClash(one, other) : [])]
}

/** What is wrong between facilities, in the order of the file. */
export const clashes = (facilities: ReadonlyArray<Settings>): Problems => {
  const named = facilities.map((settings, index): Named => [`facilities[${index}]`, settings])
  return named.flatMap((later, index) => named.slice(0, index).flatMap((earlier) => between(later, earlier)))
}
