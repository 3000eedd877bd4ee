/** Every flaw a plant can show. All are there from the start, but `entry-corrected`, which comes as the plant plays. */
export const holeNames = [
  "part-without-name",
  "part-name-absent",
  "part-without-number",
  "part-obsolete",
  "part-name-too-long",
  "part-description-too-long",
  "part-note-too-long",
  "part-revisions",
  "text-emoji",
  "text-quotes",
  "text-nul",
  "text-lone-surrogate",
  "text-rtl",
  "number-as-text",
  "number-long-integer",
  "number-long-decimal",
  "fields-unknown",
  "fields-absent",
  "fields-null",
  "date-odd-digits",
  "date-without-seconds",
  "bom-empty",
  "bom-supply-item",
  "bom-unknown-part",
  "operation-code-shared",
  "workcenter-without-line",
  "workcenter-unknown-line",
  "supply-item-without-number",
  "location-without-building",
  "equipment-without-workcenter",
  "job-odd-status",
  "job-odd-priority",
  "job-number-shared",
  "job-without-number",
  "job-completed-without-quantity",
  "job-completed-without-status",
  "job-ends-before-start",
  "job-operation-without-workcenter",
  "entry-identical",
  "entry-identical-key",
  "entry-one-millisecond",
  "entry-without-job",
  "entry-without-part",
  "entry-without-workcenter",
  "entry-operation-by-code",
  "entry-mixed-units",
  "entry-long-quantity",
  "entry-late",
  "entry-corrected",
  "scrap-identical",
  "status-one-millisecond",
  "status-long",
  "status-odd-text",
  "move-without-container",
  "adjustment-identical",
  "container-without-location",
  "container-unknown-location",
  "container-odd-serial",
  "container-odd-status",
  "specification-one-sided",
  "specification-without-tolerance",
  "checksheet-without-part",
  "checksheet-null-measurements",
  "problem-listed-twice",
  "problem-without-part",
  "deviation-without-parts",
  "performance-planned-zero",
  "performance-rate-zero",
  "performance-nothing-produced",
  "performance-unknown-workcenter",
  "performance-several-rows",
  "live-several-rows"
] as const

export type HoleName = (typeof holeNames)[number]

/** A flaw of real data, and one record that shows it. */
export interface HoleNote {
  /** `poison` are the records that cannot be decoded or have no key. */
  readonly hole: HoleName | "poison"
  /** A table or history of the plant, or `boms`, `jobOperations`, `dailyPerformance`, `livePerformance`. */
  readonly resource: string
  /**
   * The record's key as in `tableKeys`; of a history row its time text; of a part's components the part's id, of a job's
   * operations the job's; of a performance row its `Workcenter_Code`.
   */
  readonly key: string
}

/** Collects the notes while a plant is made; with `enabled` false nothing makes holes, and it stays empty. */
export class Holes {
  readonly notes: Array<HoleNote> = []

  constructor(readonly enabled: boolean) {}

  note(hole: HoleNote["hole"], resource: string, key: unknown): void {
    this.notes.push({ hole, resource, key: String(key) })
  }
}
