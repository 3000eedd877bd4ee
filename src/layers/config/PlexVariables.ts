/**
 * Variables that say where Plex is and how it may be called.
 */
import { host } from "./Addresses.js"
import { boolean, integer, matching, text, token } from "./Formats.js"
import { optional, required, secret, withDefault } from "./Variable.js"

export const plexVariables = {
  apiKey: required("PLEX_API_KEY", secret(token("the API key of the Plex developer portal")), "Key of the Plex API."),
  customerId: required(
    "PLEX_CUSTOMER_ID",
    matching("the Plex Customer Number (PCN), 1 to 10 digits", /^\d{1,10}$/),
    "Plex Customer Number (PCN) of the facility."
  ),
  useTest: withDefault("PLEX_USE_TEST", boolean, "false", "Plex's test tier instead of production."),
  baseUrl: optional(
    "PLEX_BASE_URL",
    host,
    "Where the Plex API is; wins over `PLEX_USE_TEST`.",
    "https://connect.plex.com, or https://test.connect.plex.com with PLEX_USE_TEST"
  ),
  pcnCode: optional(
    "PLEX_PCN_CODE",
    matching("the PCN code (text, not the number), such as ra-process: a-z, 0-9 and -, 1 to 63", /^[a-z0-9-]{1,63}$/),
    "Host part of the Data Source API; also compared with the code of the tenant before anything is written."
  ),
  dataSourceUrl: optional(
    "PLEX_DS_BASE_URL",
    host,
    "Where the Data Source API is; tenants without a host of their own use https://cloud.plex.com.",
    "https://{PLEX_PCN_CODE}.on.plex.com, or https://{PLEX_PCN_CODE}.test.on.plex.com with PLEX_USE_TEST"
  ),
  dataSourceUsername: optional(
    "PLEX_DS_USERNAME",
    secret(text("the user name of the Data Source API")),
    "User of the Data Source API. Required for performance; without it quality's data source flows are off."
  ),
  dataSourcePassword: optional(
    "PLEX_DS_PASSWORD",
    secret(text("the password of the Data Source API", 1024)),
    "Password of the Data Source API. Required for performance; without it quality's data source flows are off."
  ),
  rateLimit: withDefault(
    "PLEX_RATE_LIMIT",
    integer(1, 60_000, "calls a minute"),
    "190",
    "Calls a minute to the Plex API, of the 200 that Plex documents; 6000 with `--sandbox`."
  ),
  dataSourceRateLimit: withDefault(
    "PLEX_DS_RATE_LIMIT",
    integer(1, 60_000, "calls a minute"),
    "100",
    "Calls a minute to the Data Source API; 6000 with `--sandbox`."
  ),
  concurrency: withDefault(
    "PLEX_CONCURRENCY",
    integer(1, 50, "calls"),
    "5",
    "Calls to Plex in flight; of 1, a question about a list that is being read is a second one."
  )
}
