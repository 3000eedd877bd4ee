import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Schema } from "effect"
import { JobOperation } from "../../../src/domain/records/JobOperation.js"
import { jobRoutingSequence } from "../../../src/domain/records/JobRouting.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { plexRecord } from "../../support/PlexRecords.js"

const decode = Schema.decodeUnknownSync(JobOperation)

/** The operation of the reference page. */
const example = {
  jobId: "71432449-08ee-4a9a-a1f8-26fcd8ecb03d",
  jobNumber: "J004217",
  partId: "ba079f00-255d-4373-aa99-3e021c39e466",
  partNumber: "MNG-CHK-05",
  partRevision: "A",
  partNumberRevision: "MNG-CHK-05-A",
  jobOperationId: "c33b3348-4a90-4363-a38e-30c4f4530ed2",
  jobOperationNumber: 20,
  operationCode: "Freeze",
  workcenterId: "20b51426-f8d1-450c-a735-00a1e0178ea0",
  workcenterCode: "NFF-01",
  quantity: 1200.0,
  quantityCompleted: 450.0,
  dueDate: "2026-06-11T14:03:22.417Z",
  scheduledStartDate: "2026-06-11T14:03:22.417Z",
  completedDate: null,
  jobOperationStatus: "New",
  setupTime: 0.5,
  rate: 200.0,
  unitOfMeasure: "pcs/hr",
  runTime: 6.0,
  batchCriteria: null,
  partOperationType: null,
  batchOperation: false,
  preProcessOperation: false
}

const job = { id: example.jobId, jobNumber: "J004217", partId: example.partId }
const sequence = jobRoutingSequence(demoFacility())

describe("the routing of a job", () => {
  it("is as the contract says", () => {
    const { owns, ...draft } = sequence("J004217", job, [decode(example)])
    assert.deepStrictEqual<unknown>(draft, {
      kind: "sequences",
      cuts: 0,
      externalId: "PCN340884_job_routing_J004217",
      dataSet: "scheduling",
      plexId: example.jobId,
      name: "J004217 Routing",
      link: "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
      metadata: {
        pcn: "340884",
        facility_name: "Demo",
        facility_code: "DEMO",
        country: "US",
        timezone: "America/Detroit",
        source: "PlexMES",
        plex_id: example.jobId
      },
      columns: [
        { externalId: "operation_number", valueType: "LONG" },
        { externalId: "operation_code", valueType: "STRING" },
        { externalId: "workcenter_id", valueType: "STRING" },
        { externalId: "workcenter_code", valueType: "STRING" },
        { externalId: "status", valueType: "STRING" },
        { externalId: "unit", valueType: "STRING" },
        { externalId: "quantity", valueType: "DOUBLE" },
        { externalId: "quantity_completed", valueType: "DOUBLE" },
        { externalId: "setup_time", valueType: "DOUBLE" },
        { externalId: "rate", valueType: "DOUBLE" },
        { externalId: "run_time", valueType: "DOUBLE" },
        { externalId: "scheduled_start", valueType: "LONG" },
        { externalId: "due", valueType: "LONG" },
        { externalId: "completed", valueType: "LONG" }
      ],
      rows: [
        {
          rowNumber: 0,
          values: [
            20,
            "Freeze",
            "20b51426-f8d1-450c-a735-00a1e0178ea0",
            "NFF-01",
            "New",
            "pcs/hr",
            1200,
            450,
            0.5,
            200,
            6,
            1781186602417,
            1781186602417,
            null
          ]
        }
      ]
    })
    assert.includeMembers([...owns], Object.keys(draft.metadata))
  })

  it("follows the key of the event where the number is contested or missing", () => {
    assert.strictEqual(sequence("J1_71432449", job, []).externalId, "PCN340884_job_routing_J1_71432449")
    const { externalId, name } = sequence(job.id, { id: job.id, jobNumber: null, partId: null }, [])
    assert.strictEqual(externalId, `PCN340884_job_routing_${job.id}`)
    assert.strictEqual(name, "Job 71432449 Routing")
  })

  it("has its rows in order of operation number, then id", () => {
    const rows = [
      { jobOperationNumber: 100, jobOperationId: "a", operationCode: "last" },
      { jobOperationNumber: null, jobOperationId: "a", operationCode: "unnumbered" },
      { jobOperationNumber: 20, jobOperationId: "b", operationCode: "second" },
      { jobOperationNumber: 20, jobOperationId: "a", operationCode: "first" }
    ].map((row) => decode(row))
    assert.deepStrictEqual(
      sequence("J1", job, rows).rows.map(({ rowNumber, values }) => [rowNumber, values[1]]),
      [
        [0, "first"],
        [1, "second"],
        [2, "last"],
        [3, "unnumbered"]
      ]
    )
  })

  it.prop(
    "is the same however Plex lists the operations",
    [
      FastCheck.array(plexRecord(JobOperation), { maxLength: 6 }).chain((list) =>
        FastCheck.tuple(FastCheck.constant(list), FastCheck.shuffledSubarray(list, { minLength: list.length }))
      )
    ],
    ([[list, shuffled]]) => {
      assert.deepStrictEqual(sequence("J1", job, shuffled), sequence("J1", job, list))
    }
  )
})
