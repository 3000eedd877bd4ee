/**
 * `check`: each cause is told apart from the others, with what to do about it, and nothing is written to find it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import { type Verdict, verdictOf } from "../../../src/domain/Finding.js"
import { CdfTokens } from "../../../src/layers/cdf/Token.js"
import * as CdfLive from "../../../src/layers/cdf/CdfLive.js"
import * as HttpAgent from "../../../src/layers/http/HttpAgent.js"
import { Upstreams } from "../../../src/layers/http/Upstreams.js"
import { makeFacility } from "../../../src/domain/Facility.js"
import type { Sandbox } from "../../../src/sandbox/Sandbox.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { Cdf } from "../../../src/services/Cdf.js"
import { forbiddenCalls, isWrite, leaksIn, plexKey, startSandbox } from "../../support/SandboxProcess.js"
import { configured, filesIn, lookAt, newFolder, type Over, saidOf, those } from "./Looking.js"

const small = { parts: 3, jobs: 2, openJobs: 1, checksheets: 1 }

/** Plex and CDF were only asked. */
const assertOnlyAsked = (sandbox: Sandbox): void => {
  assert.deepStrictEqual(forbiddenCalls(sandbox), [])
  const asked = /\/(byids|list)$|^\/oauth2\/token$/
  const others = sandbox.journal
    .entries({ server: "cdf", method: "POST" })
    .filter((entry) => isWrite(entry) || !asked.test(entry.path))
  assert.deepStrictEqual(
    others.map(({ path }) => path),
    []
  )
  const executed = sandbox.journal.entries({ server: "datasource", method: "POST" })
  assert.deepStrictEqual(
    executed.map(({ path }) => path),
    []
  )
}

/** What token/inspect is to say of the client. */
const inspects = (sandbox: Sandbox, capabilities: ReadonlyArray<object>, headers?: Record<string, string>) =>
  Effect.sync(() => {
    sandbox.faults.add({
      kind: "status",
      status: 200,
      body: JSON.stringify({ subject: "s", projects: [{ projectUrlName: "sandbox", groups: [1] }], capabilities }),
      ...(headers === undefined ? {} : { headers }),
      match: { path: /token\/inspect/ }
    })
  })

const all = { all: {} }
const kinds = ["assetsAcl", "eventsAcl", "timeSeriesAcl", "sequencesAcl", "relationshipsAcl", "labelsAcl"]
const may = (actions: ReadonlyArray<string>, scope: object = all, of = kinds) =>
  of.map((acl) => ({ [acl]: { version: 1, actions, scope } }))

interface Case {
  readonly cause: string
  readonly begin?: (sandbox: Sandbox) => Effect.Effect<unknown, unknown, Scope.Scope>
  readonly over?: Over | ((sandbox: Sandbox) => Over)
  readonly probe: string
  readonly verdict: Verdict
  readonly says: ReadonlyArray<RegExp>
  /** All that is not well, that probe apart; by default nothing. */
  readonly also?: ReadonlyArray<string>
  /** What is skipped for want of it. */
  readonly skipped?: RegExp
}

const turn = (f: (sandbox: Sandbox) => void) => (sandbox: Sandbox) => Effect.sync(() => f(sandbox))

