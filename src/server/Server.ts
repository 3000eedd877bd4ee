/**
 * The server of the resident process: health, metrics, status, and what an operator may ask for.
 */
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Cause, Context, Data, Deferred, Effect, Metric, Schedule, type Scope } from "effect"
import { createServer } from "node:http"
import { isLoopback } from "../domain/Loopback.js"
import { probing } from "../pipelines/probes.js"
import type { HttpSettings } from "../services/AppConfig.js"
import { Status } from "../services/Status.js"
import { type Access, makeAccess } from "./Access.js"
import { basePath, checksOf, type ServedFacilities, type ServedFacility, together } from "./AllFacilities.js"
import { answerOf, type Check } from "./Check.js"
import { type EventLoop, watchEventLoop } from "./EventLoop.js"
import { eventsAnswer } from "./Events.js"
import { granted, grantedOr } from "./granted.js"
import { checkEventLoop, watchProgress } from "./Liveness.js"
import { contentType, prometheusText } from "./Prometheus.js"
import { readiness } from "./Readiness.js"
import { facilityPages, overviewOfAll, refusedAsPage, sharedPages } from "./pageRoutes.js"
import { runNow } from "./runNow.js"
import { makeSessions, Sessions } from "./Sessions.js"
import { setGauges } from "./StatusMetrics.js"

/** The address cannot be listened on; says what to do. */
export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly host: string
  readonly port: number
  readonly code: string
}> {
  override get message(): string {
    const what =
      this.code === "EADDRINUSE"
        ? "something else listens there: stop it, or set HTTP_PORT to another port"
        : this.code === "EACCES"
          ? "this port needs rights that the process does not have: set HTTP_PORT to one above 1023"
          : this.code === "EADDRNOTAVAIL" || this.code === "ENOTFOUND"
            ? "HTTP_HOST is no address of this machine"
            : this.code
    return `cannot listen on HTTP_PORT ${this.port} of HTTP_HOST ${this.host}: ${what}, or set HTTP_PORT=0 for no server`
  }
}

/** Nothing is loaded from elsewhere, kept, framed or guessed; a page may allow itself more. */
const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
}

