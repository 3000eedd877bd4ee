import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Schema } from "effect"
import { complete } from "../../../src/domain/cdf/Complete.js"
import type { EventDraft } from "../../../src/domain/cdf/Draft.js"
import type { StoredEvent } from "../../../src/domain/cdf/Stored.js"
import { Job, jobEvent, jobKey } from "../../../src/domain/records/Job.js"
import { JobOperation, type JobOperations, summarize } from "../../../src/domain/records/JobOperation.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { plexRecord } from "../../support/PlexRecords.js"

const id = "71432449-08ee-4a9a-a1f8-26fcd8ecb03d"
const partId = "ba079f00-255d-4373-aa99-3e021c39e466"
const workcenterId = "20b51426-f8d1-450c-a735-00a1e0178ea0"

/** The job of the reference page. */
const example = {
  id,
  externalJobCode: null,
  jobNumber: "J004217",
  createdDate: "2026-06-11T14:03:22.417Z",
  partId,
  partNumber: "MNG-CHK-05",
  partRevision: "A",
  partNumberRevision: "MNG-CHK-05-A",
  dueDate: "2026-06-11T14:03:22.417Z",
  completedDate: null,
  quantity: 1200.0,
  quantityCompleted: 450.0,
  jobStatus: "Open",
  buildingId: "69d25225-b2b2-40b1-a316-731a439b80b6",
  buildingCode: "B1",
  jobType: "Stock",
  earliestStartDateTime: "2026-06-11T14:03:22.417Z",
  priority: "Medium"
}
const decode = Schema.decodeUnknownSync(Job)
const job = (over: Record<string, unknown> = {}) => decode({ ...example, ...over })

const none: JobOperations = { start: undefined, workcenters: [] }
const known: JobOperations = {
  start: Date.parse("2026-06-12T06:00:00Z"),
  workcenters: [{ id: workcenterId, code: "NFF-01" }]
}

const facility = demoFacility()
const eventOf = (record: Job, operations: JobOperations | undefined = known, externalKey?: string): EventDraft =>
  Either.getOrThrow(jobEvent(facility)(record, operations, externalKey))

const held = (over: Partial<StoredEvent> = {}): StoredEvent => ({ id: 1, metadata: {}, assetIds: [], ...over })
const at = (text: string): number => Date.parse(text)

