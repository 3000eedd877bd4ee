/**
 * Variables that say where CDF is, who we are there, and which data sets are ours.
 */
import type { DataSetName } from "../../domain/Facility.js"
import { endpoint, host } from "./Addresses.js"
import { integer, matching, text, token } from "./Formats.js"
import { optional, required, secret, withDefault, type Variable } from "./Variable.js"

export const cdfVariables = {
  host: optional("CDF_HOST", host, "Where CDF is.", "https://{CDF_CLUSTER}.cognitedata.com"),
  cluster: optional(
    "CDF_CLUSTER",
    matching("the name of a CDF cluster, such as westeurope-1: a-z, 0-9 and -", /^[a-z0-9-]{1,63}$/),
    "CDF cluster. Needed when there is no `CDF_HOST`."
  ),
  project: required(
    "CDF_PROJECT",
    matching("the name of a CDF project: letters, digits, - and _, 1 to 128", /^[\w-]{1,128}$/),
    "CDF project."
  ),
  clientId: required("CDF_CLIENT_ID", token("the id of an OAuth client"), "OAuth client."),
  clientSecret: required(
    "CDF_CLIENT_SECRET",
    secret(text("the secret of the OAuth client", 4096)),
    "Secret of the OAuth client."
  ),
  tokenUrl: required("CDF_TOKEN_URL", endpoint, "Where the OAuth client gets its tokens."),
  scopes: withDefault(
    "CDF_SCOPES",
    text("OAuth scopes, separated by blanks", 2048),
    "user_impersonation",
    "OAuth scopes, separated by blanks. Microsoft Entra usually wants `{CDF_HOST}/.default`."
  ),
  audience: optional("CDF_AUDIENCE", text("an OAuth audience", 2048), "OAuth audience, where the provider wants one."),
  extractionPipeline: optional(
    "CDF_EXTRACTION_PIPELINE",
    text("the external id of an extraction pipeline"),
    "Extraction pipeline that is told of runs."
  ),
  concurrency: withDefault("CDF_CONCURRENCY", integer(1, 50, "calls"), "4", "Writes to CDF in flight."),
  batchSize: withDefault("BATCH_SIZE", integer(1, 1000, "items"), "1000", "Items per call to CDF.")
}

const dataSet = (name: string, summary: string) => ({
  ...optional(
    `CDF_DATASET_PLEX${name}`,
    { ...integer(1, Number.MAX_SAFE_INTEGER), expected: "the numeric id of a CDF data set, a positive whole number" },
    summary
  ),
  alias: `CDF_DATASET_${name}`
})

/** Ids of the data sets, by their name. */
export const dataSetVariables: Readonly<Record<DataSetName, Variable<number | undefined>>> = {
  master: dataSet("MASTER", "Data set of master data. Always required."),
  production: dataSet("PRODUCTION", "Data set of production. Required for master-data, production, performance."),
  scheduling: dataSet("SCHEDULING", "Data set of jobs. Required for jobs."),
  quality: dataSet("QUALITY", "Data set of quality. Required for quality."),
  inventory: dataSet("INVENTORY", "Data set of inventory. Required for inventory."),
  maintenance: dataSet("MAINTENANCE", "Data set of equipment. Required for master-data.")
}
