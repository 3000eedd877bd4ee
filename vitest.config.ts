import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

const workers = Math.max(2, availableParallelism())

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // No test changes what another one could see, and loading the libraries takes longer than most files' tests.
    isolate: false,
    pool: "forks",
    poolOptions: { forks: { minForks: workers, maxForks: workers } },
    // Of all tests together (`--coverage`); processes that tests start are not counted.
    coverage: {
      provider: "v8",
      include: ["src/**"],
      reporter: ["text-summary"],
      thresholds: { statements: 85, branches: 85, functions: 85, lines: 85 }
    }
  }
})
