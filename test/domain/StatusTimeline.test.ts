import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Schema } from "effect"
import type { EventDraft } from "../../src/domain/cdf/Draft.js"
import type { ExternalId } from "../../src/domain/ExternalId.js"
import { WorkcenterStatusEntry } from "../../src/domain/records/WorkcenterStatusEntry.js"
import {
  heldBefore,
  type LastStatuses,
  replacedFacts,
  statusTimeline,
  type StatusWindow
} from "../../src/domain/StatusTimeline.js"
import { demoFacility } from "../support/DemoFacility.js"
import { plexRecord } from "../support/PlexRecords.js"

const facility = demoFacility()
const timeline = statusTimeline(facility)
const decode = Schema.decodeUnknownSync(WorkcenterStatusEntry)

const w1 = "20b51426-f8d1-450c-a735-00a1e0178ea0"
const w2 = "30b51426-f8d1-450c-a735-00a1e0178ea0"

/** The row of the reference page. */
const example = {
  workcenterId: w1,
  workcenterCode: "NFF-01",
  logDate: "2026-06-11T14:03:22.417Z",
  workcenterStatus: "Production",
  jobId: "71432449-08ee-4a9a-a1f8-26fcd8ecb03d",
  jobCode: "J004217",
  partId: "ba079f00-255d-4373-aa99-3e021c39e466",
  partNumber: "MNG-CHK-05",
  revision: "A",
  partNumberRevision: "MNG-CHK-05-A",
  partOperationId: "8bf03904-8013-48ae-a780-6b77ea368940",
  operationNumber: 20,
  operationCode: "Freeze",
  duration: 1860
}
const at = (time: string) => Date.parse(`2026-06-11T${time}Z`)
const entry = (time: string, workcenterStatus: string, over: Record<string, unknown> = {}) =>
  decode({ ...example, logDate: `2026-06-11T${time}Z`, workcenterStatus, ...over })

const window = (
  begin: string,
  entries: ReadonlyArray<WorkcenterStatusEntry>,
  over: Partial<StatusWindow> = {}
): StatusWindow => ({ begin: at(begin), entries, before: new Map(), newest: true, ...over })

/** `Production 14:03-15:00` */
const clock = (millis: number | undefined) => (millis === undefined ? "" : new Date(millis).toISOString().slice(11, 16))
const told = (events: ReadonlyArray<EventDraft>) =>
  events.map(({ endTime, startTime, subtype }) => `${subtype} ${clock(startTime)}-${clock(endTime)}`)

describe("the event of a workcenter status", () => {
  it("is as the contract says", () => {
    const { events } = timeline(window("14:00", [decode(example), entry("15:00", "Down")]))
    const [event] = events
    assert.isDefined(event)
    const { metadata, owns, ...rest } = event!
    assert.deepStrictEqual<unknown>(rest, {
      kind: "events",
      externalId: `PCN340884_workcenter_status_${w1}_1781186602417`,
      dataSet: "production",
      plexId: `${w1}_1781186602417`,
      type: "workcenter_status",
      subtype: "Production",
      description: "Production | MNG-CHK-05 rev A | WC NFF-01 | Job J004217",
      startTime: 1781186602417,
      endTime: at("15:00"),
      links: [`PCN340884_workcenter_${w1}`, "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466"],
      omitted: 0,
      untouched: undefined
    })
    assert.deepInclude(metadata, { workcenter_status: "Production", log_date: "2026-06-11T14:03:22.417Z" })
    assert.notProperty(metadata, "duration")
    assert.notInclude([...owns], "duration")
  })

  it("does not change while the status lasts and its duration grows", () => {
    const read = (duration: number) => timeline(window("14:00", [decode({ ...example, duration })]))
    assert.deepStrictEqual(read(60), read(360))
  })

  it("needs a workcenter and a moment", () => {
    const { events, unmappable } = timeline(
      window("14:00", [entry("14:03", "a", { workcenterId: null }), decode({ ...example, logDate: null })])
    )
    assert.deepStrictEqual(events, [])
    assert.deepStrictEqual(
      unmappable.map(({ reason }) => reason.split(":")[0]),
      ["workcenterId", "logDate"]
    )
  })
})

