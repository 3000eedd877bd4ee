import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { execFileSync } from "node:child_process"
import { chdir, cwd } from "node:process"
import { symlink } from "node:fs/promises"
import { load, loadSettings } from "../../../src/layers/config/AppConfigLive.js"
import { parseEnvFile, readEnvironment, withOverrides } from "../../../src/layers/config/EnvFile.js"
import { readSecretFile } from "../../../src/layers/config/SecretFiles.js"
import { distance, nearest } from "../../../src/layers/config/Suggestions.js"
import { inFolder } from "./folder.js"
import { problemsWith, settingsWith } from "./operator.js"

const parsed = (text: string) => parseEnvFile(text, ".env")

describe("an env file", () => {
  const texts: ReadonlyArray<readonly [name: string, text: string, Readonly<Record<string, string>>]> = [
    ["a comment after a value", "X=300   # 5 minutes\nY=2\n", { X: "300", Y: "2" }],
    ["comments and blank lines", "# a\n\n   \n\t# b=1\n  \nX=1\n\n   \nY=2", { X: "1", Y: "2" }],
    ["quotes", `X='a # b' # c\nY="d e"\nZ=\`it's "it"\`\n`, { X: "a # b", Y: "d e", Z: `it's "it"` }],
    ["export", "export X=1\nexport   Y=2\n  export\tZ=3\n", { X: "1", Y: "2", Z: "3" }],
    ["line ends of Windows and a byte order mark", "\uFEFFX=1\r\n\r\nY=a b\r\n", { X: "1", Y: "a b" }],
    ["blanks around names and values", "  X = 1  \nY=\n", { X: "1", Y: "" }],
    ["a value of several lines in quotes", 'X="a\nb"\nY=2', { X: "a\nb", Y: "2" }]
  ]
  for (const [name, text, expected] of texts) {
    it(`is read with ${name}`, () => {
      assert.deepStrictEqual(parsed(text), { environment: expected, warnings: [] })
    })
  }

  it("loses only the line that is no NAME=value, with a warning that does not repeat it", () => {
    const { environment, warnings } = parsed("X=1\nPLEX_API_KEY: hidden\n\nY=2\n")
    assert.deepStrictEqual(environment, { X: "1", Y: "2" })
    assert.match(warnings.join("\n"), /^\.env: a line before Y is not NAME=value/)
    assert.notInclude(warnings.join("\n"), "hidden")
  })

  for (const text of ["PLEX_DS_PASSWORD=abc#hidden", "export PLEX_DS_PASSWORD=#hidden"]) {
    it(`warns of a "#" that may belong to the value: ${text}`, () => {
      const { warnings } = parsed(`${text}\nX=1 # c\nY= # c\nZ="a#b"\n`)
      assert.strictEqual(warnings.length, 1)
      assert.match(warnings[0] ?? "", /^\.env: the value of PLEX_DS_PASSWORD ends at its "#"/)
      assert.notInclude(warnings[0] ?? "", "hidden")
    })
  }

  it.effect("fills only what the environment leaves unset", () =>
    inFolder({ env: "A=file\nB=file\nC=file\n" }, (at) =>
      Effect.gen(function* () {
        const { environment } = yield* readEnvironment({ A: "environment", B: "", C: undefined }, at("env"))
        assert.deepStrictEqual(environment, { A: "environment", B: "", C: "file" })
      })
    )
  )

  it.effect("that is named and missing is an error that names it", () =>
    inFolder({}, (at) =>
      Effect.gen(function* () {
        const { problems } = yield* Effect.flip(readEnvironment({}, at("plant.env")))
        assert.match(problems.join("\n"), /^--env-file .*plant\.env does not exist: expected/)
      })
    )
  )

  it.effect("that is not named may be missing, and is ./.env", () =>
    inFolder({}, (at) =>
      Effect.gen(function* () {
        const { environment } = yield* inDirectory(at("."), readEnvironment({ A: "1" }))
        assert.deepStrictEqual(environment, { A: "1" })
        yield* inFolder({ ".env": "B=2" }, (there) =>
          Effect.map(inDirectory(there("."), readEnvironment({ A: "1" })), (read) =>
            assert.deepStrictEqual(read.environment, { A: "1", B: "2" })
          )
        )
      })
    )
  )

  it.live("of a real plant loads without a warning", () =>
    inFolder({ "plant.env": plant, "api-key": "k1-from-a-file\n" }, (at) =>
      Effect.gen(function* () {
        const { settings, warnings } = yield* load(
          { PATH: "/usr/bin", PLEX_API_KEY_FILE: at("api-key") },
          { envFile: at("plant.env") }
        )
        assert.deepStrictEqual(warnings, [])
        assert.strictEqual(Redacted.value(settings.plex.apiKey), "k1-from-a-file")
        assert.strictEqual(settings.plex.apiKeyFile, at("api-key"))
        assert.strictEqual(settings.facility.name, "Nordfjord Forge & Foundry")
        assert.strictEqual(settings.extractors.jobs.interval, 300_000)
        assert.strictEqual(settings.plex.dataSource?.baseUrl.href, "https://nordfjord.on.plex.com/")
        assert.strictEqual(settings.plex.dataSource && Redacted.value(settings.plex.dataSource.password), "p#ss word")
        assert.isTrue(settings.extractors.performance.enabled)
        assert.deepStrictEqual(settings.facility.dataSets, {
          master: 812345678901234,
          production: 812345678901235,
          scheduling: 812345678901236,
          quality: 812345678901237,
          inventory: 812345678901238,
          maintenance: 812345678901239
        })
      })
    )
  )
})

