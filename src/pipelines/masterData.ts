/**
 * Master data: buildings, parts, operations, supply items, lines with their workcenters, equipment, routings and bills of material.
 */
import { type Chunk, Effect, Stream } from "effect"
import { Building, buildingAsset } from "../domain/records/Building.js"
import { Equipment, equipmentAsset } from "../domain/records/Equipment.js"
import { Operation, operationAsset } from "../domain/records/Operation.js"
import { Part, partAsset } from "../domain/records/Part.js"
import { PartOperation, routingRelationship, routingSequence } from "../domain/records/PartOperation.js"
import { ProductionLine, productionLineAsset } from "../domain/records/ProductionLine.js"
import { SupplyItem, supplyItemAsset } from "../domain/records/SupplyItem.js"
import { Workcenter, workcenterAsset } from "../domain/records/Workcenter.js"
import type { SequencedPart } from "../domain/SequenceMapping.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import { boms, partToSweep } from "./boms.js"
import { FlowRun } from "./FlowRun.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { flow } from "./runFlow.js"
import { decode } from "./stages/decode.js"
import { map } from "./stages/map.js"
import { offering, offeringVanished } from "./stages/offer.js"
import { isStopping, list, observe } from "./stages/read.js"
import { toSequences } from "./stages/sequences.js"
import { wholeList } from "./stages/wholeList.js"
import { toCdf } from "./stages/write.js"

const definitions = "/production/v1/production-definitions"

export const masterData: ExtractorDefinition = {
  name: "master-data",
  plan: () => {
    const parts = new Map<string, SequencedPart>()
    const operationCodes = new Map<string, string>()
    return [
      flow(
        "buildings",
        list("/mdm/v1/buildings").pipe(
          decode(Building),
          map(buildingAsset),
          toCdf("assets"),
          wholeList({ assets: "building" })
        )
      ),
      flow(
        "parts",
        list("/mdm/v1/parts").pipe(
          decode(Part),
          observe(noteParts(parts)),
          map(offering(partAsset, "boms", partToSweep)),
          toCdf("assets"),
          wholeList({ assets: "part" }),
          offeringVanished("boms")
        )
      ),
      flow(
        "operations",
        list("/mdm/v1/operations").pipe(
          decode(Operation),
          observe(noteCodes(operationCodes)),
          map(operationAsset),
          toCdf("assets"),
          wholeList({ assets: "operation" })
        )
      ),
      flow(
        "supply-items",
        list("/inventory/v1/inventory-definitions/supply-items").pipe(
          decode(SupplyItem),
          map(supplyItemAsset),
          toCdf("assets"),
          wholeList({ assets: "supply_item" })
        ),
        { optional: true }
      ),
      flow(
        "production-lines",
        list(`${definitions}/production-lines`).pipe(
          decode(ProductionLine),
          map(productionLineAsset),
          toCdf("assets"),
          wholeList({ assets: "production_line" })
        )
      ),
      flow(
        "workcenters",
        list(`${definitions}/workcenters`).pipe(
          decode(Workcenter, "workcenterId"),
          map(workcenterAsset),
          toCdf("assets"),
          wholeList({ assets: "workcenter" })
        )
      ),
      flow(
        "equipment",
        list("/maintenance/v1/equipment").pipe(
          decode(Equipment),
          map(equipmentAsset),
          toCdf("assets"),
          wholeList({ assets: "equipment" })
        ),
        { optional: true }
      ),
      flow(
        "routings",
        routings(parts, operationCodes).pipe(wholeList({ relationships: "routing", sequences: "routing" }))
      ),
      boms
    ]
  }
}

const noteParts = (parts: Map<string, SequencedPart>) => (chunk: Chunk.Chunk<Part>) => {
  for (const { id, number } of chunk) if (id) parts.set(id, { id, number })
}

const noteCodes = (codes: Map<string, string>) => (chunk: Chunk.Chunk<Operation>) => {
  for (const { code, id } of chunk) if (id && code) codes.set(id, code)
}

/** Each step as a relationship; when the list is whole, each part's steps as its sequence. */
const routings = (parts: ReadonlyMap<string, SequencedPart>, operationCodes: Map<string, string>) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const byPart = new Map<string, Array<PartOperation>>()
    yield* list("/mdm/v1/part-operations").pipe(
      decode(PartOperation),
      observe(groupInto(byPart, ({ partId }) => partId)),
      map(routingRelationship),
      toCdf("relationships")
    )
    // A part of the list may hold a part of a routing.
    if (yield* isStopping) return
    const numbers = yield* lookUp(
      "part",
      "number",
      new Map([...parts].flatMap(([id, { number }]) => (number ? [[id, number]] : []))),
      // One that was read and has none has none in CDF either.
      [...byPart.keys()].filter((id) => !parts.has(id))
    )
    const codes = yield* lookUp(
      "operation",
      "code",
      operationCodes,
      [...byPart.values()].flatMap((steps) => steps.flatMap(({ operationId }) => operationId ?? []))
    )
    const sequence = routingSequence(facility)
    yield* Stream.fromIterable(byPart).pipe(
      Stream.map(([id, steps]) =>
        sequence({ id, number: numbers.get(id) }, steps, (operation) => codes.get(operation))
      ),
      toSequences
    )
  })

const groupInto =
  <A>(groups: Map<string, Array<A>>, keyOf: (record: A) => string | null | undefined) =>
  (chunk: Chunk.Chunk<A>) => {
    for (const record of chunk) {
      const key = keyOf(record)
      if (!key) continue
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [record])
      else group.push(record)
    }
  }

/** Numbers and codes that this run has read, completed by what CDF holds where a list was not read in this run. */
const lookUp = (
  kind: "part" | "operation",
  field: string,
  known: ReadonlyMap<string, string>,
  keys: Iterable<string>
) =>
  Effect.gen(function* () {
    const { ids } = (yield* FlowRun).facility
    const missing = new Map([...new Set(keys)].filter((key) => !known.has(key)).map((key) => [ids.of(kind, key), key]))
    const found = new Map(known)
    const existing = yield* (yield* IdResolver).resolve(missing.keys())
    for (const { externalId, metadata } of yield* (yield* Cdf).byids("assets", [...existing.keys()])) {
      const key = externalId === undefined ? undefined : missing.get(externalId)
      const value = metadata[field]
      if (key !== undefined && value !== undefined) found.set(key, value)
    }
    return found
  })