describe("the timeline of workcenters", () => {
  it("ends a status when the workcenter's next one begins, and leaves the newest open", () => {
    const { ended, events } = timeline(
      window("14:00", [
        entry("14:30", "Setup"),
        entry("14:10", "Idle"),
        entry("14:20", "Down", { workcenterId: w2 }),
        entry("14:40", "Production")
      ])
    )
    assert.deepStrictEqual(told(events), ["Idle 14:10-14:30", "Setup 14:30-14:40", "Production 14:40-", "Down 14:20-"])
    assert.deepStrictEqual(ended, [])
  })

  it("ends the last status of an earlier window, however long ago that was", () => {
    const first = timeline(window("10:00", [entry("10:05", "Idle")]))
    const quiet = timeline(window("12:00", [], { before: first.last }))
    const next = timeline(window("14:00", [entry("14:10", "Setup")], { before: quiet.last }))
    assert.deepStrictEqual(told(first.events), ["Idle 10:05-"])
    assert.deepStrictEqual([...quiet.events, ...quiet.released, ...quiet.ended], [])
    assert.deepStrictEqual(told(next.ended), ["Idle 10:05-14:10"])
    assert.deepStrictEqual(told(next.events), ["Setup 14:10-"])
    assert.strictEqual(next.ended[0]?.externalId, first.events[0]?.externalId)
    assert.deepStrictEqual(
      next.ended.map((event) => ({ ...event, endTime: undefined })),
      first.events
    )
  })

  it("a last status that lies in the window is read again there", () => {
    const first = timeline(window("10:00", [entry("10:05", "Idle")]))
    const again = timeline(window("10:00", [entry("10:05", "Idle"), entry("10:30", "Setup")], { before: first.last }))
    assert.deepStrictEqual(again.ended, [])
    assert.deepStrictEqual(told(again.events), ["Idle 10:05-10:30", "Setup 10:30-"])
  })

  it("a last status of the very millisecond in which the window begins is read again there too", () => {
    const first = timeline(window("10:00", [entry("10:05", "Idle")]))
    const again = timeline(window("10:05", [entry("10:05", "Idle"), entry("10:30", "Setup")], { before: first.last }))
    assert.deepStrictEqual([again.ended, told(again.events)], [[], ["Idle 10:05-10:30", "Setup 10:30-"]])
    assert.deepStrictEqual([...again.preceded], [])
    const later = timeline(window("10:05:00.001", [entry("10:30", "Setup")], { before: first.last }))
    assert.deepStrictEqual([told(later.ended), [...later.preceded]], [["Idle 10:05-10:30"], [w1]])
  })

  it("a last status that was retracted is forgotten, and not written again when the next one begins", () => {
    const first = timeline(window("10:00", [entry("10:05", "Idle")]))
    const retracted = timeline(window("10:00", [], { before: first.last }))
    const next = timeline(window("11:00", [entry("11:10", "Setup")], { before: retracted.last }))
    assert.deepStrictEqual(next.ended, [])
    assert.deepStrictEqual(told(next.events), ["Setup 11:10-"])
  })

  it("a window that does not reach up to now holds its last statuses back until the next one", () => {
    const first = timeline(window("10:00", [entry("10:05", "Idle"), entry("10:30", "Setup")], { newest: false }))
    assert.deepStrictEqual(told(first.events), ["Idle 10:05-10:30"])
    const quiet = timeline(window("11:00", [], { before: first.last, newest: false }))
    assert.deepStrictEqual([...quiet.events, ...quiet.released], [])
    const ends = timeline(window("12:00", [entry("12:05", "Down")], { before: quiet.last }))
    assert.deepStrictEqual(
      [told(ends.released), told(ends.events), told(ends.ended)],
      [["Setup 10:30-12:05"], ["Down 12:05-"], []]
    )
    const isNewest = timeline(window("12:00", [], { before: quiet.last }))
    assert.deepStrictEqual(told(isNewest.released), ["Setup 10:30-"])
    assert.deepStrictEqual(timeline(window("13:00", [], { before: isNewest.last })).released, [])
  })

  it("a fact that cannot be read is no fact", () => {
    for (const fact of ["", "{", "{}", '{"entry":{},"ordinal":1,"held":false}']) {
      const { ended, events } = timeline(window("14:00", [entry("14:10", "Setup")], { before: new Map([[w1, fact]]) }))
      assert.deepStrictEqual([told(events), ended], [["Setup 14:10-"], []])
    }
  })

  it("tells rows of one millisecond apart in order of status, job, part; all but the last end at once", () => {
    const rows = [
      entry("14:10:00.001", "B", { jobId: "1" }),
      entry("14:10:00.001", "A", { jobId: "2" }),
      entry("14:10:00.001", "A", { jobId: "1", partId: "2" }),
      entry("14:10:00.001", "A", { jobId: "1", partId: "1" }),
      entry("14:10:00.002", "C")
    ]
    const { events } = timeline(window("14:00", rows))
    const base = `PCN340884_workcenter_status_${w1}_${at("14:10:00.001")}`
    assert.deepStrictEqual<unknown>(
      events
        .slice(0, 4)
        .map(({ externalId, metadata, subtype }) => [externalId, subtype, metadata["job_id"], metadata["part_id"]]),
      [
        [base, "A", "1", "1"],
        [`${base}_2`, "A", "1", "2"],
        [`${base}_3`, "A", "2", example.partId],
        [`${base}_4`, "B", "1", example.partId]
      ]
    )
    assert.deepStrictEqual(
      events.map(({ endTime }) => endTime),
      [at("14:10:00.001"), at("14:10:00.001"), at("14:10:00.001"), at("14:10:00.002"), undefined]
    )
  })

  it("fully identical rows are distinct facts", () => {
    const { events } = timeline(window("14:00", [entry("14:10", "A"), entry("14:10", "A")]))
    assert.strictEqual(new Set(events.map(({ externalId }) => externalId)).size, 2)
  })
})

