/**
 * What an expectation is made from: the factory, the rows that were to be read, and what is collected so far.
 */
import type { Plant, Row } from "../../../src/sandbox/plant/Plant.js"
import type { Expectation } from "./Expectation.js"
import { fieldsIn, good, grouped, textOf } from "./Facts.js"
import type { Resource } from "./PlexFields.js"
import { assetLimits, clean, cut, eventLimits, fitted, type Metadata } from "./Text.js"

export interface Circumstances {
  readonly facilityName: string
  readonly facilityCode: string
  readonly timeZone: string
  readonly country: string
  /** `EXTERNAL_ID_PREFIX`. */
  readonly prefix: string
  /** `INCLUDE_PERSONAL_DATA`. */
  readonly personal: boolean
  /** Flows that were off or could not finish. */
  readonly without: ReadonlySet<string>
  readonly now: number
  /** When the passes began that are judged. */
  readonly since: number
  /** Not the first pass: days before the last three are as an earlier pass saw them. */
  readonly again: boolean
  /** Assets and sequences that earlier passes made, listed any more or not. */
  readonly lingering: ReadonlySet<string>
}

/** The rows of the histories that the passes so far were to read. */
export interface HistoryRows {
  readonly productionEntries: ReadonlyArray<Row>
  readonly scrapEntries: ReadonlyArray<Row>
  readonly statusEntries: ReadonlyArray<Row>
  readonly locationMoves: ReadonlyArray<Row>
  readonly adjustments: ReadonlyArray<Row>
}

/** An asset's parent: the wished one if it exists, else its kind's root. */
interface Place {
  readonly parent: string | undefined
  readonly otherwise: string
}

export class World {
  readonly assets = new Map<string, Expectation>()
  readonly events = new Map<string, Expectation>()
  readonly timeSeries = new Map<string, Expectation>()
  readonly sequences = new Map<string, Expectation>()
  readonly relationships = new Map<string, Expectation>()
  readonly labels = new Map<string, Expectation>()
  readonly #places = new Map<string, Place>()
  /** Parts that decode, by id. */
  readonly parts: ReadonlyMap<string, Row>
  /** The same by number. */
  readonly numbered: ReadonlyMap<string | undefined, ReadonlyArray<Row>>
  /** The operation of each routing step. */
  readonly routed: ReadonlyMap<unknown, unknown>

  constructor(
    readonly plant: Plant,
    readonly histories: HistoryRows,
    readonly circumstances: Circumstances
  ) {
    this.parts = new Map(good("parts", plant.parts).map((part) => [String(part["id"]), part]))
    this.numbered = grouped(Array.from(this.parts.values()), (part) => textOf(part, "number"))
    this.routed = new Map(plant.partOperations.map((step) => [step["id"], step["operationId"]]))
  }

  id(kind: string, key: string): string {
    return `${this.circumstances.prefix}PCN${this.plant.pcn}_${kind}_${key}`
  }

  tags(plexId: string): Metadata {
    const { country, facilityCode, facilityName, timeZone } = this.circumstances
    return {
      pcn: this.plant.pcn,
      facility_name: facilityName,
      facility_code: facilityCode,
      country,
      timezone: timeZone,
      source: "PlexMES",
      plex_id: plexId
    }
  }

  root(title: string, kind: string, dataSet: string, parent: string | undefined): void {
    const { facilityName } = this.circumstances
    const { pcn } = this.plant
    const id = this.id(kind, pcn)
    this.assets.set(id, {
      externalId: id,
      name: `${facilityName} - ${title}`,
      ...(kind === "facility" ? { description: `Facility for PCN ${pcn}` } : {}),
      ...(parent === undefined ? {} : { parent: this.id(parent, pcn) }),
      dataSet,
      source: "Plex",
      metadata: { ...this.tags(pcn), asset_type: kind, ...(kind === "facility" ? { type: "facility" } : {}) }
    })
  }

  asset(of: {
    readonly resource: Resource
    readonly row: Row
    readonly kind: string
    readonly key: string
    readonly name: string
    readonly dataSet: string
    readonly root: string
    readonly parent?: string | undefined
    readonly more?: Metadata
  }): void {
    const id = this.id(of.kind, of.key)
    const fields = fieldsIn(of.resource, of.row, this.circumstances.personal)
    const description = fields["description"]
    this.#places.set(id, { parent: of.parent, otherwise: this.id(of.root, this.plant.pcn) })
    this.assets.set(id, {
      externalId: id,
      name: cut(clean(of.name), 140),
      ...(description === undefined ? {} : { description: cut(description, 500) }),
      dataSet: of.dataSet,
      source: "Plex",
      metadata: fitted({ ...this.tags(clean(of.key)), asset_type: of.kind, ...fields, ...of.more }, assetLimits)
    })
  }

