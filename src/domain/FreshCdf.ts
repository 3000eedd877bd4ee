/**
 * That CDF held nothing of the facility when the ledger began: a fact about CDF as a whole, kept with the tree.
 */
import type { FlowName } from "./Flow.js"

/** Under which flow and name the ledger keeps it. */
export const freshCdf: { readonly flow: FlowName; readonly fact: string } = { flow: "hierarchy", fact: "CDF was empty" }