/** Rows of three workcenters over two hours, with ties to the millisecond and below. */
const rows = FastCheck.array(
  plexRecord(WorkcenterStatusEntry, {
    workcenterId: FastCheck.constantFrom(w1, w2, "W3"),
    logDate: FastCheck.tuple(
      FastCheck.integer({ min: 0, max: 119 }),
      FastCheck.constantFrom("0", "0.001", "0.0010001")
    ).map(([minute, seconds]) => {
      const [whole = "0", fraction] = seconds.split(".")
      const clock = new Date(at("14:00") + minute * 60_000).toISOString().slice(0, 17)
      return `${clock}${whole.padStart(2, "0")}${fraction === undefined ? "" : `.${fraction}`}Z`
    }),
    workcenterStatus: FastCheck.constantFrom("A", "B")
  }),
  { maxLength: 20 }
)

/** What CDF holds in the end when the rows are read in these windows. */
const heldAfter = (all: ReadonlyArray<WorkcenterStatusEntry>, begins: ReadonlyArray<number>) => {
  const held = new Map<string, EventDraft>()
  let before: LastStatuses = new Map()
  begins.forEach((begin, index) => {
    const end = begins[index + 1]
    const entries = all.filter(({ logDate }) => {
      const millis = Date.parse(logDate ?? "")
      return millis >= begin && (end === undefined || millis < end)
    })
    const { ended, events, last, released } = timeline({ begin, entries, before, newest: end === undefined })
    for (const event of [...ended, ...released, ...events]) held.set(event.externalId, event)
    before = last
  })
  return new Map([...held].sort())
}

describe("facts and a window that is read anew", () => {
  const factsOf = (time: string, status: string, newest = true) =>
    timeline(window("08:00", [entry(time, status)], { newest })).last
  const slice = { begin: at("10:00"), end: at("12:00") }
  const replaced = (kept: LastStatuses, last: LastStatuses, stays: ReadonlySet<ExternalId> = new Set()) =>
    replacedFacts(facility)(kept, slice, last, stays)

  it("what is kept of the window or before it gives way to what the window shows last", () => {
    const last = factsOf("11:00", "Down", false)
    for (const time of ["09:00", "10:00", "11:00"]) assert.deepStrictEqual(replaced(factsOf(time, "Run"), last), last)
    assert.deepStrictEqual([...replaced(factsOf("12:00", "Run"), last)], [])
    assert.deepStrictEqual([...replaced(new Map([[w1, ""]]), last)], [])
  })

  it("what the window has lost is forgotten, unless it is still there", () => {
    const kept = factsOf("11:00", "Run")
    const [shown] = timeline(window("08:00", [entry("11:00", "Run")])).shown
    assert.deepStrictEqual(replaced(kept, new Map()), new Map([[w1, ""]]))
    assert.deepStrictEqual(replaced(kept, factsOf("10:30", "Down")), factsOf("10:30", "Down"))
    assert.deepStrictEqual([...replaced(kept, new Map(), new Set(shown === undefined ? [] : [shown.externalId]))], [])
    assert.deepStrictEqual([...replaced(factsOf("09:00", "Run"), new Map())], [])
  })

  it("what is held back from before it is known", () => {
    const held = factsOf("09:00", "Run", false)
    assert.deepStrictEqual(heldBefore(held, slice.begin), held)
    assert.deepStrictEqual([...heldBefore(held, at("09:00"))], [])
    assert.deepStrictEqual([...heldBefore(factsOf("09:00", "Run"), slice.begin)], [])
  })
})

describe("any timeline", () => {
  it.prop(
    "is the same in whatever order the rows come",
    [
      rows.chain((list) =>
        FastCheck.tuple(FastCheck.constant(list), FastCheck.shuffledSubarray(list, { minLength: list.length }))
      )
    ],
    ([[list, shuffled]]) => {
      assert.deepStrictEqual(timeline(window("14:00", shuffled)), timeline(window("14:00", list)))
    }
  )

  it.prop(
    "is the same however it is cut into windows",
    [rows, FastCheck.uniqueArray(FastCheck.integer({ min: 1, max: 119 }))],
    ([list, cuts]) => {
      const begins = [0, ...cuts].sort((a, b) => a - b).map((minute) => at("14:00") + minute * 60_000)
      assert.deepStrictEqual(heldAfter(list, begins), heldAfter(list, [at("14:00")]))
    }
  )

  it.prop("has one event for each row, and one open status for each workcenter", [rows], ([list]) => {
    const { events } = timeline(window("14:00", list))
    assert.strictEqual(new Set(events.map(({ externalId }) => externalId)).size, list.length)
    const open = events.filter(({ endTime }) => endTime === undefined)
    assert.strictEqual(open.length, new Set(list.map(({ workcenterId }) => workcenterId)).size)
    assert.isTrue(
      events.every(({ endTime, startTime }) => endTime === undefined || endTime >= (startTime ?? endTime + 1))
    )
  })
})
