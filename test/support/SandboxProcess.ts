/**
 * A sandbox in the test, the built process against it, and what the sandbox's journal says the process did.
 */
import { type Effect, Schema, type Scope } from "effect"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import type { ListenError } from "../../src/sandbox/Listener.js"
import { makeSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/Sandbox.js"
import { type Ended, finishedFlows, runProcess } from "./RunProcess.js"

/** Secrets that occur nowhere by chance. */
export const plexKey = "sentinel-plex-key-5f1c9a77"
export const dataSourcePassword = "sentinel-ds-password-e80b42"

/** A demo plant with every hole, secrets that can be searched for, and no limit on calls. */
export const startSandbox = (options: Partial<SandboxOptions> = {}): Effect.Effect<Sandbox, ListenError, Scope.Scope> =>
  makeSandbox({
    seed: 1,
    size: "demo",
    ...options,
    plexKnobs: { apiKey: plexKey, dataSourcePassword, ...options.plexKnobs }
  })

/** The environment of a process for a sandbox: fast, one try after a failure, as tests want it. */
export const environmentOf = (
  sandbox: Sandbox,
  over: Readonly<Record<string, string | undefined>> = {}
): Record<string, string> => {
  const all = {
    ...sandbox.environment(),
    PLEX_RATE_LIMIT: "60000",
    PLEX_DS_RATE_LIMIT: "60000",
    MAX_RETRIES: "1",
    RETRY_DELAY: "0.1",
    HTTP_PORT: "0",
    ...over
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  )
}

/** One pass of the built process, or of another `program`. */
export const onePass = (
  sandbox: Sandbox,
  args: ReadonlyArray<string> = [],
  over: Readonly<Record<string, string | undefined>> = {},
  program?: string
): Effect.Effect<Ended, never, Scope.Scope> =>
  runProcess(["--once", ...args], { environment: environmentOf(sandbox, over), program })

/** The paths of calls that change CDF. */
export const writePath =
  /\/(assets|events|timeseries|sequences|relationships|labels)(\/(update|delete|data|data\/delete))?$/

/** Whether it is a call to change CDF. */
export const isWrite = ({ method, path, server }: JournalEntry): boolean =>
  server === "cdf" && method === "POST" && writePath.test(path)

/** The calls that changed CDF, in order: `events/update 17`. */
export const writesTo = ({ journal }: Sandbox, after = 0): ReadonlyArray<string> =>
  journal
    .entries({ server: "cdf", method: "POST", after })
    .filter((entry) => isWrite(entry) && entry.status !== undefined && entry.status < 300)
    .map(({ path }) => path.split("/").slice(5).join("/"))

const Items = Schema.parseJson(
  Schema.Struct({
    items: Schema.Array(
      Schema.Struct({
        externalId: Schema.optional(Schema.String),
        datapoints: Schema.optionalWith(Schema.Array(Schema.Struct({ timestamp: Schema.Number })), {
          default: () => []
        })
      })
    )
  })
)
const itemsOf = Schema.decodeUnknownSync(Items)

/** One thing that a call made, changed or took away. */
export interface WrittenItem {
  /** Below the project: `events`, `assets/update`, `timeseries/data`. */
  readonly call: string
  readonly externalId: string
  /** Instants of the points of a `timeseries/data`. */
  readonly instants: ReadonlyArray<number>
}

/** What the calls that changed CDF were about, in order. */
export const writtenItems = ({ journal }: Sandbox, after = 0): ReadonlyArray<WrittenItem> =>
  journal
    .entries({ server: "cdf", method: "POST", after })
    .filter((entry) => isWrite(entry) && entry.status !== undefined && entry.status < 300)
    .flatMap(({ path, requestBody }) =>
      itemsOf(requestBody).items.map(({ datapoints, externalId }) => ({
        call: path.split("/").slice(5).join("/"),
        externalId: externalId ?? "",
        instants: datapoints.map(({ timestamp }) => timestamp)
      }))
    )

/** The number of the last exchange so far. */
export const lastOf = ({ journal }: Sandbox): number => journal.entries().at(-1)?.sequence ?? 0

const isUpsertConflict = ({ answerBody, status }: JournalEntry): boolean =>
  status === 409 || (status === 400 && (answerBody ?? "").includes('"missing"'))

/** What CDF refused and an upsert does not explain. */
export const unexplainedRefusals = ({ journal }: Sandbox, after = 0): ReadonlyArray<string> =>
  journal
    .entries({ server: "cdf", after })
    .filter((entry) => (entry.status ?? 0) >= 400 && !isUpsertConflict(entry))
    .map(({ answerBody, path, status }) => `${path} ${status} ${answerBody ?? ""}`)

const searches =
  /^\/(production\/v1\/control\/workcenter-setups|platform\/identity-mappings\/v1\/(keys-to-ids|ids-to-keys))$/

/** Calls to Plex that are not reading. */
export const forbiddenCalls = ({ journal }: Sandbox): ReadonlyArray<string> => [
  ...journal.entries({ violation: true }).map(({ violation }) => violation ?? ""),
  ...journal
    .entries({ server: "plex" })
    .filter(({ method, path }) => method !== "GET" && !(method === "POST" && searches.test(path)))
    .map(({ method, path }) => `${method} ${path}`)
]

const amount = (value: unknown): number => (typeof value === "number" ? value : Number.NaN)

/** Flows whose records are not all accounted for, by the log alone. */
export const miscounts = (ended: Ended): ReadonlyArray<string> =>
  Array.from(finishedFlows(ended)).flatMap(([flow, line]) => {
    const sum = ["created", "updated", "unchanged", "deadLettered", "filtered", "duplicates"].reduce(
      (total, name) => total + amount(line[name]),
      0
    )
    return amount(line["read"]) === sum ? [] : [`${flow}: read ${String(line["read"])}, accounted for ${sum}`]
  })

/** A secret as a text may show it: plain, in base64, in a URL. */
export const formsOf = (secret: string): ReadonlyArray<string> => [
  secret,
  Buffer.from(secret).toString("base64"),
  encodeURIComponent(secret)
]

/** Secrets of the sandbox, and these, plain or as they travel, that a text gives away. */
export const leaksIn = (sandbox: Sandbox, text: string, more: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  const { PLEX_DS_USERNAME: user } = sandbox.environment()
  const { apiKey, dataSourcePassword: password } = sandbox.plex.knobs
  const secrets = [apiKey, password, sandbox.cdf.clientSecret, ...more]
  const forms = [...secrets.flatMap(formsOf), Buffer.from(`${user}:${password}`).toString("base64")]
  return forms.filter((form) => text.includes(form))
}

/** Secrets that a process let out. */
export const leaks = (sandbox: Sandbox, { stderr, stdout }: Pick<Ended, "stderr" | "stdout">): ReadonlyArray<string> =>
  leaksIn(sandbox, `${stdout}\n${stderr}`)

/** How a flow ended, by the log. */
export const statusOf = (ended: Ended, flow: string): unknown => finishedFlows(ended).get(flow)?.["status"]
