/** The fact that CDF held nothing of the facility when the ledger began. */
export const freshCdf = "CDF was empty"

/** The fact that CDF lost assets of the facility, and perhaps nothing else: what linked to them is to be read again. */
export const lostAssets = "CDF lost its assets"

/** The fact that what CDF held was being deleted when the ledger began: what is left tells nothing of what there was. */
export const beingCleared = "CDF is being cleared"
