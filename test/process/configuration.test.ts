import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { logLines, runProcess } from "../support/RunProcess.js"
import { environmentOf, onePass, startSandbox } from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

const problemsIn = (stderr: string): ReadonlyArray<string> => stderr.split("\n").filter((line) => line.startsWith("- "))

describe("The configuration", { concurrent: true, timeout: 120_000 }, () => {
  it.scopedLive("that is missing is told whole, and the exit code is 2", () =>
    Effect.gen(function* () {
      const ended = yield* runProcess(["--once"])
      assert.strictEqual(ended.code, 2)
      assert.strictEqual(ended.stdout, "")
      for (const name of [
        "PLEX_API_KEY",
        "PLEX_CUSTOMER_ID",
        "CDF_HOST",
        "CDF_PROJECT",
        "CDF_CLIENT_ID",
        "CDF_CLIENT_SECRET",
        "CDF_TOKEN_URL",
        "CDF_DATASET_PLEXMASTER",
        "CDF_DATASET_PLEXPRODUCTION",
        "CDF_DATASET_PLEXSCHEDULING",
        "CDF_DATASET_PLEXINVENTORY",
        "CDF_DATASET_PLEXMAINTENANCE"
      ]) {
        assert.isTrue(
          problemsIn(ended.stderr).some((line) => line.includes(name)),
          `${name} is not named in:\n${ended.stderr}`
        )
      }
    })
  )

  it.scopedLive("that is malformed or contradicts itself is told whole, without the value of a secret", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3 } })
      const wrong = {
        PLEX_CUSTOMER_ID: "34x",
        PLEX_BASE_URL: "http://connect.example.com",
        BATCH_SIZE: "1001",
        MAX_RETRIES: "many",
        ENABLE_JOBS_EXTRACTOR: "perhaps",
        FLOWS_DISABLED: "jobs,jbos",
        FACILITY_TIMEZONE: "Mars/Olympus",
        CDF_DATASET_PLEXMASTER: "-1",
        PLEX_DS_PASSWORD: undefined,
        CDF_CLIENT_SECRET: "sentinel-secret-9d",
        CDF_CLIENT_SECRET_FILE: "/nowhere/at/all"
      }
      const ended = yield* onePass(sandbox, [], wrong)
      assert.strictEqual(ended.code, 2, ended.stderr)
      for (const name of Object.keys(wrong)) {
        assert.isTrue(
          problemsIn(ended.stderr).some((line) => line.includes(name)),
          `${name} is not named in:\n${ended.stderr}`
        )
      }
      assert.notInclude(ended.stderr + ended.stdout, "sentinel-secret-9d")
      assert.strictEqual(sandbox.journal.count(), 0)
    })
  )

  it.scopedLive("comes from a .env as operators write it, without a warning", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 12, jobs: 10, openJobs: 5 } })
      const { CDF_HOST: host, CDF_CLIENT_SECRET: secret, PLEX_API_KEY: key, ...rest } = environmentOf(sandbox)
      const file = [
        "# plex-cdf of the Detroit plant",
        "",
        "CDF_CLUSTER=westeurope-1   # overridden by CDF_HOST below",
        `CDF_HOST="${host}"`,
        `export PLEX_API_KEY='${key}'`,
        `CDF_CLIENT_SECRET = ${secret}`,
        "PRODUCTION_EXTRACTION_INTERVAL=300   # 5 minutes",
        "CDF_EXTRACTION_PIPELINE=",
        "",
        ...Object.entries(rest).map(([name, value]) => `${name}=${value}`),
        ""
      ].join("\r\n")
      const ended = yield* runProcess(["--once"], { files: { ".env": file } })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(
        logLines(ended).filter(({ level }) => level !== "info"),
        []
      )
      assert.deepStrictEqual(verdict(sandbox), [])
    })
  )

  it.scopedLive("of the environment wins over the file, and a file by another name is found", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3 } })
      const ended = yield* runProcess(["--once", "--env-file", "plant.env"], {
        environment: { PLEX_API_KEY: sandbox.plex.apiKey },
        files: {
          "plant.env": Object.entries({ ...environmentOf(sandbox), PLEX_API_KEY: "another-key" })
            .map(([name, value]) => `${name}=${value}`)
            .join("\n")
        }
      })
      assert.strictEqual(ended.code, 0, ended.stderr)
    })
  )

  it.scopedLive("with a name that is nearly right gets a warning with the right one", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3 } })
      const ended = yield* onePass(sandbox, ["--only", "master-data"], { PLEX_RATE_LIMITS: "100" })
      assert.strictEqual(ended.code, 0, ended.stderr)
      const warnings = logLines(ended).filter(({ level }) => level !== "info")
      assert.lengthOf(warnings, 1)
      assert.match(String(warnings[0]?.["message"]), /PLEX_RATE_LIMITS.*PLEX_RATE_LIMIT\b/)
    })
  )
})

describe("The command line", { concurrent: true, timeout: 120_000 }, () => {
  for (const args of [["--onec"], ["--only", "jbos", "--once"], ["--log-format", "xml"], ["frobnicate"]]) {
    it.scopedLive(`${args.join(" ")} is a usage error: exit 2, and nothing is begun`, () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size: { parts: 3 } })
        const ended = yield* runProcess(args, { environment: environmentOf(sandbox) })
        assert.strictEqual(ended.code, 2, ended.stdout + ended.stderr)
        assert.isAbove((ended.stdout + ended.stderr).trim().length, 10)
        assert.strictEqual(sandbox.journal.count(), 0)
      })
    )
  }

  it.scopedLive("--help and --version say what they are asked and exit 0", () =>
    Effect.gen(function* () {
      const help = yield* runProcess(["--help"])
      assert.strictEqual(help.code, 0)
      assert.include(help.stdout, "--dry-run")
      const version = yield* runProcess(["--version"])
      assert.strictEqual(version.code, 0)
      assert.match(version.stdout.trim(), /^\d+\.\d+\.\d+/)
    })
  )

  it.scopedLive("--sandbox needs no configuration", () =>
    Effect.gen(function* () {
      const ended = yield* runProcess(["--once", "--sandbox", "--only", "master-data", "--no-sweep"])
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.include(ended.stderr, "master-data: succeeded")
    })
  )
})
