import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { eventDrafts } from "../../src/domain/EventMapping.js"
import { Instant, toMillis } from "../../src/domain/Instant.js"
import { demoFacility } from "../support/DemoFacility.js"

const draft = eventDrafts({ kind: "deviation", type: "quality_deviation", dataSet: "quality", fields: {} })(
  demoFacility()
)

const anyMoment = FastCheck.constantFrom(
  undefined,
  null,
  ...["1900-01-01", "1969-12-31", "1970-01-01", "2026-06-11", "2026-06-12"].map((day) =>
    Instant.make(`${day}T00:00:00Z`)
  )
)

const millisOf = (moment: Instant | null | undefined): ReadonlyArray<number> =>
  moment === null || moment === undefined ? [] : [toMillis(moment)]

describe("the times of an event", () => {
  it.prop(
    "are those of its record that CDF can hold, and all others are counted",
    [anyMoment, anyMoment],
    ([start, end]) => {
      const { endTime, omitted, startTime } = draft({}, { key: "1", start, end, links: [] })
      const given = [...millisOf(start), ...millisOf(end)]
      const written = [startTime, endTime].filter((time) => time !== undefined)
      assert.isTrue(written.every((time) => time >= 0))
      assert.isTrue(startTime === undefined || endTime === undefined || startTime <= endTime)
      assert.includeMembers(given, written)
      assert.strictEqual(omitted, given.length - written.length)
    }
  )

  it("leave out an end before the start, which is counted once, and never the start for it", () => {
    const [start, end] = [Instant.make("2026-06-12T00:00:00Z"), Instant.make("2026-06-11T00:00:00Z")]
    const { endTime, omitted, startTime } = draft({}, { key: "1", start, end, links: [] })
    assert.deepStrictEqual([startTime, endTime, omitted], [toMillis(start), undefined, 1])
  })
})