describe("the event of a job", () => {
  it("is as the contract says", () => {
    const { leaves, over, owns, ...event } = eventOf(job({ jobStatus: "In Progress" }))
    assert.deepStrictEqual<unknown>(event, {
      kind: "events",
      externalId: "PCN340884_job_J004217",
      dataSet: "scheduling",
      plexId: id,
      type: "production_job",
      subtype: "in_progress",
      description: "Job #J004217 | MNG-CHK-05 rev A | Qty 450 / 1,200 | WC NFF-01 | [In Progress]",
      startTime: at("2026-06-12T06:00:00Z"),
      endTime: undefined,
      links: [`PCN340884_part_${partId}`, `PCN340884_workcenter_${workcenterId}`],
      metadata: {
        pcn: "340884",
        facility_name: "Demo",
        facility_code: "DEMO",
        country: "US",
        timezone: "America/Detroit",
        source: "PlexMES",
        plex_id: id,
        id,
        job_number: "J004217",
        created_date: "2026-06-11T14:03:22.417Z",
        part_id: partId,
        part_number: "MNG-CHK-05",
        part_revision: "A",
        part_number_revision: "MNG-CHK-05-A",
        due_date: "2026-06-11T14:03:22.417Z",
        quantity: "1200",
        quantity_completed: "450",
        job_status: "In Progress",
        building_id: "69d25225-b2b2-40b1-a316-731a439b80b6",
        building_code: "B1",
        job_type: "Stock",
        earliest_start_date_time: "2026-06-11T14:03:22.417Z",
        priority: "Medium",
        priority_rank: "2"
      },
      omitted: 0,
      untouched: undefined
    })
    assert.isUndefined(over)
    assert.deepStrictEqual(
      event.links.filter((link) => leaves?.(link)),
      [`PCN340884_workcenter_${workcenterId}`]
    )
    assert.includeMembers([...owns], ["priority_rank", "completed_date", "external_job_code"])
  })

  it("is known by the job's id where it has no number, and by the key given where the number is contested", () => {
    assert.strictEqual(eventOf(job({ jobNumber: null })).externalId, `PCN340884_job_${id}`)
    assert.strictEqual(eventOf(job({ jobNumber: " " })).externalId, `PCN340884_job_${id}`)
    const contested = eventOf(job(), known, "J004217_71432449")
    assert.strictEqual(contested.externalId, "PCN340884_job_J004217_71432449")
    assert.strictEqual(contested.plexId, id)
  })

  it("without an id there is none", () => {
    const unmappable = Either.getOrThrow(Either.flip(jobEvent(facility)(job({ id: null }), known)))
    assert.deepInclude(unmappable, { key: "J004217", reason: "id: a key field is null, empty or missing" })
    assert.isTrue(Either.isLeft(jobKey({ id: "" })))
  })

  it("a job completed without a status has the subtype completed", () => {
    const event = eventOf(job({ jobStatus: null, completedDate: "2026-06-14T00:00:00Z" }))
    assert.strictEqual(event.subtype, "completed")
    assert.strictEqual(event.metadata["job_status"], undefined)
  })

  it("a priority that says nothing has rank 0", () => {
    assert.strictEqual(eventOf(job({ priority: null })).metadata["priority_rank"], "0")
    const odd = eventOf(job({ priority: "Whenever" })).metadata
    assert.deepStrictEqual([odd["priority"], odd["priority_rank"]], ["Whenever", "0"])
  })
})

describe("start and end of a job", () => {
  const created = "2026-06-01T00:00:00Z"
  const earliest = "2026-06-05T00:00:00Z"
  const scheduled = at("2026-06-07T00:00:00Z")
  const before = (text: string) => at(text) - 1

  const rules: ReadonlyArray<{
    readonly when: string
    readonly operations: number | undefined
    readonly dates: Record<string, string | null>
    readonly start: number | undefined
    readonly end?: number
  }> = [
    { when: "scheduled", operations: scheduled, dates: {}, start: scheduled },
    { when: "not scheduled", operations: undefined, dates: {}, start: at(earliest) },
    { when: "only created", operations: undefined, dates: { earliestStartDateTime: null }, start: at(created) },
    {
      when: "without any date",
      operations: undefined,
      dates: { earliestStartDateTime: null, createdDate: null },
      start: undefined
    },
    {
      when: "completed after its scheduled start",
      operations: scheduled,
      dates: { completedDate: "2026-06-08T00:00:00Z" },
      start: scheduled,
      end: at("2026-06-08T00:00:00Z")
    },
    {
      when: "completed at its scheduled start",
      operations: scheduled,
      dates: { completedDate: "2026-06-07T00:00:00Z" },
      start: scheduled,
      end: scheduled
    },
    {
      when: "completed before its scheduled start",
      operations: scheduled,
      dates: { completedDate: "2026-06-06T00:00:00Z" },
      start: at(earliest),
      end: at("2026-06-06T00:00:00Z")
    },
    {
      when: "completed before its earliest start",
      operations: scheduled,
      dates: { completedDate: "2026-06-04T00:00:00Z" },
      start: at(created),
      end: at("2026-06-04T00:00:00Z")
    },
    {
      when: "completed before it was created",
      operations: scheduled,
      dates: { completedDate: new Date(before(created)).toISOString() },
      start: undefined,
      end: before(created)
    },
    {
      when: "with a date before 1970, which is none",
      operations: undefined,
      dates: { earliestStartDateTime: "1900-01-01T00:00:00Z", completedDate: "1900-01-01T00:00:00Z" },
      start: at(created)
    }
  ]
  for (const { dates, end, operations, start, when } of rules) {
    it(`${when}: starts ${start === undefined ? "never" : new Date(start).toISOString()}`, () => {
      const record = job({ createdDate: created, earliestStartDateTime: earliest, ...dates })
      const event = eventOf(record, { start: operations, workcenters: [] })
      assert.deepStrictEqual([event.startTime, event.endTime], [start, end])
    })
  }

  it("a due date is no end", () => {
    assert.isUndefined(eventOf(job({ dueDate: "2026-06-30T00:00:00Z" })).endTime)
  })
})

