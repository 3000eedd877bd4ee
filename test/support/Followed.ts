/**
 * A facility that processes follow, one after the other over one state.
 */
import { assert } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import type { Sandbox, SandboxOptions } from "../../src/sandbox/Sandbox.js"
import { newFile } from "../layers/state/Variants.js"
import { type Ended, runProcess } from "./RunProcess.js"
import {
  environmentOf,
  lastOf,
  startSandbox,
  unexplainedRefusals,
  type WrittenItem,
  writtenItems
} from "./SandboxProcess.js"

/** Flows of the extractors that are off unless a test wants them. */
export const qualityAndPerformance = [
  "specifications",
  "control-plans",
  "control-plan-lines",
  "checksheets",
  "problems",
  "deviations",
  "ncr-count",
  "daily-performance",
  "live-performance"
]

/** A process that has ended, and what it wrote. */
type Followup = Effect.Effect<
  { readonly ended: Ended; readonly written: ReadonlyArray<WrittenItem> },
  never,
  Scope.Scope
>

export interface Followed {
  readonly sandbox: Sandbox
  readonly statePath: string
  /** The next pass. */
  readonly follow: (args?: ReadonlyArray<string>) => Followup
  /** Another command, or that of another program. */
  readonly command: (args: ReadonlyArray<string>, other?: string) => Followup
}

/** A facility that one process of the built program, or of another one, has loaded. */
export const followed = (
  options: Partial<SandboxOptions> = {},
  over: Readonly<Record<string, string>> = {},
  program?: string
) =>
  Effect.gen(function* () {
    const sandbox = yield* startSandbox({ seed: 2, size: { jobs: 12, openJobs: 5 }, ...options })
    const statePath = yield* newFile
    const environment = environmentOf(sandbox, {
      STATE_URL: `file:${statePath}`,
      ENABLE_QUALITY_EXTRACTOR: "false",
      ENABLE_PERFORMANCE_EXTRACTOR: "false",
      ...over
    })
    const command: Followed["command"] = (args, other = program) =>
      Effect.suspend(() => {
        const mark = lastOf(sandbox)
        // Enough for points of now to have an order, too little for anything to happen in the plant.
        sandbox.plant.advance(5_000)
        return Effect.map(runProcess(args, { environment, program: other }), (ended) => {
          if (other === undefined) assert.deepStrictEqual(unexplainedRefusals(sandbox, mark), [])
          return { ended, written: writtenItems(sandbox, mark) }
        })
      })
    const follow: Followed["follow"] = (args = []) => command(["--once", ...args])
    const { ended, written } = yield* follow()
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.isAbove(written.length, 0)
    return { sandbox, statePath, follow, command } satisfies Followed
  })
