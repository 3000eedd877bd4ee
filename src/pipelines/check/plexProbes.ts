/**
 * Plex: does it answer, is the key good and this facility's, and is it subscribed to what the enabled flows read?
 */
import { Clock, Effect, Stream } from "effect"
import type { PlexError } from "../../domain/Errors.js"
import { failed, type Found, ok, warning } from "../../domain/Finding.js"
import { isLoopback } from "../../domain/Loopback.js"
import { nobody, type Product, products, type Question } from "../../domain/plex/Product.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Plex } from "../../services/Plex.js"
import { codeFits, tenantCodes } from "../guard.js"
import type { Flow } from "../runFlow.js"
import { clockFinding } from "./clockFinding.js"
import { failing, orFailing, type ProbeError } from "./failing.js"
import { type Probe, probe } from "./Probe.js"

/** Keys and tenants are refused alike. */
const refusedKey = (error: ProbeError): Found =>
  "reason" in error && error.reason === "Unauthenticated"
    ? failed(
        "Plex refuses the key, or the tenant that it is used for (401 on /mdm/v1/tenants, which every key may read)",
        "check PLEX_API_KEY, which expires after 31 days, and that it is of an app for the tenant of PLEX_CUSTOMER_ID"
      )
    : failing(error)

const key = Effect.as(tenantCodes, ok("Plex answers and takes the key")).pipe((asked) => orFailing(asked, refusedKey))

const tenant = Effect.gen(function* () {
  const { pcnCode } = (yield* AppConfig).plex
  const codes = yield* tenantCodes
  yield* codeFits(codes)
  if (codes.length === 0) return ok("Plex does not tell the code of its tenant: there is nothing to compare")
  return ok(`${codes.join(", ")}${pcnCode === undefined ? "; PLEX_PCN_CODE is not set" : ", as in PLEX_PCN_CODE"}`)
}).pipe(orFailing)

const clock = Effect.gen(function* () {
  const { baseUrl } = (yield* AppConfig).plex
  const theirs = yield* (yield* Plex).now
  const ours = yield* Clock.currentTimeMillis
  // A sandbox lives by the clock of its plant.
  if (isLoopback(baseUrl.hostname))
    return ok(`Plex is on this machine; its clock shows ${new Date(theirs).toISOString()}`)
  return clockFinding("Plex", theirs, ours)
}).pipe(orFailing)

/** Asks the question; what comes is left aside, but for the first record. */
const ask = ({ kind, path, query }: Question): Effect.Effect<void, PlexError, Plex> =>
  Effect.gen(function* () {
    const plex = yield* Plex
    switch (kind) {
      case "list":
        return yield* Stream.runDrain(Stream.take(plex.list(path, query), 1))
      case "window": {
        const end = Math.floor((yield* plex.now) / 60_000) * 60_000
        return yield* Stream.runDrain(Stream.take(plex.window(path, { begin: end - 60_000, end }), 1))
      }
      case "record":
        return yield* Effect.catchIf(
          Effect.asVoid(plex.get(path)),
          ({ reason }) => reason === "NotFound",
          () => Effect.void
        )
      case "setups":
        yield* plex.search("/production/v1/control/workcenter-setups", { workcenterIds: [nobody] })
    }
  })

/** A failure is a warning where every flow that it stops is one that a tenant may rightly not have. */
const refusedProduct =
  ({ question }: Product, flows: ReadonlyArray<Flow>) =>
  (error: ProbeError): Found => {
    const names = flows.map((flow) => flow.name).join(", ")
    const subscribed = !("reason" in error) || error.reason !== "NotSubscribed"
    const found = subscribed
      ? failing(error)
      : failed(
          `the key is good, but not subscribed to the product of ${question.path}: ${names} cannot read`,
          "subscribe it in Plex's developer portal, or name the flows in FLOWS_DISABLED"
        )
    return flows.every(({ optional }) => optional) && found.fix !== undefined ? warning(found.cause, found.fix) : found
  }

/** What the products of these flows say. */
const productProbes = (flows: ReadonlyMap<string, Flow>): ReadonlyArray<Probe<Plex>> =>
  products.flatMap((product) => {
    const using = product.flows.flatMap((name) => flows.get(name) ?? [])
    if (using.length === 0) return []
    const answers = ok(`answers; read by ${using.map(({ name }) => name).join(", ")}`)
    const asked = Effect.as(ask(product.question), answers)
    return [probe(`plex ${product.name}`, orFailing(asked, refusedProduct(product, using)), ["plex key"])]
  })

export const plexProbes = (flows: ReadonlyMap<string, Flow>): ReadonlyArray<Probe<AppConfig | Plex>> => [
  probe("plex key", key),
  probe("plex tenant", tenant, ["plex key"]),
  probe("plex clock", clock, ["plex key"]),
  ...productProbes(flows)
]
