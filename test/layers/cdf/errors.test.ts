import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import type { CdfError } from "../../../src/domain/Errors.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { type FakeAnswer, fakeClient } from "../http/FakeClient.js"
import { cdfOver } from "./Sandboxed.js"
import { settings } from "./Settings.js"

const token = () => Response.json({ access_token: "token-sentinel", expires_in: 3600 })

/** One byids over these answers, the hour after; the first call of all is the token's. */
const asking = (...answers: ReadonlyArray<() => FakeAnswer>) =>
  Effect.gen(function* () {
    const { asked, client } = fakeClient(token, ...answers)
    const cdf = yield* cdfOver(settings, Layer.succeed(HttpClient.HttpClient, client))
    const fiber = yield* Effect.fork(Effect.either(cdf.byids("assets", [ExternalId.make("a")])))
    yield* TestClock.adjust("1 hour")
    return { asked: asked.slice(1), result: yield* Fiber.join(fiber) }
  })

const failing = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  Effect.map(
    asking(() => Response.json(body, { status, headers })),
    ({ asked, result }): { readonly calls: number; readonly error: CdfError | undefined } => ({
      calls: asked.length,
      error: result._tag === "Left" ? result.left : undefined
    })
  )

describe("what CDF says", () => {
  for (const [name, wrap] of [
    ["in its envelope", (error: object) => ({ error })],
    ["without its envelope", (error: object) => error]
  ] as const) {
    it.scoped(`is understood ${name}`, () =>
      Effect.gen(function* () {
        const body = wrap({
          missing: [{ externalId: "x", odd: 1 }, { id: 7 }, { name: "y" }, null],
          duplicated: [{ externalId: "z" }],
          code: 400,
          message: "External id not found"
        })
        const { calls, error } = yield* failing(400, body, { "x-request-id": "r-1" })
        assert.deepStrictEqual(
          [error?.reason, error?.detail, error?.missing, error?.duplicated, error?.requestId, calls],
          ["Refused", "External id not found", [{ externalId: "x" }, { id: 7 }], [{ externalId: "z" }], "r-1", 1]
        )
      })
    )
  }

  const texts: ReadonlyArray<readonly [string, ReadonlyArray<object>]> = [
    ["Reference to unknown parent with externalId PCN1_part_4", [{ externalId: "PCN1_part_4" }]],
    ["The given parent ids do not exist: 1, 2", [{ id: 1 }, { id: 2 }]],
    ["Invalid dataSetIds: 12", [{ id: 12 }]],
    ["Data set ids not found: 12", [{ id: 12 }]],
    ["Something else: 12", []]
  ]
  for (const [message, missing] of texts) {
    it.scoped(`is read from the text where it says no more: ${message}`, () =>
      Effect.gen(function* () {
        const { error } = yield* failing(400, { error: { code: 400, message } })
        assert.deepStrictEqual(error?.missing, missing)
      })
    )
  }

  it.scoped("is cut, and never shows the token", () =>
    Effect.gen(function* () {
      const { error } = yield* failing(400, { error: { code: 400, message: `token-sentinel ${"x".repeat(5000)}` } })
      assert.isAtMost(error?.detail.length ?? 999, 300)
      assert.notInclude(error?.message ?? "", "token-sentinel")
    })
  )

  it.scoped("is tried again where CDF says that this can help", () =>
    Effect.gen(function* () {
      const body = { error: { code: 409, message: "Schema lock conflict", isAutoRetryable: true } }
      const flagged = yield* failing(409, body)
      const header = yield* failing(400, { error: { code: 400, message: "busy" } }, { "cdf-is-auto-retryable": "true" })
      assert.deepStrictEqual([flagged.calls, flagged.error?.category], [4, "transient"])
      assert.deepStrictEqual([header.calls, header.error?.category], [4, "transient"])
    })
  )

  it.scoped("of rights and projects is a matter of the configuration", () =>
    Effect.gen(function* () {
      const forbidden = yield* failing(403, { error: { code: 403, message: "Forbidden" } })
      const unknown = yield* failing(400, { error: { code: 400, message: "Unknown project" } })
      for (const { calls, error } of [forbidden, unknown]) {
        assert.deepStrictEqual([error?.reason, calls], ["Forbidden", 1])
        assert.include(error?.message ?? "", "CDF_PROJECT")
      }
    })
  )
})

describe("rows", () => {
  it.scoped("come in the order of the columns asked for, whatever the order of the answer", () =>
    Effect.gen(function* () {
      const page = (rowNumber: number, nextCursor?: string) => () =>
        Response.json({
          columns: [{ externalId: "b" }, { externalId: "a" }],
          rows: [{ rowNumber, values: ["b", 1] }],
          nextCursor
        })
      const { client } = fakeClient(token, page(2, "more"), page(1))
      const cdf = yield* cdfOver(settings, Layer.succeed(HttpClient.HttpClient, client))
      const rows = yield* cdf.rows(ExternalId.make("s"), [{ externalId: "a" }, { externalId: "b" }])
      assert.deepStrictEqual(rows, [
        { rowNumber: 1, values: [1, "b"] },
        { rowNumber: 2, values: [1, "b"] }
      ])
    })
  )
})

describe("a throttled call", () => {
  it.scoped("waits as long as CDF asks", () =>
    Effect.gen(function* () {
      const busy = () => new Response("", { status: 429, headers: { "retry-after": "7" } })
      const { asked, result } = yield* asking(busy, () => Response.json({ items: [] }))
      assert.strictEqual(result._tag, "Right")
      assert.deepStrictEqual(
        asked.map(({ at }) => at),
        [0, 7000]
      )
    })
  )

  it.scoped("is tried again after a broken connection", () =>
    Effect.gen(function* () {
      const { asked, result } = yield* asking(
        () => ({ breaks: "ECONNRESET" }),
        () => Response.json({ items: [] })
      )
      assert.deepStrictEqual([result._tag, asked.length], ["Right", 2])
    })
  )
})
