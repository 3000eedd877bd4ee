import { assert, describe, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import type { EventDraft } from "../../src/domain/cdf/Draft.js"
import type { AssetKind } from "../../src/domain/ExternalId.js"
import type { KnownFlow } from "../../src/domain/Flow.js"
import { HistoryKeys } from "../../src/domain/HistoryKey.js"
import type { Unmappable } from "../../src/domain/Mapping.js"
import type { Metadata } from "../../src/domain/Metadata.js"
import { type Naming, namingsByKey, namingsOf } from "../../src/domain/Naming.js"
import { operationCodeKey, partNumberKey, partRevisionKey } from "../../src/domain/NaturalKey.js"
import { Checksheet, checksheetEvent, checksheetReferences } from "../../src/domain/records/Checksheet.js"
import { ContainerAdjustment, containerAdjustmentEvent } from "../../src/domain/records/ContainerAdjustment.js"
import { ContainerMove, containerMoveEvent } from "../../src/domain/records/ContainerMove.js"
import { Problem, problemEvent, problemReferences } from "../../src/domain/records/Problem.js"
import { ProductionEntry, productionEntryEvent } from "../../src/domain/records/ProductionEntry.js"
import { ScrapEntry, scrapEntryEvent } from "../../src/domain/records/ScrapEntry.js"
import { WorkcenterStatusEntry } from "../../src/domain/records/WorkcenterStatusEntry.js"
import { statusTimeline } from "../../src/domain/StatusTimeline.js"
import { demoFacility } from "../support/DemoFacility.js"

const facility = demoFacility()
const { ids } = facility
const moment = "2026-06-11T14:03:22.417Z"
const draftOf = (mapped: Either.Either<EventDraft, Unmappable>): EventDraft => Either.getOrThrow(mapped)

/** The assets that the records below name, by kind and Plex key. */
const assets: ReadonlyArray<readonly [AssetKind, string]> = [
  ["workcenter", "w"],
  ["part", "p"],
  ["container", "s"],
  ["location", "to"],
  ["location", "from"]
]
const entry = { transactionDate: moment, workcenterId: "w", partId: "p", serialNo: "s" }
const move = { adjustmentDate: moment, serialNo: "s", partId: "p", locationId: "to", movedFromLocationId: "from" }

const events: ReadonlyArray<readonly [KnownFlow, EventDraft]> = [
  [
    "production-entries",
    draftOf(productionEntryEvent(facility, new HistoryKeys())(Schema.decodeUnknownSync(ProductionEntry)(entry)))
  ],
  ["scrap-entries", draftOf(scrapEntryEvent(facility, new HistoryKeys())(Schema.decodeUnknownSync(ScrapEntry)(entry)))],
  ...statusTimeline(facility)({
    begin: 0,
    entries: [Schema.decodeUnknownSync(WorkcenterStatusEntry)({ ...entry, logDate: moment })],
    before: new Map(),
    newest: true
  }).events.map((event) => ["status-entries", event] as const),
  [
    "movements",
    draftOf(containerMoveEvent(facility, new HistoryKeys())(Schema.decodeUnknownSync(ContainerMove)(move)))
  ],
  [
    "adjustments",
    draftOf(containerAdjustmentEvent(facility, new HistoryKeys())(Schema.decodeUnknownSync(ContainerAdjustment)(move)))
  ]
]

const tells = (flow: KnownFlow, metadata: Metadata) => (naming: Naming) =>
  naming.flows.includes(flow) && Object.entries(naming.metadata).every(([key, value]) => metadata[key] === value)

describe("What names an asset", () => {
  it("by its Plex key is told of every link that an event of history has", () => {
    assert.lengthOf(events, 5)
    for (const [flow, { links, metadata }] of events) {
      const named = assets.flatMap(([kind, plexId]) => {
        const asset = { externalId: ids.of(kind, plexId), plexId, metadata: { asset_type: kind } }
        const told = namingsOf(asset).filter(tells(flow, metadata))
        return [...new Set(told.map(({ target }) => target(metadata)))]
      })
      assert.isNotEmpty(links, flow)
      assert.sameMembers(named, [...links], flow)
    }
  })

  it("by a human key is told of every reference of checksheets and problems", () => {
    const named = { Part_No: "P", Revision: "A", Workcenter_Code: "W", Inspection_Point: "Diameter" }
    const checksheet = Schema.decodeUnknownSync(Checksheet)({ ...named, Checksheet_No: "1", Inspection_Date: moment })
    const problem = Schema.decodeUnknownSync(Problem)({ ...named, Problem_No: "1", Reported_Date: moment })
    const none = () => undefined
    for (const [flow, references, event] of [
      ["checksheets", checksheetReferences(checksheet), draftOf(checksheetEvent(facility)(checksheet, none))],
      ["problems", problemReferences(problem), draftOf(problemEvent(facility)(problem, none))]
    ] as const) {
      for (const reference of references) {
        const [told] = namingsByKey(reference).filter(tells(flow, event.metadata))
        assert.deepStrictEqual(told?.target(event.metadata), reference, flow)
      }
    }
  })

  it("by the code of an operation is told with the routing, where the event has one", () => {
    const key = operationCodeKey("Freeze")
    const [naming] = namingsByKey({ kind: "operation", key })
    assert.deepStrictEqual(naming?.metadata, { operation_code: "Freeze" })
    assert.deepStrictEqual(naming?.target({ operation_code: "Freeze" }), { kind: "operation", key })
    assert.deepStrictEqual(naming?.target({ operation_code: "Freeze", part_operation_id: "r" }), {
      kind: "routing",
      key: "r",
      code: key
    })
  })

  it("by a number is not told of checksheets, which may mean an empty revision", () => {
    assert.deepStrictEqual(
      namingsByKey({ kind: "part", key: partNumberKey("P") }).flatMap(({ flows }) => flows),
      ["problems"]
    )
    assert.deepStrictEqual(namingsByKey({ kind: "part", key: partRevisionKey("P", "") }), [])
  })
})
