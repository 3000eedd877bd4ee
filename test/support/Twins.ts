/**
 * Two facilities with one and the same plant, and one CDF for both.
 */
import { Effect, type Scope } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ListenError } from "../../src/sandbox/Listener.js"
import type { Plant } from "../../src/sandbox/plant/Plant.js"
import { makePlexSandbox, type PlexSandbox } from "../../src/sandbox/plex/PlexSandbox.js"
import type { Sandbox, SandboxOptions } from "../../src/sandbox/Sandbox.js"
import { facilitiesYaml, ofProcess } from "./FacilitiesYaml.js"
import { environmentOf, startSandbox } from "./SandboxProcess.js"

/** Of both. */
export const pcns = ["340884", "340885"] as const
/** The key of the second, which occurs nowhere by chance. */
export const otherKey = "sentinel-plex-key-of-the-twin"

/** A sandbox, and a second Plex that has the same plant under another PCN and key. */
export interface Twins {
  readonly sandbox: Sandbox
  readonly twin: PlexSandbox
}

const small = { parts: 8, jobs: 8, openJobs: 4, checksheets: 4 }

export const twins = (size: SandboxOptions["size"] = small): Effect.Effect<Twins, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const sandbox = yield* startSandbox({ size, pcn: pcns[0] })
    const plant: Plant = Object.create(sandbox.plant, { pcn: { value: pcns[1] } })
    const { dataSourcePassword } = sandbox.plex.knobs
    const twin = yield* makePlexSandbox({ plant, knobs: { apiKey: otherKey, dataSourcePassword } })
    return { sandbox, twin }
  })

/** Of each. */
const variables = ({ sandbox, twin }: Twins) => {
  const first = environmentOf(sandbox, { FACILITY_NAME: `Plant ${pcns[0]}`, FACILITY_CODE: `P${pcns[0]}` })
  const second = {
    ...first,
    PLEX_CUSTOMER_ID: pcns[1],
    PLEX_API_KEY: otherKey,
    PLEX_BASE_URL: twin.url,
    PLEX_DS_BASE_URL: twin.dataSourceUrl,
    FACILITY_NAME: `Plant ${pcns[1]}`,
    FACILITY_CODE: `P${pcns[1]}`
  }
  return [first, second] as const
}

/** The file that describes both. */
export const fileOf = (both: Twins): string => facilitiesYaml(variables(both))

/** A process for both: the variables of the process, and a file of the facilities. */
export const processFor = (both: Twins, over: Readonly<Record<string, string>> = {}) => ({
  environment: { ...ofProcess(environmentOf(both.sandbox)), FACILITIES: "facilities.yaml", ...over },
  files: { "facilities.yaml": fileOf(both) }
})

/** A place for the state that two processes share, gone with the test. */
export const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "plex-cdf-facilities-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)
