/**
 * What is in the plant now, from the list of active containers: work in process by part and unit, and containers by location.
 */
import type { TimeSeriesDraft } from "../cdf/Draft.js"
import { Decimal, sumDecimals } from "../Decimal.js"
import type { ExternalId, Metric } from "../ExternalId.js"
import type { Facility } from "../Facility.js"
import { seriesDraft } from "../Mapping.js"
import { SeenKeys } from "../SeenKeys.js"
import { present } from "../Text.js"
import type { Container } from "./Container.js"

/** The present value of one series. */
export interface Level {
  readonly draft: TimeSeriesDraft
  readonly value: Decimal
}

/** Setup-table words as they are compared: case, blanks and hyphens do not matter. */
const plain = (word: string): string =>
  word
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .trim()

interface Wip {
  readonly partId: string
  readonly unit: string | undefined
  readonly code: string | undefined
  readonly quantity: Decimal
}

interface Stock {
  readonly locationId: string
  readonly code: string | undefined
  readonly containers: number
}

/** Of two names for one thing the first in the alphabet, so that the order of the list does not matter. */
const least = <A extends string | undefined>(a: A | undefined, b: A): A =>
  a === undefined ? b : b === undefined || a < b ? a : b

/** Fields of a container that cannot be read as a whole: null where they say nothing, absent where they cannot be read either. */
const textsOf = (container: unknown) => {
  const text = (field: keyof Container): string | null | undefined => {
    const value: unknown = typeof container === "object" && container !== null ? Reflect.get(container, field) : []
    return value === undefined ? null : value === null || typeof value === "string" ? value : undefined
  }
  return { inventoryType: text("inventoryType"), locationId: text("locationId"), partId: text("partId") }
}

/**
 * Takes the list of containers chunk by chunk and gives the levels at its end; keeps one number per series and some bytes of each
 * serial number. Sums are exact. One instance per list.
 */
export class WipLevels {
  readonly #facility: Facility
  /** A container that the list has twice counts once. */
  readonly #seen = new SeenKeys()
  readonly #types: ReadonlySet<string>
  // By external id: keys that differ only in what CDF cannot hold are one series.
  readonly #wip = new Map<ExternalId, Wip>()
  readonly #stock = new Map<ExternalId, Stock>()
  /** What the external ids of series begin with whose level is not known. */
  readonly #unclear = new Set<string>()

  constructor(facility: Facility) {
    this.#facility = facility
    this.#types = new Set(facility.tables.wipInventoryTypes.map(plain))
  }

  add(containers: Iterable<Container>): void {
    for (const container of containers) {
      const serialNo = present(container.serialNo)
      if (serialNo !== undefined) {
        if (this.#seen.has("container", serialNo)) continue
        this.#seen.add("container", serialNo)
      }
      this.#addStock(container)
      if (this.#types.has(plain(container.inventoryType ?? ""))) this.#addWip(container)
    }
  }

  #addStock({ location, locationId }: Container): void {
    const id = present(locationId)
    if (id === undefined) return
    const key = this.#facility.ids.series("inventory", id)
    const held = this.#stock.get(key)
    this.#stock.set(key, {
      locationId: least(held?.locationId, id),
      code: least(held?.code, present(location)),
      containers: (held?.containers ?? 0) + 1
    })
  }

  #addWip({ partId, partNo, quantity, quantityInventoryUnit }: Container): void {
    const id = present(partId)
    if (id === undefined || quantity === null || quantity === undefined) return
    const unit = present(quantityInventoryUnit)?.trim()
    const key = this.#facility.ids.series("wip", id, unit)
    const held = this.#wip.get(key)
    this.#wip.set(key, {
      partId: least(held?.partId, id),
      unit: least(held?.unit, unit),
      code: least(held?.code, present(partNo)),
      quantity: held === undefined ? quantity : sumDecimals([held.quantity, quantity])
    })
  }

  /** Containers that cannot be read: what they belong to is not known, as far as they do not tell. */
  readonly addUnread = (containers: ReadonlyArray<unknown>): void => {
    const { ids } = this.#facility
    for (const container of containers) {
      const { inventoryType, locationId, partId } = textsOf(container)
      this.#spare("inventory", locationId, (id) => ids.series("inventory", id))
      const isWip = inventoryType === undefined || this.#types.has(plain(inventoryType ?? ""))
      // Of whichever unit.
      if (isWip) this.#spare("wip", partId, (id) => ids.series("wip", id))
    }
  }

  #spare(metric: Metric, key: string | null | undefined, seriesOf: (key: string) => ExternalId): void {
    if (key === undefined) this.#unclear.add(this.#facility.ids.prefix(`ts_${metric}`))
    else if (present(key) !== undefined) this.#unclear.add(seriesOf(key ?? ""))
  }

  /** Whether the level of a series is not known, as not all containers can be read. */
  isUnclear(series: ExternalId): boolean {
    for (const begin of this.#unclear) if (series.startsWith(begin)) return true
    return false
  }

  /** `ts_wip_{partId}_{unit}` and `ts_inventory_{locationId}`; only what the list had. */
  levels(): ReadonlyArray<Level> {
    const { ids } = this.#facility
    const wip = [...this.#wip.values()].map(({ code, partId, quantity, unit }) => ({
      draft: seriesDraft(this.#facility, {
        metric: "wip",
        key: partId,
        code: code ?? `Part ${partId.slice(0, 8)}`,
        dataSet: "inventory",
        link: ids.of("part", partId),
        unit,
        perUnit: true,
        isStep: true
      }),
      value: quantity
    }))
    const stock = [...this.#stock.values()].map(({ code, containers, locationId }) => ({
      draft: seriesDraft(this.#facility, {
        metric: "inventory",
        key: locationId,
        code: code ?? `Location ${locationId.slice(0, 8)}`,
        dataSet: "inventory",
        link: ids.of("location", locationId),
        isStep: true
      }),
      value: Decimal.make(String(containers))
    }))
    return [...wip, ...stock]
  }
}
