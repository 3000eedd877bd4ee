import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { forbiddenCalls, miscounts, onePass, startSandbox, unexplainedRefusals } from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []

it.scopedLive(
  "a pass over a plant of 500 parts and 2,000 jobs leaves in CDF what Plex shows and nothing else",
  () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ seed: 3, size: "small" })
      const ended = yield* onePass(sandbox, [], { PLEX_CONCURRENCY: "10" })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(verdict(sandbox), none)
      assert.deepStrictEqual(unexplainedRefusals(sandbox), none)
      assert.deepStrictEqual(forbiddenCalls(sandbox), none)
      assert.deepStrictEqual(miscounts(ended), none)
    }),
  180_000
)
