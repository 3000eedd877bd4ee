import { defineConfig } from "vitest/config"

/** The tests that are nearest to what is mutated: they are the ones that should notice. */
const folder = process.env["PART"] === "stages" ? "test/pipelines/stages" : "test/domain"

export default defineConfig({
  test: {
    include: [`${folder}/**/*.test.ts`],
    testTimeout: 60_000,
    // A worker for each file: Stryker's own hooks are set up once for each.
    isolate: true,
    pool: "threads"
  }
})
