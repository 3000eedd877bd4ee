/** The fact that CDF held nothing of the facility when the ledger began. */
export const freshCdf = "CDF was empty"

/** The fact that CDF lost assets of the facility, and perhaps nothing else: what linked to them is to be read again. */
export const lostAssets = "CDF lost its assets"
