/** A flaw of real data, and one record that shows it. */
export interface HoleNote {
  readonly hole: string
  /** A table or history of the plant, or `boms`, `jobOperations`, `controlPlanLines`, `dailyPerformance`, `livePerformance`. */
  readonly resource: string
  /** The record's key as in `tableKeys`; of a history row its time text; of a data source row its code or key. */
  readonly key: string
}

/** Collects the notes while a plant is made; with `enabled` false nothing asks it for holes, so it stays empty. */
export class Holes {
  readonly notes: Array<HoleNote> = []

  constructor(readonly enabled: boolean) {}

  note(hole: string, resource: string, key: unknown): void {
    this.notes.push({ hole, resource, key: String(key) })
  }
}