  event(of: {
    readonly resource: Resource
    readonly row: Row
    readonly kind: string
    readonly key: string
    readonly type: string
    readonly subtype: string | undefined
    readonly dataSet: string
    readonly start: number | undefined
    readonly end: number | undefined
    readonly description: unknown
    readonly links: ReadonlyArray<string | undefined>
    readonly more?: Metadata
    readonly plexId?: string
  }): void {
    const id = this.id(of.kind, of.key)
    const fields = fieldsIn(of.resource, of.row, this.circumstances.personal)
    delete fields["duration"]
    this.events.set(id, {
      externalId: id,
      type: of.type,
      ...(of.subtype === undefined ? {} : { subtype: cut(of.subtype, 64) }),
      ...(of.start === undefined ? {} : { startTime: of.start }),
      ...(of.end === undefined ? {} : { endTime: of.end }),
      description: of.description,
      dataSet: of.dataSet,
      source: "Plex",
      assets: of.links,
      metadata: fitted({ ...this.tags(of.plexId ?? of.key), ...fields, ...of.more }, eventLimits)
    })
  }

  series(of: {
    readonly metric: string
    readonly key: string
    readonly plexId?: string
    readonly name: string
    readonly dataSet: string
    readonly unit?: string | undefined
    readonly isStep: boolean
    readonly isString?: boolean
    readonly asset: string
    readonly points: unknown
  }): void {
    const id = this.id("ts", `${of.metric}_${of.key}`)
    this.timeSeries.set(id, {
      externalId: id,
      name: of.name,
      dataSet: of.dataSet,
      ...(of.unit === undefined ? {} : { unit: of.unit }),
      isStep: of.isStep,
      isString: of.isString ?? false,
      type: of.isString === true ? "string" : "numeric",
      asset: of.asset,
      metadata: this.tags(of.plexId ?? of.key),
      points: of.points
    })
  }

  sequence(of: {
    readonly kind: string
    readonly key: string
    readonly plexId?: string
    readonly name: string
    readonly dataSet: string
    readonly asset: string | undefined
    readonly columns: string
    readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
  }): void {
    const id = this.id(of.kind, of.key)
    const columns = of.columns.split(", ").map((column) => {
      const [externalId = "", valueType = ""] = column.split(" ")
      return { externalId, valueType, metadata: {} }
    })
    this.sequences.set(id, {
      externalId: id,
      name: of.name,
      dataSet: of.dataSet,
      asset: of.asset,
      metadata: this.tags(of.plexId ?? of.key),
      columns,
      rows: of.rows.map((row, i) => [
        i,
        Object.fromEntries(
          columns.flatMap(({ externalId, valueType }) => {
            const value = row[externalId]
            if (value === undefined || value === null || value === "") return []
            return [[externalId, valueType === "STRING" ? cut(clean(String(value)), 256) : Number(value)] as const]
          })
        )
      ])
    })
  }

  relationship(kind: string, key: string, label: string, source: string, target: string): void {
    const id = this.id(kind, key)
    this.relationships.set(id, {
      externalId: id,
      sourceExternalId: source,
      sourceType: "asset",
      targetExternalId: target,
      targetType: "asset",
      dataSet: "master",
      labels: [this.id("label", label)]
    })
  }

  label(label: string, name: string): void {
    const id = this.id("label", label)
    this.labels.set(id, { externalId: id, name, dataSet: "master" })
  }

  /** Links and parents to what exists, now that everything is known. */
  settle(): void {
    const exists = (id: string): boolean => this.assets.has(id) || this.circumstances.lingering.has(id)
    for (const [id, { otherwise, parent }] of this.#places) {
      const place = parent !== undefined && exists(parent) ? parent : otherwise
      this.assets.set(id, { ...this.assets.get(id), parent: place })
    }
    for (const [id, event] of this.events) {
      const { assets, ...rest } = event
      const links = Array.isArray(assets) ? assets.filter((each): each is string => typeof each === "string") : []
      const existing = Array.from(new Set(links.filter(exists))).toSorted()
      this.events.set(id, existing.length === 0 ? rest : { ...rest, assets: existing })
    }
    for (const objects of [this.timeSeries, this.sequences]) {
      for (const [id, { asset, ...rest }] of objects) {
        objects.set(id, typeof asset === "string" && exists(asset) ? { ...rest, asset } : rest)
      }
    }
  }
}
