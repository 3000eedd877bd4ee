import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import { HistoryKeys } from "../../../src/domain/HistoryKey.js"
import { Container, containerAsset } from "../../../src/domain/records/Container.js"
import { ContainerAdjustment, containerAdjustmentEvent } from "../../../src/domain/records/ContainerAdjustment.js"
import { ContainerMove, containerMoveEvent } from "../../../src/domain/records/ContainerMove.js"
import { Location, locationAsset } from "../../../src/domain/records/Location.js"
import { WipLevels } from "../../../src/domain/records/WipLevels.js"
import { defaultTenantTables } from "../../../src/domain/TenantTables.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { plexExamples as examples } from "../../support/PlexExamples.js"

const facility = demoFacility()
const decode = <A, I>(schema: Schema.Schema<A, I>, json: unknown): A => Schema.decodeUnknownSync(schema)(json)

/** The head of the digest as the contract spells it. */
const hexOf = (...fields: ReadonlyArray<string>): string =>
  createHash("sha256").update(fields.join("\u001F")).digest("hex").slice(0, 12)

describe("assets of inventory", () => {
  it("a location stands under the locations, after its building", () => {
    const map = (over: object) =>
      Either.getOrThrow(locationAsset(facility)(decode(Location, { ...examples.location, ...over })))
    const draft = map({})
    assert.strictEqual(draft.externalId as string, "PCN340884_location_6d7a7577-ccc0-4e45-a02e-3d84a7ebff1a")
    assert.strictEqual(draft.name, "B1 - FRZ-A-01")
    assert.strictEqual(draft.dataSet, "inventory")
    assert.strictEqual(draft.parent as string, "PCN340884_locations_root_340884")
    assert.strictEqual(draft.metadata["inventory_location"], "true")
    assert.strictEqual(map({ buildingCode: null }).name, "Main plant - FRZ-A-01")
    assert.strictEqual(map({ buildingCode: null, buildingName: null }).name, "FRZ-A-01")
    assert.strictEqual(map({ locationCode: null }).name, "Location 6d7a7577")
  })

  it("a container stands in its location under its serial number, and waits under the containers", () => {
    const map = (over: object) => containerAsset(facility)(decode(Container, { ...examples.container, ...over }))
    const draft = Either.getOrThrow(map({}))
    assert.strictEqual(draft.externalId as string, "PCN340884_container_S0001234")
    assert.strictEqual(draft.name, "Container S0001234")
    assert.strictEqual(draft.dataSet, "inventory")
    assert.strictEqual(draft.parent as string, "PCN340884_location_6d7a7577-ccc0-4e45-a02e-3d84a7ebff1a")
    assert.strictEqual(draft.waitsUnder as string, "PCN340884_containers_root_340884")
    assert.strictEqual(draft.metadata["gross_weight"], "104.2")
    assert.strictEqual(Either.getOrThrow(map({ locationId: "" })).parent as string, "PCN340884_containers_root_340884")
    assert.isTrue(Either.isLeft(map({ serialNo: " " })))
  })
})

