/**
 * The parts of Plex's API that a key is subscribed to one by one, and the cheapest question that shows whether it is.
 */
import type { FlowName } from "../Flow.js"

/**
 * How a product is asked. `list`: its first record is enough. `window`: of a minute. `record`: of an id that no record has, so that
 * "there is none" is an answer. `setups`: the live setup of a workcenter that does not exist.
 */
export interface Question {
  readonly kind: "list" | "window" | "record" | "setups"
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
}

export interface Product {
  /** The part of its paths that tells it from others. */
  readonly name: string
  readonly question: Question
  /** The flows that read it. */
  readonly flows: ReadonlyArray<FlowName>
}

/** An id that Plex gives to nothing. */
export const nobody = "00000000-0000-0000-0000-000000000000"

const list = (path: string, query: Question["query"] = {}): Question => ({ kind: "list", path, query })

/** All that flows read. Plex's lists are whole or not at all, so each is asked for something small. */
export const products: ReadonlyArray<Product> = [
  {
    name: "mdm",
    question: list("/mdm/v1/buildings"),
    flows: ["buildings", "parts", "operations", "routings"]
  },
  {
    name: "production-definitions",
    question: list("/production/v1/production-definitions/production-lines"),
    flows: ["production-lines", "workcenters"]
  },
  {
    name: "production-history",
    question: { kind: "window", path: "/production/v1/production-history/production-entries" },
    flows: ["production-entries", "scrap-entries", "status-entries"]
  },
  {
    name: "production control",
    question: { kind: "setups", path: "/production/v1/control/workcenter-setups" },
    flows: ["workcenter-status"]
  },
  {
    name: "inventory-definitions",
    question: list("/inventory/v1/inventory-definitions/locations"),
    flows: ["supply-items", "locations"]
  },
  {
    name: "inventory-tracking",
    question: list("/inventory/v1/inventory-tracking/containers"),
    flows: ["containers"]
  },
  {
    name: "inventory-history",
    question: { kind: "window", path: "/inventory/v1/inventory-history/container-adjustments" },
    flows: ["movements", "adjustments"]
  },
  {
    name: "scheduling",
    question: { kind: "record", path: `/scheduling/v1/jobs/${nobody}` },
    flows: ["jobs", "job-operations"]
  },
  { name: "engineering", question: list("/engineering/v1/boms", { partId: nobody }), flows: ["boms"] },
  { name: "maintenance", question: list("/maintenance/v1/equipment"), flows: ["equipment"] },
  {
    name: "quality",
    question: { kind: "record", path: `/quality/v1/part-specifications/${nobody}` },
    flows: ["specifications", "control-plans", "control-plan-lines", "deviations"]
  }
]
