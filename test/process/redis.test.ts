import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { hasBinary, privateRedis, redisAt, withPrivate } from "../layers/idresolver/RedisServers.js"
import { startProcess } from "../support/RunProcess.js"
import {
  environmentOf,
  leaks,
  miscounts,
  onePass,
  startSandbox,
  unexplainedRefusals
} from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []
const password = "sentinel-redis-word-71c0"

describe.skipIf(!hasBinary)(`Ids in Redis, ${withPrivate}`, { concurrent: true, timeout: 180_000 }, () => {
  it.scopedLive("are kept for other processes, whose password no log tells", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      const server = yield* privateRedis(["--requirepass", password])
      const url = server.url.replace("//", `//:${password}@`)
      const ended = yield* onePass(sandbox, [], { REDIS_URL: url })
      assert.strictEqual(ended.code, 0, ended.stderr)
      const redis = yield* redisAt(url)
      const kept = yield* redis.ask((client) => client.dbSize())
      // On a machine with too much to do, Redis may have been too slow for a while.
      const least = ended.stdout.includes("Redis does not answer")
        ? 1
        : Object.keys(sandbox.cdf.snapshot().assets).length
      assert.isAtLeast(kept, least, "every asset that was made is known")
      assert.notInclude(ended.stdout + ended.stderr, password)
    })
  )

  it.scopedLive("change nothing in CDF when Redis is killed in mid-run", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const server = yield* privateRedis(["--requirepass", password])
      const over = { REDIS_URL: server.url.replace("//", `//:${password}@`) }
      const running = yield* startProcess(["--once"], { environment: environmentOf(sandbox, over) })
      yield* Effect.promise(() => running.said(/"message":"flow finished".*"flow":"parts"/))
      yield* server.kill
      const ended = yield* Effect.promise(() => running.ended)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.match(ended.stdout, /"message":"Redis does not answer/)
      assert.deepStrictEqual(verdict(sandbox), none)
      assert.deepStrictEqual(unexplainedRefusals(sandbox), none)
      assert.deepStrictEqual(miscounts(ended), none)
      assert.deepStrictEqual(leaks(sandbox, ended), none)
      assert.notInclude(ended.stdout + ended.stderr, password)
    })
  )

  it.scopedLive("are never those that a dry run or the embedded sandbox made up", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      const server = yield* privateRedis()
      const dry = yield* onePass(sandbox, ["--dry-run"], { REDIS_URL: server.url })
      assert.strictEqual(dry.code, 0, dry.stderr)
      const embedded = yield* onePass(sandbox, ["--sandbox"], { REDIS_URL: server.url })
      assert.strictEqual(embedded.code, 0, embedded.stderr)
      const redis = yield* redisAt(server.url)
      assert.strictEqual(yield* redis.ask((client) => client.dbSize()), 0)
    })
  )
})