describe("moves of containers", () => {
  const move = (over: object = {}) => decode(ContainerMove, { ...examples.containerMove, ...over })
  const map = (over: object = {}) => containerMoveEvent(facility, new HistoryKeys())(move(over))

  it("are moment events linked to container, part and both locations", () => {
    const draft = Either.getOrThrow(map())
    const key = `20260611T140322417_${hexOf(
      "2026-06-11T14:03:22.4170000Z",
      "S0001234",
      "6d7a7577-ccc0-4e45-a02e-3d84a7ebff1a",
      "f06f4ad8-7bfb-4770-a18f-a8658e2cc2bd",
      "Move",
      "0",
      "0"
    )}`
    assert.strictEqual(draft.externalId as string, `PCN340884_movement_${key}`)
    assert.strictEqual(draft.type, "inventory_movement")
    assert.strictEqual(draft.subtype, "Move")
    assert.strictEqual(draft.dataSet, "inventory")
    assert.strictEqual(draft.startTime, Date.parse("2026-06-11T14:03:22.417Z"))
    assert.strictEqual(draft.endTime, draft.startTime)
    assert.strictEqual(draft.description, "Move S0001234 | MNG-CHK-05 | DOCK-02 → FRZ-A-01 | Qty 0")
    assert.deepStrictEqual(draft.links as ReadonlyArray<string>, [
      "PCN340884_container_S0001234",
      "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
      "PCN340884_location_6d7a7577-ccc0-4e45-a02e-3d84a7ebff1a",
      "PCN340884_location_f06f4ad8-7bfb-4770-a18f-a8658e2cc2bd"
    ])
    assert.strictEqual(draft.metadata["plex_id"], key)
    assert.strictEqual(draft.metadata["quantity"], "0")
    assert.strictEqual(draft.metadata["adjustment_date"], "2026-06-11T14:03:22.417Z")
  })

  it("leave out of the description what is absent, and link each asset once", () => {
    const draft = Either.getOrThrow(
      map({
        adjustmentCode: null,
        partId: null,
        partNumber: null,
        movedFromLocation: null,
        movedFromLocationId: examples.containerMove.locationId,
        quantity: null
      })
    )
    assert.strictEqual(draft.description, "S0001234 | FRZ-A-01")
    assert.strictEqual(draft.links.length, 2)
    assert.isUndefined(draft.subtype)
  })

  it("that are identical are distinct facts, and have the same ids on every reading", () => {
    const read = () => {
      const toEvent = containerMoveEvent(facility, new HistoryKeys())
      return [move(), move({ quantity: 1 }), move()].map(
        (record) => Either.getOrThrow(toEvent(record)).externalId as string
      )
    }
    assert.strictEqual(new Set(read()).size, 3)
    assert.deepStrictEqual(read(), read())
  })

  it("write the same number the same way in their ids, however Plex writes it", () => {
    const idOf = (quantity: unknown) => Either.getOrThrow(map({ quantity })).externalId as string
    assert.strictEqual(idOf(5), idOf("5.000"))
    assert.strictEqual(idOf(null), idOf(""))
    assert.notStrictEqual(idOf(5), idOf(-5))
  })

  it("tell apart moments that differ in the seventh digit only", () => {
    const idOf = (adjustmentDate: string) => Either.getOrThrow(map({ adjustmentDate })).externalId as string
    assert.notStrictEqual(idOf("2026-06-11T14:03:22.4170001Z"), idOf("2026-06-11T14:03:22.4170002Z"))
    assert.strictEqual(idOf("2026-06-11T14:03:22.4170000Z"), idOf("2026-06-11T14:03:22.417Z"))
  })

  it("without their moment are unmappable", () => {
    const mapped = map({ adjustmentDate: null })
    assert.isTrue(Either.isLeft(mapped) && mapped.left.reason.startsWith("adjustmentDate:"))
    assert.isTrue(Either.isLeft(mapped) && mapped.left.key === "S0001234")
  })

  it("of a moment before 1970 have no times: CDF has none", () => {
    const draft = Either.getOrThrow(map({ adjustmentDate: "1900-01-01T00:00:00Z" }))
    assert.isUndefined(draft.startTime)
    assert.isUndefined(draft.endTime)
  })
})

describe("adjustments of containers", () => {
  it("are like moves, without a prior location", () => {
    const record = decode(ContainerAdjustment, examples.containerAdjustment)
    const draft = Either.getOrThrow(containerAdjustmentEvent(facility, new HistoryKeys())(record))
    assert.strictEqual(
      draft.externalId as string,
      `PCN340884_adjustment_20260611T140322417_${hexOf(
        "2026-06-11T14:03:22.4170000Z",
        "S0001234",
        "6d7a7577-ccc0-4e45-a02e-3d84a7ebff1a",
        "Cycle Count",
        "-5",
        "0"
      )}`
    )
    assert.strictEqual(draft.type, "inventory_adjustment")
    assert.strictEqual(draft.subtype, "Cycle Count")
    assert.strictEqual(draft.description, "Cycle Count S0001234 | MNG-CHK-05 | FRZ-A-01 | Qty -5")
    assert.strictEqual(draft.endTime, Date.parse("2026-06-11T14:03:22.417Z"))
    assert.deepStrictEqual(draft.links as ReadonlyArray<string>, [
      "PCN340884_container_S0001234",
      "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
      "PCN340884_location_6d7a7577-ccc0-4e45-a02e-3d84a7ebff1a"
    ])
  })
})

