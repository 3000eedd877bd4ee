/**
 * Variables that say how the process calls, keeps its state, is watched, and logs.
 */
import { collector, proxy, redisUrl, stateUrl } from "./Addresses.js"
import { boolean, duration, integer, list, matching, oneOf, text, token } from "./Formats.js"
import { optional, secret, withDefault } from "./Variable.js"

export const callVariables = {
  maxRetries: withDefault("MAX_RETRIES", integer(0, 10, "tries"), "3", "Tries after the first."),
  retryDelay: withDefault(
    "RETRY_DELAY",
    duration("seconds", 0.1, 60),
    "1",
    "Seconds before the first try again; doubles each time, with jitter, to 60 s."
  ),
  timeout: withDefault(
    "HTTP_TIMEOUT",
    duration("seconds", 0.1, 3600),
    "60",
    "Seconds without progress after which a call is given up."
  ),
  proxy: optional("HTTPS_PROXY", proxy, "Forward proxy for all calls."),
  noProxy: optional("NO_PROXY", text("a comma list of hosts", 4096), "Comma list of hosts reached without the proxy."),
  extraCaCerts: optional(
    "NODE_EXTRA_CA_CERTS",
    text("the path of a PEM file", 4096),
    "File of further certificate authorities."
  )
}

export const stateVariables = {
  stateUrl: withDefault(
    "STATE_URL",
    secret(stateUrl),
    "file:./state/plex-cdf.db",
    "Where ledger, watermarks and run log live: `file:PATH`, `:memory:` or `postgres://…`."
  ),
  redisUrl: optional(
    "REDIS_URL",
    secret(redisUrl),
    "Redis that keeps ids of assets for several processes; works without, or with it down."
  ),
  runLog: withDefault("ETL_META", boolean, "on", "Whether the run log is kept; off, 0 or false: no run log."),
  retentionDays: withDefault(
    "METRICS_RETENTION_DAYS",
    integer(1, 3650, "days"),
    "30",
    "Days after which run log rows are pruned."
  )
}

const hostName = /^(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?)$/

export const serverVariables = {
  host: withDefault(
    "HTTP_HOST",
    matching("an address of this machine or a host name, such as 127.0.0.1 or 0.0.0.0", hostName),
    "127.0.0.1",
    "Address on which the health and status server listens; off loopback a token is needed."
  ),
  port: withDefault("HTTP_PORT", integer(0, 65_535), "9000", "Port of the health and status server; 0: none."),
  readToken: optional("HTTP_READ_TOKEN", secret(token("a token")), "Bearer token for the status page and `/status`."),
  adminToken: optional("HTTP_ADMIN_TOKEN", secret(token("a token")), "Bearer token for record contents and actions."),
  allowedHosts: optional(
    "HTTP_ALLOWED_HOSTS",
    list(matching("a host name, with or without a port", /^(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/)),
    "Comma list of further names under which the server may be asked (`Host`, `Origin`)."
  ),
  healthCheckInterval: withDefault(
    "HEALTH_CHECK_INTERVAL",
    duration("seconds", 1, 86_400),
    "60",
    "Seconds between probes of Plex and CDF for readiness."
  ),
  gracefulShutdown: withDefault(
    "GRACEFUL_SHUTDOWN_TIMEOUT",
    duration("seconds", 0, 3600),
    "30",
    "Seconds that a stop may take."
  )
}

export const telemetryVariables = {
  otlpEndpoint: optional(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    collector,
    "Collector that traces, logs and metrics are sent to; https or loopback with headers."
  ),
  otlpHeaders: optional(
    "OTEL_EXPORTER_OTLP_HEADERS",
    secret(matching("a comma list of NAME=VALUE", /^\s*[\w.-]+\s*=[^,\p{Cc}]*(?:,\s*[\w.-]+\s*=[^,\p{Cc}]*)*,?\s*$/u)),
    "Headers for the collector, NAME=VALUE, comma-separated."
  ),
  serviceName: withDefault("OTEL_SERVICE_NAME", text("a name"), "plex-cdf", "Name of the service in telemetry."),
  level: withDefault(
    "LOG_LEVEL",
    oneOf(["trace", "debug", "info", "warning", "error", "fatal", "none"], { warn: "warning" }),
    "info",
    "Least level that is logged: trace, debug, info, warning (warn), error, fatal, none."
  ),
  format: optional(
    "LOG_FORMAT",
    oneOf(["json", "pretty"]),
    "Form of the log: json, pretty.",
    "json (pretty on a terminal)"
  )
}
