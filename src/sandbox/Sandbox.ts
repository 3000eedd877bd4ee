import { Effect } from "effect"
import type { Scope } from "effect"
import { makeCdfSandbox } from "./cdf/CdfSandbox.js"
import type { CdfSandbox, CdfSandboxOptions } from "./cdf/CdfSandbox.js"
import { makeFaults } from "./Faults.js"
import type { Faults } from "./Faults.js"
import { makeJournal } from "./Journal.js"
import type { Journal, JournalOptions } from "./Journal.js"
import type { ListenError } from "./Listener.js"
import { makePlant } from "./plant/makePlant.js"
import type { Plant, PlantOptions } from "./plant/Plant.js"
import { makePlexSandbox } from "./plex/PlexSandbox.js"
import type { Knobs, PlexSandbox } from "./plex/PlexSandbox.js"

/** The factory's time zone when none is given: the demo tenant's. */
const detroit = "America/Detroit"

/** Everything of the plant may be chosen; its seed also decides the faults and CDF's ids. */
export interface SandboxOptions extends PlantOptions {
  /** Default: any free port for each. */
  readonly ports?: {
    readonly plex?: number | undefined
    readonly dataSource?: number | undefined
    readonly cdf?: number | undefined
  }
  /** Knobs turned from the beginning. */
  readonly plexKnobs?: Partial<Knobs>
  readonly cdfKnobs?: NonNullable<CdfSandboxOptions["knobs"]>
  /** Default: every exchange is kept, in memory only. */
  readonly journal?: JournalOptions
}

/** Plex, its data sources and CDF on loopback, around one plant, with one journal and one set of faults. */
export interface Sandbox {
  readonly plex: PlexSandbox
  readonly cdf: CdfSandbox
  readonly plant: Plant
  /** The exchanges of all three servers in the one order in which they happened. */
  readonly journal: Journal
  readonly faults: Faults
  /** The variables that point a `plex-cdf` process at these servers, with every extractor on. */
  readonly environment: () => Record<string, string>
}

const environmentOf = (plex: PlexSandbox, cdf: CdfSandbox): Record<string, string> => ({
  PLEX_API_KEY: plex.knobs.apiKey,
  PLEX_CUSTOMER_ID: plex.customerId,
  PLEX_BASE_URL: plex.url,
  PLEX_PCN_CODE: plex.plant.code,
  PLEX_DS_BASE_URL: plex.dataSourceUrl,
  PLEX_DS_USERNAME: plex.knobs.dataSourceUsername,
  PLEX_DS_PASSWORD: plex.knobs.dataSourcePassword,
  PLEX_RATE_LIMIT: "6000",
  PLEX_DS_RATE_LIMIT: "6000",
  CDF_HOST: cdf.url,
  CDF_PROJECT: cdf.project,
  CDF_CLIENT_ID: cdf.clientId,
  CDF_CLIENT_SECRET: cdf.clientSecret,
  CDF_TOKEN_URL: cdf.tokenUrl,
  ...Object.fromEntries(cdf.dataSets.map(({ id, name }) => [`CDF_DATASET_PLEX${name.toUpperCase()}`, `${id}`])),
  FACILITY_NAME: "RADEMO",
  FACILITY_CODE: "RA-UNIFIED-DEMO",
  FACILITY_TIMEZONE: plex.plant.options.timeZone,
  ENABLE_QUALITY_EXTRACTOR: "true",
  ENABLE_PERFORMANCE_EXTRACTOR: "true"
})

/**
 * Starts all three servers until the scope closes. The plant's clock stands until it is advanced; Plex lives by it, CDF
 * by the host's.
 */
export const makeSandbox = (options: SandboxOptions): Effect.Effect<Sandbox, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const { cdfKnobs, journal: journalOptions, plexKnobs, ports, ...plantOptions } = options
    const journal = yield* Effect.acquireRelease(
      Effect.sync(() => makeJournal(journalOptions)),
      (each) => Effect.promise(() => each.close())
    )
    const faults = makeFaults(options.seed)
    const plant = makePlant({ timeZone: detroit, ...plantOptions })
    const plex = yield* makePlexSandbox({
      plant,
      journal,
      faults,
      knobs: plexKnobs,
      port: ports?.plex,
      dataSourcePort: ports?.dataSource
    })
    const cdf = yield* makeCdfSandbox({ journal, faults, knobs: cdfKnobs, seed: options.seed, port: ports?.cdf })
    return { plex, cdf, plant, journal, faults, environment: () => environmentOf(plex, cdf) }
  })
