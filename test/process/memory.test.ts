import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mutant } from "../support/Mutant.js"
import { onePass, startSandbox } from "../support/SandboxProcess.js"

/** A pass of a process whose container allows so many MiB, by what node reads of it. */
const passWithin = (mebibytes: number, program?: string) =>
  Effect.gen(function* () {
    const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
    const limit = `data:text/javascript,process.constrainedMemory=()=>${mebibytes * 1024 ** 2}`
    const ended = yield* onePass(sandbox, ["--only", "master-data"], { NODE_OPTIONS: `--import=${limit}` }, program)
    return { ...ended, calls: sandbox.journal.count({}) }
  })

describe("A container's limit of memory", { concurrent: true, timeout: 120_000 }, () => {
  it.scopedLive(
    "that is too little for a plant is refused before anything is asked for, with what to do; exit code 2",
    () =>
      Effect.gen(function* () {
        const { calls, code, stderr } = yield* passWithin(128)
        assert.strictEqual(code, 2, stderr)
        assert.match(stderr, /allows 128 MiB of memory, and 160 MiB is the least .*: raise the container's limit/)
        assert.strictEqual(calls, 0)
      })
  )

  it.scopedLive("that may be too little for a large plant is told", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* passWithin(192)
      assert.strictEqual(code, 0, stderr)
      assert.match(stderr, /allows 192 MiB of memory; a large plant may need 256 MiB and more/)
    })
  )

  for (const [what, mebibytes] of [
    ["is enough", 256],
    ["there is none of", 2 ** 44]
  ] as const) {
    it.scopedLive(`that ${what} is no word worth`, () =>
      Effect.gen(function* () {
        const { code, stderr } = yield* passWithin(mebibytes)
        assert.strictEqual(code, 0, stderr)
        assert.notMatch(stderr, /memory/)
      })
    )
  }

  it.scopedLive("would be seen not to be looked at", () =>
    Effect.gen(function* () {
      const program = yield* mutant({ file: "cli/enoughMemory.js", right: "160 * mebibyte", wrong: "0" })
      assert.strictEqual((yield* passWithin(128, program)).code, 0)
    })
  )
})