describe("a job whose operations are not known", () => {
  const unknown = (over: Record<string, unknown> = {}) => {
    const event = eventOfUnknown(job(over))
    if (event.over === undefined) throw new Error("no `over`")
    return { event, over: event.over }
  }
  const eventOfUnknown = (record: Job) => Either.getOrThrow(jobEvent(facility)(record, undefined))

  it("is created with what the job itself says", () => {
    const { event } = unknown()
    assert.strictEqual(event.startTime, at(example.earliestStartDateTime))
    assert.strictEqual(event.description, "Job #J004217 | MNG-CHK-05 rev A | Qty 450 / 1,200 | [Open]")
    assert.deepStrictEqual(event.links, [facility.ids.of("part", partId)])
  })

  it("leaves the start that CDF holds, and its absence", () => {
    const { over } = unknown()
    assert.strictEqual(over(held({ startTime: 5 })).startTime, 5)
    assert.isUndefined(over(held()).startTime)
  })

  it("keeps the workcenters of the description that CDF holds", () => {
    const { over } = unknown({ jobStatus: "Closed", quantityCompleted: 1200 })
    const { description } = eventOf(job(), {
      start: undefined,
      workcenters: [
        { id: "1", code: "NFF-01" },
        { id: "2", code: "NFF-02" }
      ]
    })
    assert.strictEqual(
      over(held({ description })).description,
      "Job #J004217 | MNG-CHK-05 rev A | Qty 1,200 / 1,200 | WC NFF-01, NFF-02 | [Closed]"
    )
    assert.strictEqual(over(held()).description, "Job #J004217 | MNG-CHK-05 rev A | Qty 1,200 / 1,200 | [Closed]")
  })

  it("does not leave a start that has come to lie after the end", () => {
    const { over } = unknown({ completedDate: "2026-06-12T00:00:00Z" })
    assert.strictEqual(
      over(held({ startTime: at("2026-06-13T00:00:00Z") })).startTime,
      at(example.earliestStartDateTime)
    )
  })
})

describe("the description of a job", () => {
  const describeJob = (over: Record<string, unknown>, operations = none) => eventOf(job(over), operations).description
  const descriptions: ReadonlyArray<readonly [Record<string, unknown>, string | undefined]> = [
    [{}, "Job #J004217 | MNG-CHK-05 rev A | Qty 450 / 1,200 | [Open]"],
    [{ jobNumber: null }, "MNG-CHK-05 rev A | Qty 450 / 1,200 | [Open]"],
    [{ partRevision: "" }, "Job #J004217 | MNG-CHK-05 | Qty 450 / 1,200 | [Open]"],
    [{ partNumber: null }, "Job #J004217 | MNG-CHK-05-A | Qty 450 / 1,200 | [Open]"],
    [{ partNumber: null, partNumberRevision: null }, "Job #J004217 | Qty 450 / 1,200 | [Open]"],
    [{ quantityCompleted: null }, "Job #J004217 | MNG-CHK-05 rev A | Qty 1,200 | [Open]"],
    [{ quantity: null }, "Job #J004217 | MNG-CHK-05 rev A | Qty 450 completed | [Open]"],
    [{ quantity: null, quantityCompleted: null }, "Job #J004217 | MNG-CHK-05 rev A | [Open]"],
    [
      { quantity: 1234567.25, quantityCompleted: "0.50" },
      "Job #J004217 | MNG-CHK-05 rev A | Qty 0.5 / 1,234,567.25 | [Open]"
    ],
    [{ quantity: 0, quantityCompleted: -1500 }, "Job #J004217 | MNG-CHK-05 rev A | Qty -1,500 / 0 | [Open]"],
    [{ jobStatus: null }, "Job #J004217 | MNG-CHK-05 rev A | Qty 450 / 1,200"],
    [
      {
        jobNumber: null,
        partNumber: null,
        partNumberRevision: null,
        quantity: null,
        quantityCompleted: null,
        jobStatus: null
      },
      undefined
    ]
  ]
  for (const [over, expected] of descriptions) {
    it(`${expected ?? "is absent"}`, () => assert.strictEqual(describeJob(over), expected))
  }

  it("names all workcenters that have a code", () => {
    const workcenters = ["NFF-01", undefined, "PCK-02"].map((code, at) => ({ id: `w${at}`, code }))
    assert.include(describeJob({}, { start: undefined, workcenters }), " | WC NFF-01, PCK-02 | ")
  })
})

