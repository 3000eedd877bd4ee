import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { Either, FastCheck, Schema } from "effect"
import { HistoryKeys } from "../../../src/domain/HistoryKey.js"
import { withSevenDigits } from "../../../src/domain/Instant.js"
import { ProductionEntry, productionEntryEvent } from "../../../src/domain/records/ProductionEntry.js"
import { ScrapEntry, scrapEntryEvent } from "../../../src/domain/records/ScrapEntry.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { plexRecord } from "../../support/PlexRecords.js"

const facility = demoFacility()
const operation = facility.ids.of("operation", "4e9b9ac5-08f2-4d8a-bb5b-3b1f35e1d8f1")

/** The rows of the reference page. */
const produced = {
  transactionDate: "2026-06-11T14:03:22.417Z",
  workcenterId: "20b51426-f8d1-450c-a735-00a1e0178ea0",
  workcenterCode: "NFF-01",
  serialNo: "S0001234",
  lotNo: "L240611",
  employeeId: "0bc4ddee-5de9-44c8-a3b5-cbba084bcfb3",
  employeeName: "Garcia, Ana",
  quantity: 100.0,
  jobId: "71432449-08ee-4a9a-a1f8-26fcd8ecb03d",
  jobCode: "J004217",
  jobNo: "J004217",
  partId: "ba079f00-255d-4373-aa99-3e021c39e466",
  partNumber: "MNG-CHK-05",
  revision: "A",
  partNumberRevision: "MNG-CHK-05-A",
  partOperationId: "8bf03904-8013-48ae-a780-6b77ea368940",
  operationNumber: 20,
  operationCode: "Freeze",
  masterUnitNo: null,
  lotId: "abe67d71-e2ae-4fd7-a0d3-8d5a91632f1d",
  unit: "kg",
  manufacturedDateTime: "2026-06-11T14:03:22.417Z"
}
const scrapped = {
  transactionDate: "2026-06-11T14:03:22.417Z",
  scrapReason: "Temperature",
  transactionType: "Control Panel Scrap",
  quantity: 3.0,
  workcenterId: "20b51426-f8d1-450c-a735-00a1e0178ea0",
  workcenterCode: "NFF-01",
  jobId: "71432449-08ee-4a9a-a1f8-26fcd8ecb03d",
  jobCode: "J004217",
  partId: "ba079f00-255d-4373-aa99-3e021c39e466",
  partNumber: "MNG-CHK-05",
  revision: "A",
  partNumberRevision: "MNG-CHK-05-A",
  partOperationId: "8bf03904-8013-48ae-a780-6b77ea368940",
  operationNumber: 20,
  operationCode: "Freeze",
  serialNo: "S0001234"
}
const entry = (over: Record<string, unknown> = {}) =>
  Schema.decodeUnknownSync(ProductionEntry)({ ...produced, ...over })
const scrap = (over: Record<string, unknown> = {}) => Schema.decodeUnknownSync(ScrapEntry)({ ...scrapped, ...over })

/** The key as the contract has it, computed here from its words. */
const keyOf = (...fields: ReadonlyArray<string>): string =>
  `20260611T140322417_${createHash("sha256").update(fields.join("\u001F")).digest("hex").slice(0, 12)}`

const entryIds = (entries: ReadonlyArray<ProductionEntry>): ReadonlyArray<string> => {
  const event = productionEntryEvent(facility, new HistoryKeys())
  return entries.map((one) => Either.getOrThrow(event(one)).externalId)
}

