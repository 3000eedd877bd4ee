import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { Environment } from "../../../src/layers/config/EnvFile.js"
import { loadFacilities } from "../../../src/layers/config/Facilities.js"
import type { SettingsFlags } from "../../../src/layers/config/AppConfigLive.js"
import { fillIn } from "../../../src/layers/config/FillIn.js"
import { inFolder } from "./folder.js"
import { least } from "./operator.js"

const secret = "SENTINEL-9c41"

const environment: Environment = {
  DETROIT_KEY: `${secret}-detroit`,
  OSLO_KEY: `${secret}-oslo`,
  CDF_SECRET: `${secret}-cdf`,
  RATE: "120"
}

const defaults = `
defaults:
  cdf:
    cluster: westeurope-1
    project: plant-dev
    clientId: client
    clientSecret: \${CDF_SECRET}
    tokenUrl: https://login.example.com/token
    dataSets: { master: 1001, production: 1002, scheduling: 1003, inventory: 1005, maintenance: 1006 }
`

const detroit = `
  - pcn: "340884"
    code: DET
    name: Detroit
    plex: { apiKey: "\${DETROIT_KEY}" }
`

const oslo = `
  - pcn: 0340885
    code: OSL
    name: Oslo
    timezone: Europe/Oslo
    country: NO
    plex:
      apiKey: \${OSLO_KEY}
      rateLimit: \${RATE}
    cdf:
      dataSets: { production: 2002, quality: 2004 }
    extractors:
      quality: { enabled: true }
      jobs: { interval: 600, lookbackDays: 3 }
    flowsDisabled: [wip, boms]
`

const both = `${defaults}facilities:${detroit}${oslo}`

/** What is made of a file with this text. */
const loaded = (text: string, over: Environment = {}, flags: SettingsFlags = {}) =>
  inFolder({ "facilities.yaml": text }, (at) =>
    loadFacilities({ ...environment, FACILITIES: at("facilities.yaml"), ...over }, { ...flags, envFile: "/dev/null" })
  )

const problemsOf = (text: string, over: Environment = {}) =>
  loaded(text, over).pipe(
    Effect.as<ReadonlyArray<string>>([]),
    Effect.catchAll(({ problems }) => Effect.succeed(problems))
  )