const plant = `
# Plex --------------------------------------------------
PLEX_CUSTOMER_ID=340884
PLEX_PCN_CODE=nordfjord            # text, not the number
PLEX_DS_USERNAME=NordfjordWs@plex.com
PLEX_DS_PASSWORD="p#ss word"
PLEX_RATE_LIMIT=150                # the ERP team asked for it

# CDF
export CDF_CLUSTER=az-eastus-1
export CDF_PROJECT=nordfjord-prod
CDF_CLIENT_ID=2f3a0c1e-7a55-4f7e-9f0e-1b2c3d4e5f60
CDF_CLIENT_SECRET='Xy7~q.K_w8-ab'
CDF_TOKEN_URL=https://login.microsoftonline.com/6d2f/oauth2/v2.0/token
CDF_SCOPES=https://az-eastus-1.cognitedata.com/.default
CDF_DATASET_PLEXMASTER=812345678901234
CDF_DATASET_PLEXPRODUCTION=812345678901235
CDF_DATASET_PLEXSCHEDULING=812345678901236
CDF_DATASET_PLEXQUALITY=812345678901237
CDF_DATASET_PLEXINVENTORY=812345678901238
CDF_DATASET_PLEXMAINTENANCE=812345678901239
CDF_EXTRACTION_PIPELINE=plex-nordfjord

FACILITY_NAME="Nordfjord Forge & Foundry"
FACILITY_CODE=NFF
FACILITY_TIMEZONE=Europe/Oslo
FACILITY_COUNTRY=NO

ENABLE_QUALITY_EXTRACTOR=Yes
ENABLE_PERFORMANCE_EXTRACTOR=on
JOBS_EXTRACTION_INTERVAL=300   # 5 minutes
FLOWS_DISABLED=movements, boms
EXTRACTION_START_DATE=2025-01-01T00:00:00Z
RETIRED_RETENTION_DAYS=containers:30

STATE_URL=postgres://plexcdf:s3cret@db.internal:5432/plexcdf
HTTP_HOST=0.0.0.0
HTTP_READ_TOKEN=5b0c1f4e8d
HTTPS_PROXY=http://proxy.nordfjord.no:3128
NO_PROXY=localhost,.nordfjord.no
LOG_LEVEL=Warn
`

/** Only one test at a time does this: the folder is the process's own. */
const inDirectory = <A, E, R>(folder: string, use: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = cwd()
      chdir(folder)
      return before
    }),
    () => use,
    (before) => Effect.sync(() => chdir(before))
  )

