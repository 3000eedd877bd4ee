/**
 * Descriptions of what happened at a workcenter: `Produced 100 kg | MNG-CHK-05 rev A | WC NFF-01 | Job J004217 | S0001234`.
 */
import type { Decimal } from "../Decimal.js"
import { joinPresent, marked, present } from "../Text.js"

/** What production entries, scrap entries and workcenter statuses have in common. */
export interface Entry {
  readonly quantity?: Decimal | null | undefined
  readonly unit?: string | null | undefined
  readonly partNumber?: string | null | undefined
  readonly revision?: string | null | undefined
  readonly workcenterCode?: string | null | undefined
  readonly jobCode?: string | null | undefined
  readonly serialNo?: string | null | undefined
}

/** `MNG-CHK-05 rev A` */
export const partWithRevision = (
  partNumber: string | null | undefined,
  revision: string | null | undefined
): string | undefined => {
  const number = present(partNumber)
  return number === undefined ? undefined : joinPresent([number, marked("rev", revision)], " ")
}

/** Absent pieces are left out; `what` is what happened. */
export const describeEntry = (what: string | null | undefined, entry: Entry): string | undefined =>
  joinPresent(
    [
      joinPresent([what, entry.quantity, present(entry.quantity) === undefined ? undefined : entry.unit], " "),
      partWithRevision(entry.partNumber, entry.revision),
      marked("WC", entry.workcenterCode),
      marked("Job", entry.jobCode),
      entry.serialNo
    ],
    " | "
  )