/** A middleware of the server comes too late: the answer has been sent by then. */
const secured = (answer: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(answer, { ...securityHeaders, ...answer.headers })

const notFound = HttpServerResponse.text("not found\n", { status: 404 })
const broken = HttpServerResponse.text("this could not be answered: see the log\n", { status: 500 })

export interface ServerOptions {
  readonly facilities: ServedFacilities
  /** How late timers come; by default those of this process. */
  readonly eventLoop?: EventLoop | undefined
}

/** Gauges for a collector that is told of them, and does not ask. */
const keepGauges = (eventLoop: EventLoop) =>
  Effect.gen(function* () {
    const { snapshot } = yield* Status
    const setNow = Effect.flatMap(snapshot, (seen) => setGauges(seen, eventLoop))
    yield* Effect.forkScoped(Effect.repeat(setNow, Schedule.spaced("10 seconds")))
    // What was counted until the end is told at the end.
    yield* Effect.addFinalizer(() => setNow)
  })

/** What keeps looking at a facility for as long as the scope: whether it gets on, and whether it does what it is there for. */
const watching = (facilities: ServedFacilities, interval: number) =>
  Effect.forEach(facilities, (facility) =>
    Effect.gen(function* () {
      const { snapshot } = yield* Status
      const progress = yield* watchProgress
      const probes = yield* probing(interval)
      return {
        alive: Effect.map(progress, (check) => checksOf(facility, facilities, [check])),
        ready: Effect.map(Effect.zip(snapshot, probes), ([seen, found]) =>
          checksOf(facility, facilities, readiness(seen, found))
        )
      }
    }).pipe(forOne(facility, facilities), Effect.provide(facility.services))
  )

/** What is done for one of several says of which in the log and the metrics. */
const forOne =
  ({ settings: { facility } }: ServedFacility, { length }: ServedFacilities) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    length === 1
      ? work
      : work.pipe(
          Effect.annotateLogs({ pcn: facility.pcn, facility: facility.name }),
          Effect.tagMetrics({ pcn: facility.pcn })
        )

/** All checks of all, one group after the other. */
const allOf = (...groups: ReadonlyArray<Effect.Effect<ReadonlyArray<Check>>>) =>
  Effect.map(Effect.all(groups, { concurrency: "unbounded" }), (checks) => answerOf(checks.flat()))

const statusAsJson = Effect.flatMap(Status, ({ snapshot }) =>
  Effect.map(snapshot, (seen) => HttpServerResponse.unsafeJson(seen))
)

/** What is asked of one facility. */
const facilityRoutes = (facility: ServedFacility, facilities: ServedFacilities, access: Access) => {
  const base = basePath(facility.settings.facility.pcn, facilities.length)
  const own = HttpRouter.empty.pipe(
    HttpRouter.get("/status", granted(access.read)(statusAsJson)),
    HttpRouter.post("/run/:extractor", grantedOr(access.administer, refusedAsPage)(runNow(facility.requests, base))),
    HttpRouter.concat(facilityPages(access, base))
  )
  const provided = HttpRouter.use(own, (app) =>
    app.pipe(forOne(facility, facilities), Effect.provide(facility.services))
  )
  return base === "" ? provided : HttpRouter.prefixAll(provided, base)
}

/** What is asked of several at once; runs are asked of each. */
const overAll = (facilities: ServedFacilities, access: Access) => {
  const [first, ...others] = facilities
  const choose = HttpServerResponse.unsafeJson(
    {
      error: "this process works on several facilities: ask one of them",
      facilities: facilities.map(({ settings: { facility } }) => ({
        facility: facility.name,
        path: `${basePath(facility.pcn, facilities.length)}/run/{extractor}`
      }))
    },
    { status: 404 }
  )
  return HttpRouter.empty.pipe(
    HttpRouter.get("/status", granted(access.read)(statusAsJson)),
    HttpRouter.get("/", overviewOfAll(access)),
    HttpRouter.post("/run/:extractor", grantedOr(access.administer, refusedAsPage)(Effect.succeed(choose))),
    HttpRouter.concat(
      others.reduce(
        (all, facility) => HttpRouter.concat(all, facilityRoutes(facility, facilities, access)),
        facilityRoutes(first, facilities, access)
      )
    )
  )
}

/** All routes; what goes on behind them lives as long as the scope. */
const routes = (facilities: ServedFacilities, eventLoop: EventLoop, closing: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const [first, ...others] = facilities
    const { http } = first.settings
    const access = makeAccess(http)
    const { snapshot } = yield* Status
    const watched = yield* watching(facilities, http.healthCheckInterval)
    // Orchestrators ask by whatever address they know; metrics are for everybody who reaches them, unless that is this machine alone.
    const scrape: Access["ask"] = isLoopback(http.host) ? access.ask : () => undefined
    const loop = Effect.map(checkEventLoop(eventLoop), (check) => [check])

    return HttpRouter.empty.pipe(
      HttpRouter.get("/livez", allOf(loop, ...watched.map(({ alive }) => alive))),
      HttpRouter.get("/readyz", allOf(...watched.map(({ ready }) => ready))),
      HttpRouter.get(
        "/metrics",
        granted(scrape)(
          Effect.gen(function* () {
            const unknown = yield* setGauges(yield* snapshot, eventLoop)
            const text = prometheusText(yield* Metric.snapshot, "plex_cdf_", unknown)
            return HttpServerResponse.text(text, { contentType })
          })
        )
      ),
      HttpRouter.get("/events", granted(access.read)(eventsAnswer(closing))),
      HttpRouter.concat(sharedPages(access)),
      HttpRouter.concat(others.length === 0 ? facilityRoutes(first, facilities, access) : overAll(facilities, access))
    )
  })

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : String(cause)

/** Listens; when the scope closes, ends what is still being answered. */
const listen = ({ host, port }: HttpSettings, closing: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const node = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 })
    const server = yield* NodeHttpServer.make(() => node, { host, port }).pipe(
      Effect.mapError(({ cause }) => new CannotListen({ host, port, code: codeOf(cause) }))
    )
    yield* Effect.addFinalizer(() =>
      Effect.zipRight(
        Deferred.succeed(closing, undefined),
        Effect.sync(() => node.closeAllConnections())
      )
    )
    return server
  })

/** Serves for as long as the scope; nothing where `HTTP_PORT` is 0. A telemetry collector is told the gauges in any case. */
export const serve = ({
  eventLoop: given,
  facilities
}: ServerOptions): Effect.Effect<void, CannotListen, Scope.Scope> =>
  Effect.gen(function* () {
    const { http, otlp } = facilities[0].settings
    if (http.port === 0 && otlp === undefined) return
    const eventLoop = given ?? (yield* watchEventLoop)
    if (otlp !== undefined) yield* keepGauges(eventLoop)
    if (http.port === 0) return
    const closing = yield* Deferred.make<void>()
    const server = yield* listen(http, closing)
    const app = yield* routes(facilities, eventLoop, closing)
    const answering = app.pipe(
      Effect.catchTag("RouteNotFound", () => Effect.succeed(notFound)),
      Effect.catchAllCause((cause) =>
        Cause.isInterruptedOnly(cause)
          ? Effect.failCause(cause)
          : Effect.as(Effect.logError("a request could not be answered", cause), broken)
      ),
      Effect.map(secured)
    )
    yield* HttpServer.serveEffect(answering).pipe(Effect.provideService(HttpServer.HttpServer, server))
    const { host, port } = http
    yield* Effect.logInfo("listening").pipe(
      Effect.annotateLogs({ url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/` })
    )
  }).pipe(
    Effect.provideService(Status, together(facilities.map(({ services }) => Context.get(services, Status)))),
    Effect.provideServiceEffect(Sessions, makeSessions),
    Effect.withTracerEnabled(false)
  )