describe("a file of facilities", () => {
  it.effect("gives each its own settings over those that all share, and nothing of another", () =>
    Effect.gen(function* () {
      const { facilities, warnings } = yield* loaded(both)
      assert.deepStrictEqual(warnings, [])
      const [one, other] = facilities
      assert.strictEqual(facilities.length, 2)
      assert.strictEqual(one.facility.name, "Detroit")
      assert.strictEqual(Redacted.value(one.plex.apiKey), `${secret}-detroit`)
      assert.strictEqual(one.plex.rateLimit, 190)
      assert.strictEqual(one.facility.dataSets.production, 1002)
      assert.isFalse(one.extractors.quality.enabled)
      assert.strictEqual(Redacted.value(one.cdf.clientSecret), `${secret}-cdf`)
      if (other === undefined) return assert.fail("there is no second facility")
      assert.deepStrictEqual([other.facility.pcn, other.facility.country], ["0340885", "NO"])
      assert.strictEqual(Redacted.value(other.plex.apiKey), `${secret}-oslo`)
      assert.strictEqual(other.plex.rateLimit, 120)
      assert.deepStrictEqual(other.facility.dataSets, {
        master: 1001,
        production: 2002,
        scheduling: 1003,
        quality: 2004,
        inventory: 1005,
        maintenance: 1006
      })
      assert.strictEqual(other.extractors.jobs.interval, 600_000)
      assert.deepStrictEqual([...other.flowsDisabled], ["wip", "boms"])
    })
  )

  it.effect("tells of each facility where its settings stand, or would stand", () =>
    Effect.gen(function* () {
      const [one, other] = (yield* loaded(both)).facilities
      const placesOf = (settings: typeof one | undefined, ...names: ReadonlyArray<string>) =>
        names.map((name) => settings?.settingPlaces.get(name))
      assert.deepStrictEqual(placesOf(one, "PLEX_API_KEY", "CDF_PROJECT", "CDF_DATASET_PLEXPRODUCTION", "STATE_URL"), [
        "facilities[0].plex.apiKey",
        "defaults.cdf.project",
        "defaults.cdf.dataSets.production",
        undefined
      ])
      assert.deepStrictEqual(placesOf(other, "CDF_DATASET_PLEXPRODUCTION", "EXTERNAL_ID_PREFIX"), [
        "facilities[1].cdf.dataSets.production",
        "facilities[1].externalIdPrefix"
      ])
      const { facilities } = yield* loadFacilities(least, { envFile: "/dev/null" })
      assert.strictEqual(facilities[0].settingPlaces.size, 0)
    })
  )

  it.effect("leaves to the process what is the process's, for all alike", () =>
    Effect.gen(function* () {
      const { facilities } = yield* loaded(both, { STATE_URL: "file:x.db", HTTP_PORT: "9100", DRY_RUN: "yes" })
      for (const { dryRun, http, stateUrl } of facilities) {
        assert.deepStrictEqual([Redacted.value(stateUrl), http.port, dryRun], ["file:x.db", 9100, true])
      }
    })
  )

  it.effect("replaces the variables of a single facility, and says which have no effect", () =>
    Effect.gen(function* () {
      const { facilities, warnings } = yield* loaded(both, { ...least, BATCH_SIZE: "7", CDF_DATASET_QUALITY: "3" })
      assert.strictEqual(facilities[0].cdf.batchSize, 1000)
      assert.strictEqual(facilities[0].facility.dataSets.quality, undefined)
      assert.strictEqual(warnings.length, 1)
      for (const name of [...Object.keys(least), "BATCH_SIZE", "CDF_DATASET_QUALITY"]) assert.include(warnings[0], name)
    })
  )

  it.effect("leaves names that are not known to the process, told once", () =>
    Effect.gen(function* () {
      const { warnings } = yield* loaded(both, { PLEX_APIKEY: "x" })
      assert.deepStrictEqual(warnings, [
        "PLEX_APIKEY is not a known variable and has no effect. Did you mean PLEX_API_KEY?"
      ])
    })
  )

  it.effect("may take its texts from variables of any name without a warning", () =>
    Effect.gen(function* () {
      const text = both.replace("DETROIT_KEY", "PLEX_API_KEY_DETROIT").replace("OSLO_KEY", "PLEX_API_KEY")
      const { warnings } = yield* loaded(text, { PLEX_API_KEY_DETROIT: "a", PLEX_API_KEY: "b" })
      assert.deepStrictEqual(warnings, [])
    })
  )

  it.effect("may set for one to nothing what all others have", () =>
    Effect.gen(function* () {
      const text = both
        .replace("    cluster:", "    audience: all\n    cluster:")
        .replace("{ production: 2002", "{ maintenance: ~, production: 2002")
      const problems = yield* problemsOf(text)
      assert.strictEqual(problems.length, 1)
      assert.match(
        problems[0] ?? "",
        /^facilities\[1\]\.cdf\.dataSets\.maintenance is not set, and master-data is enabled/
      )
    })
  )

  it.effect("of one facility is the same as its variables", () =>
    Effect.gen(function* () {
      const { facilities } = yield* loaded(`${defaults}facilities:${detroit}`)
      assert.strictEqual(facilities.length, 1)
    })
  )
})

describe("without a file", () => {
  it.effect("there is the one facility of the variables", () =>
    Effect.gen(function* () {
      const { facilities } = yield* loadFacilities(least, { envFile: "/dev/null" })
      assert.deepStrictEqual(
        facilities.map(({ facility }) => facility.pcn),
        ["340884"]
      )
    })
  )
})