describe("a secret's file", () => {
  const contents: ReadonlyArray<readonly [string, string]> = [
    ["key\n", "key"],
    ["key\r\n", "key"],
    ["key", "key"],
    ["key\n\n", "key\n"],
    [" key ", " key "],
    ["x".repeat(65_536), "x".repeat(65_536)]
  ]
  for (const [content, expected] of contents) {
    it.effect(`gives ${JSON.stringify(expected).slice(0, 20)} for ${JSON.stringify(content).slice(0, 20)}`, () =>
      inFolder({ key: content }, (at) =>
        Effect.map(readSecretFile(at("key")), (secret) => assert.strictEqual(secret, expected))
      )
    )
  }

  it.effect("may be a link, as Kubernetes mounts it", () =>
    inFolder({ key: "key\n" }, (at) =>
      Effect.gen(function* () {
        yield* Effect.promise(() => symlink(at("key"), at("link")))
        assert.strictEqual(yield* readSecretFile(at("link")), "key")
      })
    )
  )

  const refused: ReadonlyArray<readonly [string, string | Uint8Array, RegExp]> = [
    ["too large", "x".repeat(65_537), /holds 65537 bytes, more than 64 KiB/],
    ["empty", "\n", /is empty/],
    ["not text", new Uint8Array([0xff, 0xfe, 0x00]), /is not UTF-8 text/]
  ]
  for (const [name, content, expected] of refused) {
    it.effect(`that is ${name} is refused`, () =>
      inFolder({ key: content }, (at) =>
        Effect.gen(function* () {
          const problems = yield* problemsWith({ CDF_CLIENT_SECRET: undefined, CDF_CLIENT_SECRET_FILE: at("key") })
          assert.lengthOf(problems, 1)
          assert.match(problems[0] ?? "", /^CDF_CLIENT_SECRET_FILE names a file that /)
          assert.match(problems[0] ?? "", expected)
        })
      )
    )
  }

  it.effect("that is a folder, a pipe or missing is refused", () =>
    inFolder({}, (at) =>
      Effect.gen(function* () {
        execFileSync("mkfifo", [at("pipe")])
        for (const [path, expected] of [
          [at("."), /is not a regular file/],
          [at("pipe"), /is not a regular file/],
          [at("missing"), /does not exist/]
        ] as const) {
          const problems = yield* problemsWith({ PLEX_API_KEY: undefined, PLEX_API_KEY_FILE: path })
          assert.lengthOf(problems, 1)
          assert.match(problems[0] ?? "", expected)
        }
      })
    )
  )

  it.effect("beside the secret itself is an error", () =>
    inFolder({ key: "key" }, (at) =>
      Effect.gen(function* () {
        const problems = yield* problemsWith({ PLEX_API_KEY_FILE: at("key") })
        assert.deepStrictEqual(problems, [
          "PLEX_API_KEY and PLEX_API_KEY_FILE are both set: expected one of them. Unset the other."
        ])
      })
    )
  )

  it.effect("is remembered where the secret is read again", () =>
    inFolder({ user: "u", password: "p", secret: "s", state: "file:./x.db\n" }, (at) =>
      Effect.gen(function* () {
        const { cdf, plex, stateUrl } = yield* settingsWith({
          PLEX_PCN_CODE: "ra-process",
          PLEX_DS_USERNAME_FILE: at("user"),
          PLEX_DS_PASSWORD_FILE: at("password"),
          CDF_CLIENT_SECRET: undefined,
          CDF_CLIENT_SECRET_FILE: at("secret"),
          STATE_URL_FILE: at("state")
        })
        assert.strictEqual(plex.dataSource?.usernameFile, at("user"))
        assert.strictEqual(plex.dataSource?.passwordFile, at("password"))
        assert.strictEqual(cdf.clientSecretFile, at("secret"))
        assert.strictEqual(Redacted.value(stateUrl), "file:./x.db")
      })
    )
  )
})

describe("overrides", () => {
  it.effect("win over a value and over the file of a secret", () =>
    Effect.gen(function* () {
      const environment = { PLEX_API_KEY_FILE: "/does/not/exist", CDF_PROJECT: "real", PATH: "/bin" }
      const merged = withOverrides(environment, { PLEX_API_KEY: "sandbox", CDF_PROJECT: "sandbox" })
      assert.deepStrictEqual(merged, { PLEX_API_KEY: "sandbox", CDF_PROJECT: "sandbox", PATH: "/bin" })
      const { problems } = yield* Effect.flip(loadSettings(merged))
      assert.notInclude(problems.join("\n"), "PLEX_API_KEY")
    })
  )
})

describe("the nearest name", () => {
  it("is the one with the fewest changes, whatever the case", () => {
    assert.strictEqual(distance("kitten", "sitting"), 3)
    assert.strictEqual(distance("", "abc"), 3)
    assert.strictEqual(nearest("plex_apikey", ["CDF_HOST", "PLEX_API_KEY", "PLEX_PCN_CODE"]), "PLEX_API_KEY")
    assert.isUndefined(nearest("x", []))
  })
})