const cases: ReadonlyArray<Case> = [
  {
    cause: "a wrong key",
    over: { PLEX_API_KEY: "another-key" },
    probe: "plex key",
    verdict: "failed",
    says: [/PLEX_API_KEY/, /PLEX_CUSTOMER_ID/],
    skipped: /^plex /
  },
  {
    cause: "a tenant that is not the key's",
    over: { PLEX_CUSTOMER_ID: "7" },
    probe: "plex key",
    verdict: "failed",
    says: [/PLEX_CUSTOMER_ID/],
    skipped: /^plex /
  },
  {
    cause: "a Plex that is down",
    begin: turn(({ faults }) => faults.add({ kind: "status", status: 503, match: { server: "plex" } })),
    probe: "plex key",
    verdict: "failed",
    says: [/503/, /try again later/],
    skipped: /^plex /
  },
  {
    cause: "an address at which nobody listens",
    over: { PLEX_BASE_URL: "http://127.0.0.1:9" },
    probe: "plex key",
    verdict: "failed",
    says: [/ECONNREFUSED/, /HTTPS_PROXY/],
    skipped: /^plex /
  },
  {
    cause: "a product that is not subscribed",
    begin: turn(({ plex }) => plex.unsubscribe("scheduling")),
    probe: "plex scheduling",
    verdict: "failed",
    says: [/the key is good, but not subscribed/, /jobs, job-operations/, /developer portal.*FLOWS_DISABLED/]
  },
  {
    cause: "a product that is not subscribed and that a tenant need not have",
    begin: turn(({ plex }) => plex.unsubscribe("maintenance")),
    probe: "plex maintenance",
    verdict: "warning",
    says: [/not subscribed/, /equipment/]
  },
  {
    cause: "the code of another tenant",
    over: { PLEX_PCN_CODE: "other-plant" },
    probe: "plex tenant",
    verdict: "failed",
    says: [/ra-process.*PLEX_PCN_CODE is other-plant/, /check PLEX_API_KEY, PLEX_CUSTOMER_ID and PLEX_PCN_CODE/]
  },
  {
    cause: "a wrong password of the data sources",
    over: { PLEX_DS_PASSWORD: "wrong" },
    probe: "data source user",
    verdict: "failed",
    says: [/401/, /check PLEX_DS_USERNAME and PLEX_DS_PASSWORD/],
    skipped: /^data source \d/
  },
  {
    cause: "a data source without a grant",
    begin: turn(({ plex }) => plex.revokeGrant(4142)),
    probe: "data source 4142 checksheets",
    verdict: "failed",
    says: [/has not granted/, /Customer Care/]
  },
  {
    cause: "a data source whose inputs go by other names",
    over: { TENANT_TABLES: "test/pipelines/check/wrong-inputs.yaml" },
    probe: "data source 18765 dailyPerformance",
    verdict: "failed",
    says: [/no input From_Day.*it has .*Start_Date/, /TENANT_TABLES/]
  },
  {
    cause: "a wrong client secret",
    over: { CDF_CLIENT_SECRET: "wrong" },
    probe: "cdf token",
    verdict: "failed",
    says: [/invalid_client/, /check CDF_CLIENT_ID and CDF_CLIENT_SECRET/],
    skipped: /^cdf |^data set|^rights|^facility asset/
  },
  {
    cause: "a scope that is not right",
    begin: turn(({ cdf }) => cdf.knobs.turn({ scopes: ["https://cdf.example/.default"] })),
    probe: "cdf token",
    verdict: "failed",
    says: [/invalid_scope/, /CDF_SCOPES \(Entra usually wants http:\/\/127\.0\.0\.1:\d+\/\.default\)/],
    skipped: /^cdf |^data set|^rights|^facility asset/
  },
  {
    cause: "a token that CDF does not take",
    begin: turn(({ faults }) => faults.add({ kind: "status", status: 401, match: { path: /token\/inspect/ } })),
    probe: "cdf token",
    verdict: "failed",
    says: [/CDF_SCOPES and CDF_AUDIENCE are those of CDF_HOST/],
    skipped: /^cdf |^data set|^rights|^facility asset/
  },
  {
    cause: "a project that the client is not of",
    over: { CDF_PROJECT: "other" },
    probe: "cdf project",
    verdict: "failed",
    says: [/nothing to do with a project other, but with sandbox/, /CDF_PROJECT/],
    skipped: /^data set|^rights|^facility asset/
  },
  {
    cause: "a data set that does not exist",
    over: { CDF_DATASET_PLEXQUALITY: "99" },
    probe: "data set quality",
    verdict: "failed",
    says: [/no data set 99/, /CDF_DATASET_PLEXQUALITY/, /setup/]
  },
  {
    cause: "a client that may not read data sets",
    begin: turn(({ faults }) => faults.add({ kind: "status", status: 403, match: { path: /datasets\/byids/ } })),
    probe: "data set master",
    verdict: "warning",
    says: [/may not read data sets/, /datasetsAcl READ/],
    also: ["production", "scheduling", "quality", "inventory", "maintenance"].map((name) => `data set ${name}`)
  },
  {
    cause: "a client that may only read",
    begin: (sandbox) => inspects(sandbox, may(["READ"])),
    probe: "rights",
    verdict: "failed",
    says: [/lacks WRITE of assetsAcl.*4101000000000011.*WRITE of eventsAcl, sequencesAcl in data set 4101000000000037/]
  },
  {
    cause: "a client that may write in another data set only",
    begin: (sandbox) => inspects(sandbox, may(["READ", "WRITE"], { datasetScope: { ids: ["4101000000000011"] } })),
    probe: "rights",
    verdict: "failed",
    says: [/READ of timeSeriesAcl|READ of assetsAcl/, /^(?!.*4101000000000011)/]
  },
  {
    cause: "a clock of ours that is behind",
    begin: (sandbox) =>
      inspects(sandbox, may(["READ", "WRITE"]), { date: new Date(Date.now() + 3 * 3_600_000).toUTCString() }),
    probe: "cdf clock",
    verdict: "warning",
    says: [/3 h behind that of CDF/, /NTP/]
  },
  {
    cause: "an extraction pipeline that does not exist",
    over: { CDF_EXTRACTION_PIPELINE: "ep_nowhere" },
    probe: "extraction pipeline",
    verdict: "failed",
    says: [/no extraction pipeline ep_nowhere/, /setup/]
  },
  {
    cause: "a Redis that does not answer",
    over: { REDIS_URL: "redis://:sentinel-redis@127.0.0.1:9" },
    probe: "redis",
    verdict: "warning",
    says: [/ECONNREFUSED/, /REDIS_URL/]
  },
  {
    cause: "a state that is gone with the process",
    over: { STATE_URL: ":memory:" },
    probe: "state",
    verdict: "warning",
    says: [/in memory/, /STATE_URL/]
  }
]