describe("levels", () => {
  let serial = 0
  const container = (over: object) =>
    decode(Container, { ...examples.container, serialNo: `S${++serial}`, inventoryType: "WIP", quantity: 1, ...over })

  it("are exact sums of work in process by part and unit, and containers by location", () => {
    const levels = new WipLevels(facility)
    levels.add([container({ quantity: 0.1 }), container({ quantity: "0.2", inventoryType: "work-in PROCESS" })])
    levels.add([
      container({ quantity: 7, quantityInventoryUnit: "Ea" }),
      container({ quantity: 100, inventoryType: "Finished Goods" }),
      container({ quantity: null, locationId: "elsewhere", location: "DOCK-02" }),
      container({ quantity: 3, partId: null, locationId: null })
    ])
    assert.deepStrictEqual(
      levels
        .levels()
        .map(({ draft, value }) => [
          draft.externalId as string,
          draft.name,
          draft.link as string | undefined,
          draft.unit,
          draft.dataSet,
          draft.isStep,
          value as string
        ]),
      [
        [
          "PCN340884_ts_wip_ba079f00-255d-4373-aa99-3e021c39e466_kg",
          "MNG-CHK-05 WIP",
          "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
          "kg",
          "inventory",
          true,
          "0.3"
        ],
        [
          "PCN340884_ts_wip_ba079f00-255d-4373-aa99-3e021c39e466_Ea",
          "MNG-CHK-05 WIP",
          "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
          "Ea",
          "inventory",
          true,
          "7"
        ],
        [
          "PCN340884_ts_inventory_6d7a7577-ccc0-4e45-a02e-3d84a7ebff1a",
          "FRZ-A-01 Inventory",
          "PCN340884_location_6d7a7577-ccc0-4e45-a02e-3d84a7ebff1a",
          undefined,
          "inventory",
          true,
          "4"
        ],
        [
          "PCN340884_ts_inventory_elsewhere",
          "DOCK-02 Inventory",
          "PCN340884_location_elsewhere",
          undefined,
          "inventory",
          true,
          "1"
        ]
      ]
    )
  })

  it("have no unit in their id where it is unknown", () => {
    const levels = new WipLevels(facility)
    levels.add([container({ quantityInventoryUnit: null, partNo: null, locationId: null })])
    const [level] = levels.levels()
    assert.strictEqual(
      level?.draft.externalId as string | undefined,
      "PCN340884_ts_wip_ba079f00-255d-4373-aa99-3e021c39e466"
    )
    assert.strictEqual(level?.draft.name, "Part ba079f00 WIP")
  })

  it("are one where keys differ only in what CDF cannot hold", () => {
    const levels = new WipLevels(facility)
    levels.add(
      ["\ud800", "\u0000"].map((key) => container({ partId: key, locationId: key, quantityInventoryUnit: key }))
    )
    assert.deepStrictEqual(
      levels.levels().map(({ value }) => value as string),
      ["2", "2"]
    )
  })

  it("count what the tenant calls work in process", () => {
    const tables = { ...defaultTenantTables, wipInventoryTypes: ["Halbfabrikat"] }
    const levels = new WipLevels(demoFacility({ tables }))
    levels.add([container({ locationId: null }), container({ locationId: null, inventoryType: "HALBFABRIKAT" })])
    assert.deepStrictEqual(
      levels.levels().map(({ value }) => value as string),
      ["1"]
    )
  })
})
