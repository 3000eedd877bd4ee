import { Effect } from "effect"
import type { Scope } from "effect"
import { makeFaults } from "../Faults.js"
import type { Faults } from "../Faults.js"
import { makeJournal } from "../Journal.js"
import type { Journal } from "../Journal.js"
import { listen } from "../Listener.js"
import type { ListenError } from "../Listener.js"
import type { Plant } from "../plant/Plant.js"
import { controls } from "./Controls.js"
import { dataSourceApi } from "./DataSourceApi.js"
import { defaultKnobs } from "./Knobs.js"
import type { Knobs } from "./Knobs.js"
import { restApi } from "./RestApi.js"
import { makeRollingMinute } from "./RollingMinute.js"

export type { Knobs } from "./Knobs.js"

export interface PlexSandboxOptions {
  /** What Plex shows. Its clock is the servers' clock. */
  readonly plant: Plant
  /** Default: a journal of its own. */
  readonly journal?: Journal | undefined
  /** Default: faults of its own. */
  readonly faults?: Faults | undefined
  /** Knobs turned from the beginning. */
  readonly knobs?: Partial<Knobs> | undefined
  /** Default 0: any free port. */
  readonly port?: number | undefined
  readonly dataSourcePort?: number | undefined
  /** The clock of the rate limits, milliseconds. Default: the host's. */
  readonly clock?: (() => number) | undefined
}

/** Plex on loopback: the REST API at `url`, the Data Source API at `dataSourceUrl`, both until the scope closes. */
export interface PlexSandbox {
  readonly url: string
  readonly dataSourceUrl: string
  readonly apiKey: string
  readonly customerId: string
  readonly dsUsername: string
  readonly dsPassword: string
  readonly plant: Plant
  /** Labels `plex` and `datasource`. A write that was tried is a violation. */
  readonly journal: Journal
  readonly faults: Faults
  /** May be changed at any time; the next request sees it. */
  readonly knobs: Knobs
  /** The key loses a product, named by the first segment of its paths: 401 like a bad key. */
  readonly unsubscribe: (product: string) => void
  readonly subscribe: (product: string) => void
  /** The web-service user loses a data source: 403. */
  readonly revokeGrant: (dataSource: number) => void
  readonly grant: (dataSource: number) => void
}

/** Starts both servers. Both offer `/sandbox/…` to other processes (see `controls` and the listener's `control`). */
export const makePlexSandbox = (options: PlexSandboxOptions): Effect.Effect<PlexSandbox, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const { plant } = options
    const journal = options.journal ?? makeJournal()
    const faults = options.faults ?? makeFaults(plant.options.seed)
    const knobs: Knobs = { ...defaultKnobs, ...options.knobs }
    const api = { plant, knobs, calls: makeRollingMinute(options.clock) }
    const shared = {
      journal,
      faults,
      control: controls(plant, knobs),
      now: () => plant.now(),
      latency: () => knobs.latency
    }
    const rest = yield* listen({
      ...shared,
      server: "plex",
      handler: restApi(api),
      port: options.port,
      credentialHeaders: ["x-plex-connect-api-key"]
    })
    const dataSource = yield* listen({
      ...shared,
      server: "datasource",
      handler: dataSourceApi(api),
      port: options.dataSourcePort
    })
    return {
      url: rest.url,
      dataSourceUrl: dataSource.url,
      apiKey: knobs.apiKey,
      customerId: plant.pcn,
      dsUsername: knobs.dataSourceUsername,
      dsPassword: knobs.dataSourcePassword,
      plant,
      journal,
      faults,
      knobs,
      unsubscribe: (product) => {
        knobs.unsubscribed = [...knobs.unsubscribed, product]
      },
      subscribe: (product) => {
        knobs.unsubscribed = knobs.unsubscribed.filter((each) => each !== product)
      },
      revokeGrant: (dataSource) => {
        knobs.revokedGrants = [...knobs.revokedGrants, dataSource]
      },
      grant: (dataSource) => {
        knobs.revokedGrants = knobs.revokedGrants.filter((each) => each !== dataSource)
      }
    }
  })