describe("summarize", () => {
  const operation = (over: Record<string, unknown>) => Schema.decodeUnknownSync(JobOperation)(over)
  const operations = [
    operation({
      jobOperationNumber: 100,
      workcenterId: "c",
      workcenterCode: "C",
      scheduledStartDate: "2026-06-12T06:00:00Z"
    }),
    operation({ jobOperationNumber: 20, workcenterId: "b", scheduledStartDate: "2026-06-12T05:00:00Z" }),
    operation({ jobOperationNumber: null, workcenterId: "d", workcenterCode: "D", scheduledStartDate: null }),
    operation({ jobOperationNumber: 30, workcenterId: "b", workcenterCode: "B" }),
    operation({ jobOperationNumber: 10, workcenterId: null, scheduledStartDate: "1900-01-01T00:00:00Z" })
  ]

  it("tells the earliest scheduled start, and each workcenter once in order of operation number", () => {
    assert.deepStrictEqual(summarize(operations), {
      start: at("2026-06-12T05:00:00Z"),
      workcenters: [
        { id: "b", code: "B" },
        { id: "c", code: "C" },
        { id: "d", code: "D" }
      ]
    })
    assert.deepStrictEqual(summarize([]), none)
  })

  it.prop(
    "does not depend on the order in which Plex lists the operations",
    [
      FastCheck.array(plexRecord(JobOperation), { maxLength: 6 }).chain((list) =>
        FastCheck.tuple(FastCheck.constant(list), FastCheck.shuffledSubarray(list, { minLength: list.length }))
      )
    ],
    ([[list, shuffled]]) => {
      assert.deepStrictEqual(summarize(shuffled), summarize(list))
    }
  )
})

describe("any job", () => {
  it.prop(
    "an update over what CDF holds never ends before it starts",
    [plexRecord(Job), FastCheck.option(FastCheck.nat(), { nil: undefined })],
    ([record, startTime]) => {
      Either.match(jobEvent(facility)({ ...record, id: record.id ?? id }, undefined), {
        onLeft: () => assert.strictEqual((record.id ?? id).trim(), ""),
        onRight: (event) => {
          const start = event.over?.(startTime === undefined ? held() : held({ startTime })).startTime
          assert.isTrue(start === undefined || event.endTime === undefined || start <= event.endTime)
        }
      })
    }
  )

  it.prop(
    "gives the same bytes each time",
    [plexRecord(Job), FastCheck.array(plexRecord(JobOperation), { maxLength: 3 })],
    ([record, operations]) => {
      const hash = () =>
        Either.map(jobEvent(facility)(record, summarize(operations)), (event) =>
          complete("events", event, { dataSetId: 3, numericIds: new Map() })
        ).pipe(Either.map((completed) => completed.hash))
      assert.deepStrictEqual(hash(), hash())
    }
  )
})
