import { assert, describe, it } from "@effect/vitest"
import { parseRetryAfter } from "../../../src/layers/http/RetryAfter.js"

const now = Date.UTC(2026, 5, 11, 14)

describe("Retry-After", () => {
  it("is read as seconds", () => {
    assert.strictEqual(parseRetryAfter("7", now), 7_000)
    assert.strictEqual(parseRetryAfter(" 0 ", now), 0)
  })

  it("is read as an HTTP date", () => {
    assert.strictEqual(parseRetryAfter("Thu, 11 Jun 2026 14:00:30 GMT", now), 30_000)
    assert.strictEqual(parseRetryAfter("Thu, 11 Jun 2026 13:00:00 GMT", now), 0)
  })

  it("is nothing when it is absent or says nothing", () => {
    assert.strictEqual(parseRetryAfter(undefined, now), undefined)
    assert.strictEqual(parseRetryAfter("", now), undefined)
    assert.strictEqual(parseRetryAfter("soon", now), undefined)
  })

  it("is capped at five minutes", () => {
    assert.strictEqual(parseRetryAfter("86400", now), 300_000)
    assert.strictEqual(parseRetryAfter("1e999", now), 300_000)
    assert.strictEqual(parseRetryAfter("Fri, 11 Jun 2027 14:00:00 GMT", now), 300_000)
  })
})