/** `both` with something else in the place of a part of it, and how the only problem of that begins. */
const wrong: ReadonlyArray<readonly [what: string, part: string | RegExp, instead: string, problem: RegExp]> = [
  [
    "an unknown key",
    "plex: { apiKey",
    "plex: { apiKy: x, apiKey",
    /^facilities\[0\]\.plex\.apiKy \(line 14\) is no known key: did you mean apiKey\?/
  ],
  [
    "a variable's name for a key",
    "timezone:",
    "FACILITY_TIMEZONE:",
    /^facilities\[1\]\.FACILITY_TIMEZONE .*did you mean timezone\?/
  ],
  [
    "a key in another table",
    "    country: NO",
    "    apiKey: x",
    /^facilities\[1\]\.apiKey .*did you mean plex\.apiKey\?/
  ],
  [
    "an unknown part",
    "defaults:",
    "default: {}\ndefaults:",
    /^default \(line 2\) is no known key: did you mean defaults\?/
  ],
  ["a facility's own key in the defaults", "defaults:", "defaults:\n  pcn: 1", /^defaults\.pcn .* is no known key/],
  [
    "a key twice",
    "    country: NO",
    "    country: NO\n    country: SE",
    /^facilities\[1\]\.country \(line 21\) stands there twice/
  ],
  ["an alias", "name: Oslo", "name: *x", /^facilities\[1\]\.name \(line 18\) is an alias/],
  ["an anchor", "name: Oslo", "name: &x Oslo", /^facilities\[1\]\.name \(line \d+\) has an anchor/],
  [
    "a merge key",
    "    country: NO",
    "    <<: { country: NO }",
    /^facilities\[1\]\.<< \(line \d+\) merges another table/
  ],
  ["a tag", "name: Oslo", "name: !!str Oslo", /^facilities\[1\]\.name \(line \d+\) has a tag/],
  [
    "a variable that is not set",
    "DETROIT_KEY",
    "DETROIT_KAY",
    /^facilities\[0\]\.plex\.apiKey \(line \d+\) takes its value from the variable DETROIT_KAY, which is not set/
  ],
  [
    "a variable without its end",
    "${RATE}",
    "${RATE",
    /^facilities\[1\]\.plex\.rateLimit \(line \d+\) holds a \$\{ without the name/
  ],
  [
    "a wrong value",
    "${RATE}",
    "fast",
    /^facilities\[1\]\.plex\.rateLimit is "fast": expected a whole number of calls a minute/
  ],
  [
    "a wrong default",
    "cluster: westeurope-1",
    "cluster: West!",
    /^defaults\.cdf\.cluster is set, 5 characters: expected/
  ],
  [
    "a missing key",
    'plex: { apiKey: "${DETROIT_KEY}" }',
    "plex: {}",
    /^facilities\[0\]\.plex\.apiKey is not set: .* Set facilities\[0\]\.plex\.apiKey, or facilities\[0\]\.plex\.apiKeyFile to a file/
  ],
  [
    "a data set that an extractor needs",
    ", quality: 2004",
    "",
    /^facilities\[1\]\.cdf\.dataSets\.quality is not set, and quality is enabled/
  ],
  [
    "a zone that an extractor needs",
    "    timezone: Europe/Oslo\n",
    "",
    /^facilities\[1\]\.timezone is not set, and quality is enabled/
  ],
  [
    "a table for a value",
    "name: Oslo",
    "name: { a: 1 }",
    /^facilities\[1\]\.name \(line \d+\) holds keys: expected a name/
  ],
  ["a list for a value", "name: Oslo", "name: [a]", /^facilities\[1\]\.name \(line \d+\) is a list: expected a name/],
  [
    "a value for a table",
    "jobs: { interval: 600, lookbackDays: 3 }",
    "jobs: 600",
    /^facilities\[1\]\.extractors\.jobs \(line \d+\) is no table/
  ],
  [
    "a wrong entry of a list",
    "[wip, boms]",
    "[wip, bom]",
    /^facilities\[1\]\.flowsDisabled is "wip,bom" \("bom" is not known, the nearest is boms\)/
  ],
  [
    "an entry that is no text",
    "[wip, boms]",
    "[wip, {}]",
    /^facilities\[1\]\.flowsDisabled\[1\] \(line \d+\) is no text/
  ],
  [
    "a secret and its file",
    "plex: { apiKey:",
    "plex: { apiKeyFile: /x, apiKey:",
    /^facilities\[0\]\.plex\.apiKey and facilities\[0\]\.plex\.apiKeyFile are both set/
  ],
  ["a PCN twice", "0340885", "340884", /^facilities\[1\]\.pcn is that of facilities\[0\] too/],
  ["a name twice", "name: Oslo", "name: DETROIT", /^facilities\[1\]\.name is that of facilities\[0\] too/],
  ["a code twice", "code: OSL", "code: det", /^facilities\[1\]\.code is that of facilities\[0\] too/],
  [
    "prefixes that begin alike",
    "code: OSL",
    "code: OSL\n    externalIdPrefix: PCN340884_",
    /^facilities\[1\]\.externalIdPrefix makes external ids that begin like those of facilities\[0\]/
  ],
  [
    "two limits of one key",
    "${OSLO_KEY}",
    "${DETROIT_KEY}",
    /^facilities\[1\]\.plex\.rateLimit is 120, and that of facilities\[0\] is 190: expected the same, as both have the same Plex key/
  ],
  [
    "two secrets of one client",
    "    cdf:\n      dataSets: { production",
    "    cdf:\n      clientSecret: other\n      dataSets: { production",
    /^facilities\[1\]\.cdf\.clientSecret is another than that of facilities\[0\]: expected the same, as both are the same OAuth client/
  ],
  ["no facilities", /facilities:[^]*/, "facilities: []", /^facilities \(line \d+\) holds no facility/],
  ["nothing but defaults", /facilities:[^]*/, "", /^facilities holds no facility/],
  ["two documents", /$/, "\n---\na: 1\n", /^FACILITIES names a file that is not YAML, see line \d+ \(MULTIPLE_DOCS\)/],
  ["what is not YAML", "facilities:", "facilities: ]", /^FACILITIES names a file that is not YAML, see line \d+/],
  ["no table", /^[^]*$/, "- a", /^the file \(line 1\) is no table: expected keys of defaults, facilities/]
]

describe("a problem with a file of facilities", () => {
  for (const [what, part, instead, expected] of wrong) {
    it.effect(`is told for ${what}, where it is`, () =>
      Effect.gen(function* () {
        const text = both.replace(part, () => instead)
        assert.notStrictEqual(text, both)
        const problems = yield* problemsOf(text)
        assert.match(problems[0] ?? "", expected)
        assert.notInclude(problems.join("\n"), secret)
      })
    )
  }

  it.effect("is told with all others of all facilities at once, each once, and none holds a secret", () =>
    Effect.gen(function* () {
      const text = both
        .replace("name: Detroit", "name: Detroit\n    zone: x")
        .replace("tokenUrl: https://login.example.com/token", `tokenUrl: http://${secret}.example.com`)
        .replace("country: NO", "country: NO\n    pendingLinkDays: 0")
      const problems = yield* problemsOf(text, { HTTP_PORT: "x", LOG_LEVEL: "loud" })
      assert.deepStrictEqual(problems.map((problem) => problem.split(" ", 1)[0]).toSorted(), [
        "HTTP_PORT",
        "LOG_LEVEL",
        "defaults.cdf.tokenUrl",
        "facilities[0].zone",
        "facilities[1].pendingLinkDays"
      ])
      assert.notInclude(problems.join("\n"), secret)
    })
  )

  it.effect("does not tell a secret that stands in the place of a key", () =>
    Effect.gen(function* () {
      const [problem] = yield* problemsOf(both.replace('{ apiKey: "${DETROIT_KEY}" }', `{ apiKey ${secret} }`))
      assert.match(problem ?? "", /^facilities\[0\]\.plex\.\(a key of 20 characters\) \(line 14\) is no known key/)
    })
  )

  it.effect("is told where there is no such file", () =>
    Effect.gen(function* () {
      const { problems } = yield* Effect.flip(loadFacilities({ FACILITIES: "/nowhere.yaml" }, { envFile: "/dev/null" }))
      assert.deepStrictEqual(problems, [
        "FACILITIES names a file that does not exist: expected the path of a YAML file of facilities, 1 to 4096 characters on one line. Correct the path or the file."
      ])
    })
  )
})

describe("variables in texts", () => {
  for (const [written, text] of [
    ["${A}", "1"],
    ["x${A}y${B}", "x1y${A}"],
    ["$${A} $A $$", "${A} $A $$"],
    ["no", "no"]
  ] as const) {
    it(`of ${JSON.stringify(written)} make ${JSON.stringify(text)}: what is filled in is not looked at again`, () => {
      const filled = fillIn(written, { A: "1", B: "${A}" })
      assert.deepStrictEqual([filled.text, filled.problem], [text, undefined])
    })
  }
})
