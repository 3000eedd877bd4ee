import { Effect } from "effect"
import type { Scope } from "effect"
import { makeFaults } from "../Faults.js"
import type { Faults } from "../Faults.js"
import { makeJournal } from "../Journal.js"
import type { Journal } from "../Journal.js"
import { json, listen } from "../Listener.js"
import type { ListenError, Reply, SandboxRequest } from "../Listener.js"
import { makeContent } from "./Content.js"
import type { CdfContent } from "./Content.js"
import { makeKnobs } from "./Knobs.js"
import type { KnobBoard, Knobs } from "./Knobs.js"
import { makeProject } from "./Project.js"
import { makeRouter } from "./Router.js"
import { snapshotOf } from "./Snapshot.js"
import type { Snapshot } from "./Snapshot.js"
import { stateOf } from "./State.js"
import type { CdfState } from "./State.js"
import { Tokens } from "./Tokens.js"

export interface CdfSandboxOptions {
  /** Default `sandbox`. */
  readonly project?: string | undefined
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** The server's clock, epoch milliseconds. Default: the host's. Tokens expire by it too. */
  readonly now?: (() => number) | undefined
  /** Decides the internal ids. Default 1. */
  readonly seed?: number | undefined
  /** Share one with another server to see both in one order. Default: its own, unbounded. */
  readonly journal?: Journal | undefined
  readonly faults?: Faults | undefined
  readonly knobs?: Partial<Knobs> | undefined
  /** What `token/inspect` says the client may do. Default: read and write everything there is. */
  readonly capabilities?: ReadonlyArray<object> | undefined
  /** Milliseconds after which an idle connection is closed. */
  readonly keepAliveMillis?: number | undefined
}

/** A running CDF of one project. */
export interface CdfSandbox {
  /** Base URL, without a slash at its end: what `https://{cluster}.cognitedata.com` is in the world. */
  readonly url: string
  readonly tokenUrl: string
  readonly project: string
  readonly clientId: string
  readonly clientSecret: string
  /** The six data sets it starts with: master, production, scheduling, quality, inventory, maintenance. */
  readonly dataSets: ReadonlyArray<{ readonly id: number; readonly name: string }>
  readonly journal: Journal
  readonly faults: Faults
  readonly knobs: KnobBoard
  readonly state: CdfState
  readonly snapshot: () => Snapshot
  /** Every token handed out so far is refused from now on. */
  readonly revokeTokens: () => void
}

/** Ids of the data sets a sandbox starts with; the same in every sandbox. */
export const sandboxDataSets: CdfSandbox["dataSets"] = [
  { id: 4_101_000_000_000_011, name: "master" },
  { id: 4_101_000_000_000_023, name: "production" },
  { id: 4_101_000_000_000_037, name: "scheduling" },
  { id: 4_101_000_000_000_041, name: "quality" },
  { id: 4_101_000_000_000_059, name: "inventory" },
  { id: 4_101_000_000_000_067, name: "maintenance" }
]

const readWrite = [
  "assetsAcl",
  "eventsAcl",
  "timeSeriesAcl",
  "sequencesAcl",
  "relationshipsAcl",
  "labelsAcl",
  "datasetsAcl",
  "extractionPipelinesAcl",
  "extractionRunsAcl"
].map((acl) => ({ [acl]: { version: 1, actions: ["READ", "WRITE"], scope: { all: {} } } }))

const addDataSets = (content: CdfContent, at: number): void => {
  for (const { id, name } of sandboxDataSets) {
    const externalId = `sandbox_${name}`
    const value = { id, externalId, name, writeProtected: false, metadata: {}, createdTime: at, lastUpdatedTime: at }
    content.dataSets.collection.add({ id, externalId, value, visible: { call: 0, at: 0 } })
  }
}

/**
 * Starts a CDF on loopback: strict where the real one is known to be, in memory, gone with the scope. Another process
 * drives it under `/sandbox/`: journal and faults as on every sandbox server, `knobs` (GET, POST), `snapshot` (GET),
 * `tokens` (DELETE: revoke all).
 */
export const makeCdfSandbox = (options: CdfSandboxOptions = {}): Effect.Effect<CdfSandbox, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const now = options.now ?? Date.now
    const journal = options.journal ?? makeJournal()
    const faults = options.faults ?? makeFaults(options.seed)
    const knobs = makeKnobs(options.knobs)
    const project = makeProject(options.project ?? "sandbox", now, knobs, options.seed ?? 1)
    const clientId = options.clientId ?? "sandbox-client"
    const clientSecret = options.clientSecret ?? "sandbox-secret"
    const tokens = new Tokens(clientId, clientSecret, knobs, now)
    const content = makeContent(project)
    addDataSets(content, project.now())
    const snapshot = (): Snapshot => snapshotOf(content)

    const control = (request: SandboxRequest): Reply | undefined => {
      switch (`${request.method} ${request.path}`) {
        case "GET /sandbox/snapshot":
          return json(200, snapshot())
        case "DELETE /sandbox/tokens":
          tokens.revokeAll()
          return json(200, {})
        default:
          return knobs.control(request)
      }
    }

    const { url } = yield* listen({
      server: "cdf",
      handler: makeRouter({ project, content, tokens, capabilities: options.capabilities ?? readWrite }),
      control,
      journal,
      faults,
      now,
      port: options.port,
      host: options.host,
      keepAliveMillis: options.keepAliveMillis
    })
    return {
      url,
      tokenUrl: `${url}/oauth2/token`,
      project: project.name,
      clientId,
      clientSecret,
      dataSets: sandboxDataSets,
      journal,
      faults,
      knobs,
      state: stateOf(content),
      snapshot,
      revokeTokens: () => tokens.revokeAll()
    }
  })
