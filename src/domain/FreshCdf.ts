/** The fact that CDF held nothing of the facility when the ledger began. */
export const freshCdf = "CDF was empty"
