import type { Plant } from "../plant/Plant.js"
import type { Reply } from "../Reply.js"

/** A POST that only reads, because its filters do not fit into an address. `body` is parsed JSON of any shape. */
export interface Search {
  readonly path: string
  readonly answer: (plant: Plant, body: unknown) => Reply
}
