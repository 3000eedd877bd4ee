import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { daysBetween, isFinished, localDayOf, wholeDays } from "../../src/domain/LocalDay.js"

const hours = ({ end, start }: { readonly start: number; readonly end: number }): number => (end - start) / 3_600_000
const at = (text: string): number => Date.parse(text)

const zones = [
  "UTC",
  "America/Detroit",
  "Europe/Oslo",
  "Asia/Kolkata",
  "America/Havana",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "Asia/Beirut",
  "Pacific/Apia"
] as const

describe("localDayOf", () => {
  it("begins the day at local midnight", () => {
    assert.deepStrictEqual(localDayOf("America/Detroit", at("2026-06-11T03:59:59.999Z")), {
      date: "2026-06-10",
      start: at("2026-06-10T04:00:00Z"),
      end: at("2026-06-11T04:00:00Z")
    })
    assert.strictEqual(localDayOf("America/Detroit", at("2026-06-11T04:00:00Z")).date, "2026-06-11")
    assert.strictEqual(localDayOf("Asia/Kolkata", at("2026-06-10T18:30:00Z")).date, "2026-06-11")
  })

  it("knows days of 23 and of 25 hours", () => {
    assert.strictEqual(hours(localDayOf("America/Detroit", at("2027-03-14T12:00:00Z"))), 23)
    assert.strictEqual(hours(localDayOf("America/Detroit", at("2026-11-01T12:00:00Z"))), 25)
    assert.strictEqual(hours(localDayOf("Europe/Oslo", at("2026-10-25T12:00:00Z"))), 25)
    assert.strictEqual(hours(localDayOf("Australia/Lord_Howe", at("2026-04-05T03:00:00Z"))), 24.5)
  })

  it("begins a day without midnight when its clock begins, and one with two midnights at the first", () => {
    assert.strictEqual(localDayOf("America/Sao_Paulo", at("2018-11-04T12:00:00Z")).start, at("2018-11-04T03:00:00Z"))
    assert.strictEqual(hours(localDayOf("America/Sao_Paulo", at("2018-11-04T12:00:00Z"))), 23)
    assert.strictEqual(localDayOf("America/Havana", at("2026-11-01T12:00:00Z")).start, at("2026-11-01T04:00:00Z"))
    assert.strictEqual(hours(localDayOf("America/Havana", at("2026-11-01T12:00:00Z"))), 25)
  })

  it("leaves out a date that the zone skipped", () => {
    const days = daysBetween("Pacific/Apia", at("2011-12-29T10:00:00Z"), at("2012-01-01T10:00:00Z"))
    assert.deepStrictEqual(
      days.map(({ date }) => date),
      ["2011-12-29", "2011-12-31", "2012-01-01"]
    )
  })

  it.prop(
    "holds every instant, and its days follow each other without gap",
    [FastCheck.constantFrom(...zones), FastCheck.integer({ min: 0, max: at("2037-01-01T00:00:00Z") })],
    ([zone, millis]) => {
      const day = localDayOf(zone, millis)
      const next = localDayOf(zone, day.end)
      assert.isTrue(day.start <= millis && millis < day.end)
      assert.strictEqual(next.start, day.end)
      assert.isTrue(hours(day) >= 22 && hours(day) <= 26)
      assert.isTrue(next.date > day.date)
    }
  )
})

describe("daysBetween", () => {
  it("gives only the days that lie wholly within", () => {
    const days = daysBetween("America/Detroit", at("2026-06-09T04:00:00.001Z"), at("2026-06-12T03:59:59.999Z"))
    assert.deepStrictEqual(
      days.map(({ date }) => date),
      ["2026-06-10"]
    )
    assert.deepStrictEqual(daysBetween("UTC", at("2026-06-11T00:00:00Z"), at("2026-06-10T00:00:00Z")), [])
  })
})

describe("wholeDays", () => {
  it("widens a period to the days that it touches, and leaves whole days as they are", () => {
    const days = { begin: at("2026-03-07T05:00:00Z"), end: at("2026-03-09T04:00:00Z") }
    const within = { begin: days.begin + 1, end: at("2026-03-08T05:00:00.001Z") }
    assert.deepStrictEqual(wholeDays("America/Detroit", within), days)
    assert.deepStrictEqual(wholeDays("America/Detroit", days), days)
  })
})

describe("isFinished", () => {
  it("is true from the first instant of the next day", () => {
    const day = localDayOf("UTC", at("2026-06-11T12:00:00Z"))
    assert.isFalse(isFinished(day, day.end - 1))
    assert.isTrue(isFinished(day, day.end))
  })
})
