/**
 * A mutation run over `src/domain` or the stages: of all their lines a share that is drawn by a seed, so that a run ends within the hour
 * and can be repeated. `PART` (`domain`, the default, or `stages`), `SHARE` of the lines (default 0.01), `SEED` (default 1), `ONLY` (a
 * part of the files' paths).
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"

const { ONLY = "", PART = "domain", SEED = "1", SHARE = "0.01" } = process.env
const folder = PART === "stages" ? "src/pipelines/stages" : "src/domain"

/** A number of [0, 1) that is always the same for a line. */
const drawn = (file, line) => createHash("sha1").update(`${SEED} ${file} ${line}`).digest().readUInt32BE(0) / 2 ** 32

const mutated = readdirSync(folder, { recursive: true })
  .map((file) => `${folder}/${file}`)
  .filter((file) => file.endsWith(".ts") && file.includes(ONLY))
  .flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((_, at) => (drawn(file, at + 1) < Number(SHARE) ? [`${file}:${at + 1}-${at + 1}`] : []))
  )

export default {
  mutate: mutated,
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: ".ci/mutation/vitest.config.ts", related: false },
  coverageAnalysis: "perTest",
  // What runs once, when a file is loaded, cannot be switched between tests.
  ignoreStatic: true,
  // The compiler has no programming interface that Stryker could ask to rewrite a configuration.
  tsconfigFile: "tsconfig.none.json",
  concurrency: 1,
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 60,
  reporters: ["clear-text"],
  clearTextReporter: { allowColor: false, reportTests: false },
  tempDirName: "node_modules/.stryker"
}
