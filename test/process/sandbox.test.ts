/**
 * `plex-cdf sandbox`, as it is typed.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { facilitiesYaml, ofProcess } from "../support/FacilitiesYaml.js"
import { runProcess, startProcess } from "../support/RunProcess.js"
import { environmentOf, startSandbox } from "../support/SandboxProcess.js"

describe("The sandbox", { concurrent: true, timeout: 120_000 }, () => {
  for (const option of ["--plex-port", "--data-source-port", "--cdf-port"]) {
    it.scopedLive(`says in a line by which option its port is taken: ${option}`, () =>
      Effect.gen(function* () {
        const { port } = new URL((yield* startSandbox({ size: { parts: 3 } })).cdf.url)
        const ended = yield* runProcess(["sandbox", option, port])
        assert.strictEqual(
          ended.stderr,
          `plex-cdf: cannot listen on ${option} ${port} of 127.0.0.1: something else listens there: ` +
            `stop it, or set ${option} to another port, or leave it out for any free one\n`
        )
        assert.deepStrictEqual([ended.code, ended.stdout], [1, ""])
      })
    )
  }

  it.scopedLive("has a PCN of one's own, so that two of them are two facilities of one process", () =>
    Effect.gen(function* () {
      const first = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      const running = yield* startProcess(["sandbox", "--pcn", "340885", "--code", "second"])
      yield* Effect.promise(() => running.said(/^ENABLE_PERFORMANCE_EXTRACTOR=/))
      const second = new Map(
        running
          .heard()
          .split("\n")
          .map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)] as const)
      )
      assert.strictEqual(second.get("PLEX_CUSTOMER_ID"), "340885")
      assert.strictEqual(second.get("PLEX_PCN_CODE"), "second")
      const itsPlex = Object.fromEntries([...second].filter(([name]) => name.startsWith("PLEX_")))
      const variables = environmentOf(first)
      const facilities = [variables, { ...variables, ...itsPlex, FACILITY_NAME: "Second", FACILITY_CODE: "SECOND" }]
      const ended = yield* runProcess(["--once"], {
        environment: { ...ofProcess(variables), FACILITIES: "facilities.yaml" },
        files: { "facilities.yaml": facilitiesYaml(facilities) }
      })
      assert.strictEqual(ended.code, 0, ended.stderr)
      const parts = Object.keys(first.cdf.snapshot().assets).filter((id) => id.includes("_part_"))
      assert.isAbove(parts.filter((id) => id.startsWith("PCN340884_")).length, 2)
      assert.isAbove(parts.filter((id) => id.startsWith("PCN340885_")).length, 20)
    })
  )
})