describe("A look at the surroundings of a facility", { timeout: 60_000 }, () => {
  it.scopedLive("finds all well where it is, and makes neither a state nor anything in Plex or CDF", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small })
      const folder = yield* newFolder
      const found = yield* lookAt(sandbox, { STATE_URL: `file:${folder}/deep/down/state.db` })
      assert.deepStrictEqual(those(found, "failed"), [])
      assert.deepStrictEqual(those(found, "warning"), [])
      assert.deepStrictEqual(those(found, "skipped"), ["extraction pipeline", "redis"])
      assert.strictEqual(verdictOf(found), "ok")
      assert.match(saidOf(found, "state"), /none yet, a run will make it/)
      assert.deepStrictEqual(filesIn(folder), [])
      assertOnlyAsked(sandbox)
    })
  )

  for (const { also = [], begin, cause, over = {}, probe, says, skipped, verdict } of cases) {
    it.scopedLive(`tells ${cause}`, () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size: small })
        const folder = yield* newFolder
        yield* begin?.(sandbox) ?? Effect.void
        const changed = typeof over === "function" ? over(sandbox) : over
        const found = yield* lookAt(sandbox, { STATE_URL: `file:${folder}/state.db`, ...changed })
        const unwell = [...those(found, "failed"), ...those(found, "warning")]
        assert.sameMembers(unwell, [probe, ...also])
        const said = saidOf(found, probe)
        assert.isTrue(said.startsWith(`${verdict}: `), said)
        for (const words of says) assert.match(said, words)
        for (const finding of found.filter(({ verdict }) => verdict === "failed")) assert.isNotEmpty(finding.fix ?? "")
        const forWant = found.filter(({ cause, verdict }) => verdict === "skipped" && cause.startsWith("not looked at"))
        if (skipped === undefined) assert.deepStrictEqual(forWant, [])
        else {
          const expected = found.filter((finding) => skipped.test(finding.probe) && finding.probe !== probe)
          assert.isNotEmpty(expected)
          for (const finding of expected) assert.strictEqual(finding.verdict, "skipped", finding.probe)
          assert.isTrue(forWant.every(({ cause }) => /(failed|skipped)$/.test(cause)))
          assert.include(forWant[0]?.cause ?? "", probe)
        }
        assert.deepStrictEqual(leaksIn(sandbox, JSON.stringify(found), ["sentinel-redis", plexKey]), [])
        assert.deepStrictEqual(filesIn(folder), [])
        assertOnlyAsked(sandbox)
      })
    )
  }

  it.scopedLive("tells a facility asset that another system made", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small })
      const config = configured(sandbox)
      yield* Effect.gen(function* () {
        const { facility: identity } = yield* AppConfig
        const { dataSets, ids } = makeFacility(identity)
        yield* (yield* Cdf).create("assets", [
          {
            externalId: ids.root("facility"),
            name: "Theirs",
            dataSetId: dataSets.master ?? 0,
            source: "SAP",
            metadata: {}
          }
        ])
      }).pipe(
        Effect.provide(
          CdfLive.layer.pipe(
            Layer.provide(Layer.merge(CdfTokens.layer, Upstreams.layer)),
            Layer.provide(HttpAgent.layer),
            Layer.provideMerge(config)
          )
        )
      )
      const found = yield* lookAt(sandbox)
      assert.deepStrictEqual(those(found, "failed"), ["facility asset"])
      assert.match(saidOf(found, "facility asset"), /not this facility's.*EXTERNAL_ID_PREFIX/)
    })
  )

  it.scopedLive("leaves out what no enabled extractor needs", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small })
      sandbox.plex.unsubscribe("scheduling")
      yield* inspects(sandbox, may(["READ", "WRITE"], { datasetScope: { ids: [4_101_000_000_000_011] } }))
      const off = ["JOBS", "PRODUCTION", "INVENTORY", "QUALITY", "PERFORMANCE", "MASTER_DATA"].map(
        (name) => [`ENABLE_${name}_EXTRACTOR`, "false"] as const
      )
      const sets = ["PRODUCTION", "SCHEDULING", "QUALITY", "INVENTORY", "MAINTENANCE"].map(
        (name) => [`CDF_DATASET_PLEX${name}`, undefined] as const
      )
      const found = yield* lookAt(sandbox, Object.fromEntries([...off, ...sets]))
      assert.deepStrictEqual(those(found, "failed"), [])
      assert.deepStrictEqual(
        found.filter(({ probe }) => /^plex|^data s/.test(probe)).map(({ probe }) => probe),
        ["plex key", "plex tenant", "plex clock", "data set master"]
      )
    })
  )
})