describe("the event of a production entry", () => {
  it("is as the contract says", () => {
    const { metadata, owns, ...event } = Either.getOrThrow(
      productionEntryEvent(facility, new HistoryKeys())(entry(), [operation, undefined])
    )
    const key = keyOf(
      "2026-06-11T14:03:22.4170000Z",
      "20b51426-f8d1-450c-a735-00a1e0178ea0",
      "8bf03904-8013-48ae-a780-6b77ea368940",
      "71432449-08ee-4a9a-a1f8-26fcd8ecb03d",
      "S0001234",
      "L240611",
      "0bc4ddee-5de9-44c8-a3b5-cbba084bcfb3",
      "100",
      "0"
    )
    const moment = Date.parse("2026-06-11T14:03:22.417Z")
    assert.deepStrictEqual<unknown>(event, {
      kind: "events",
      externalId: `PCN340884_production_entry_${key}`,
      dataSet: "production",
      plexId: key,
      type: "production_entry",
      subtype: undefined,
      description: "Produced 100 kg | MNG-CHK-05 rev A | WC NFF-01 | Job J004217 | S0001234",
      startTime: moment,
      endTime: moment,
      links: [
        "PCN340884_workcenter_20b51426-f8d1-450c-a735-00a1e0178ea0",
        "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
        "PCN340884_container_S0001234",
        "PCN340884_operation_4e9b9ac5-08f2-4d8a-bb5b-3b1f35e1d8f1"
      ],
      omitted: 0,
      untouched: ["subtype"]
    })
    assert.deepInclude(metadata, { quantity: "100", unit: "kg", lot_no: "L240611" })
    assert.notProperty(metadata, "employee_name")
    assert.includeMembers([...owns], ["employee_name", "employee_id"])
  })

  it("without its moment there is none", () => {
    const event = productionEntryEvent(facility, new HistoryKeys())
    assert.isTrue(Either.isLeft(event(entry({ transactionDate: null }))))
  })

  it("identical rows are distinct facts, and null, absent and empty are the same", () => {
    const ids = entryIds([entry(), entry(), entry({ lotNo: null }), entry({ lotNo: "" })])
    assert.strictEqual(new Set(ids).size, 4)
    const [withNull] = entryIds([entry({ lotNo: null })])
    const [withEmpty] = entryIds([entry({ lotNo: "" })])
    assert.strictEqual(withNull, withEmpty)
  })

  it("the same quantity in another writing is the same key", () => {
    const ids = ["100", 100, "100.000", "1e2"].map((quantity) => entryIds([entry({ quantity })])[0])
    assert.strictEqual(new Set(ids).size, 1)
  })

  it("every digit of the moment counts", () => {
    const ids = ["22.417Z", "22.4170000Z", "22.4170001Z"].map(
      (end) => entryIds([entry({ transactionDate: `2026-06-11T14:03:${end}` })])[0]
    )
    assert.strictEqual(ids[0], ids[1])
    assert.notStrictEqual(ids[1], ids[2])
  })
})

describe("the event of a scrap entry", () => {
  it("is as the contract says", () => {
    const event = Either.getOrThrow(scrapEntryEvent(facility, new HistoryKeys())(scrap(), [operation]))
    const key = keyOf(
      "2026-06-11T14:03:22.4170000Z",
      "20b51426-f8d1-450c-a735-00a1e0178ea0",
      "8bf03904-8013-48ae-a780-6b77ea368940",
      "71432449-08ee-4a9a-a1f8-26fcd8ecb03d",
      "S0001234",
      "Temperature",
      "Control Panel Scrap",
      "3",
      "0"
    )
    assert.strictEqual(event.externalId, `PCN340884_scrap_entry_${key}`)
    assert.deepInclude(event, {
      type: "scrap_entry",
      subtype: "Temperature",
      dataSet: "production",
      description: "Scrapped 3 | MNG-CHK-05 rev A | WC NFF-01 | Job J004217 | S0001234"
    })
    assert.strictEqual(event.links.length, 4)
    assert.strictEqual(event.startTime, event.endTime)
  })
})

/** Rows of one window, some the same, and the same rows in another order. */
const windowOf = <A>(row: FastCheck.Arbitrary<A>) =>
  FastCheck.array(row, { minLength: 1, maxLength: 4 })
    .chain((rows) => FastCheck.array(FastCheck.constantFrom(...rows), { maxLength: 8 }))
    .chain((rows) =>
      FastCheck.tuple(FastCheck.constant(rows), FastCheck.shuffledSubarray(rows, { minLength: rows.length }))
    )

const moment = FastCheck.constantFrom("2026-06-11T14:03:22.417Z", "2026-06-11T14:03:22.4170001Z")

describe("keys of history records", () => {
  it.prop(
    "do not depend on the order of reading, and identical rows get as many keys as they are",
    [windowOf(plexRecord(ProductionEntry, { transactionDate: moment }))],
    ([[rows, shuffled]]) => {
      const ids = entryIds(rows)
      assert.strictEqual(new Set(ids).size, rows.length)
      assert.deepStrictEqual([...entryIds(shuffled)].sort(), [...ids].sort())
    }
  )

  it.prop(
    "a row keeps its key whatever other rows the window holds",
    [
      plexRecord(ProductionEntry, { transactionDate: moment }),
      FastCheck.array(plexRecord(ProductionEntry, { transactionDate: moment }), { maxLength: 4 })
    ],
    ([row, others]) => {
      const fields = ({
        employeeId,
        jobId,
        lotNo,
        partOperationId,
        quantity,
        serialNo,
        transactionDate,
        workcenterId
      }: ProductionEntry) =>
        [workcenterId, partOperationId, jobId, serialNo, lotNo, employeeId, quantity]
          .map((field) => field ?? "")
          .concat(typeof transactionDate === "string" ? withSevenDigits(transactionDate) : "")
          .join("\u001F")
      const different = others.filter((other) => fields(other) !== fields(row))
      assert.strictEqual(entryIds([...different, row]).at(-1), entryIds([row])[0])
    }
  )
})
