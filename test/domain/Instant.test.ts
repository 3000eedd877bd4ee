import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Schema } from "effect"
import { compact, Instant, toMillis, toPlexTime, withSevenDigits } from "../../src/domain/Instant.js"

const isInstant = Schema.is(Instant)

describe("Instant", () => {
  it("takes moments as Plex writes them", () => {
    for (const text of [
      "2026-06-11T14:03Z",
      "2026-06-11T14:03:22Z",
      "2026-06-11T14:03:22.4Z",
      "2026-06-11T14:03:22.4170001Z",
      "2026-06-11T14:03:22+02:00",
      "2026-06-11T14:03:22-0500",
      "2028-02-29T00:00:00Z"
    ]) {
      assert.isTrue(isInstant(text), text)
    }
  })

  it("refuses dates without time, times without zone, and days that are not in the calendar", () => {
    for (const text of [
      "",
      "2026-06-11",
      "2026-06-11T14:03:22",
      "2026-06-11 14:03:22Z",
      "2026-06-11T14Z",
      "2026-13-01T00:00:00Z",
      "2026-02-29T00:00:00Z",
      "2026-02-30T00:00:00Z",
      "2026-04-31T00:00:00Z",
      "2026-06-11T25:00:00Z",
      "06/11/2026",
      "/Date(1781186602417)/"
    ]) {
      assert.isFalse(isInstant(text), text)
    }
  })
})

describe("toMillis", () => {
  it("cuts digits off, it does not round into the next millisecond", () => {
    assert.strictEqual(toMillis(Instant.make("2026-06-11T14:03:59.9999999Z")), Date.parse("2026-06-11T14:03:59.999Z"))
    assert.strictEqual(toMillis(Instant.make("2026-06-11T14:03-05:00")), Date.parse("2026-06-11T19:03:00Z"))
  })
})

describe("withSevenDigits", () => {
  it("is the moment in UTC with all its digits", () => {
    assert.strictEqual(withSevenDigits(Instant.make("2026-06-11T14:03Z")), "2026-06-11T14:03:00.0000000Z")
    assert.strictEqual(
      withSevenDigits(Instant.make("2026-06-11T23:03:22.4170001-0130")),
      "2026-06-12T00:33:22.4170001Z"
    )
    assert.strictEqual(withSevenDigits(Instant.make("1969-12-31T23:59:59.9999999Z")), "1969-12-31T23:59:59.9999999Z")
  })
})

describe("writings of one moment", () => {
  const millis = FastCheck.integer({ min: Date.parse("1900-01-01T00:00Z"), max: Date.parse("2099-12-31T00:00Z") })
  const offset = FastCheck.integer({ min: -14 * 60, max: 14 * 60 })

  it.prop("are the same moment, whatever their offset and number of digits", [millis, offset], ([at, minutes]) => {
    const zone = `${minutes < 0 ? "-" : "+"}${[Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
      .map((part) => String(part).padStart(2, "0"))
      .join(":")}`
    const local = Instant.make(`${new Date(at + minutes * 60_000).toISOString().slice(0, -1)}${zone}`)
    const utc = Instant.make(`${new Date(at).toISOString().slice(0, -1)}0000Z`)
    assert.strictEqual(toMillis(local), at)
    assert.strictEqual(toMillis(utc), at)
    assert.strictEqual(withSevenDigits(local), utc)
  })

  it.prop("are compact and whole-second texts that sort like the moments", [millis, millis], ([a, b]) => {
    assert.match(compact(a), /^\d{8}T\d{9}$/)
    assert.match(toPlexTime(a), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.strictEqual(compact(a) < compact(b), a < b)
    assert.strictEqual(toMillis(Instant.make(toPlexTime(a))), Math.floor(a / 1000) * 1000)
  })
})
