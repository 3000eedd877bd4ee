/**
 * The server of the resident process: health, metrics, status, and what an operator may ask for.
 */
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Cause, Data, Deferred, Effect, Metric, Schedule, type Scope } from "effect"
import { createServer } from "node:http"
import { isLoopback } from "../domain/Loopback.js"
import { probing } from "../pipelines/probes.js"
import type { RunRequests } from "../pipelines/RunRequests.js"
import { AppConfig, type HttpSettings } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import type { DeadLetters } from "../services/DeadLetters.js"
import type { Ledger } from "../services/Ledger.js"
import type { Plex } from "../services/Plex.js"
import type { RunLog } from "../services/RunLog.js"
import { Status } from "../services/Status.js"
import { type Access, makeAccess } from "./Access.js"
import { answerOf } from "./Check.js"
import { type EventLoop, watchEventLoop } from "./EventLoop.js"
import { eventsAnswer } from "./Events.js"
import { granted, grantedOr } from "./granted.js"
import { watchLiveness } from "./Liveness.js"
import { contentType, prometheusText } from "./Prometheus.js"
import { readiness } from "./Readiness.js"
import { pageRoutes, refusedAsPage } from "./pageRoutes.js"
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
  /** Where runs are asked for. */
  readonly requests: RunRequests
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

/** All routes; what goes on behind them lives as long as the scope. */
const routes = (requests: RunRequests, eventLoop: EventLoop, closing: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const { http } = yield* AppConfig
    const access = makeAccess(http)
    const status = yield* Status
    const live = yield* watchLiveness(eventLoop)
    const probes = yield* probing(http.healthCheckInterval)
    // Orchestrators ask by whatever address they know; metrics are for everybody who reaches them, unless that is this machine alone.
    const scrape: Access["ask"] = isLoopback(http.host) ? access.ask : () => undefined

    return HttpRouter.empty.pipe(
      HttpRouter.get("/livez", Effect.map(live, answerOf)),
      HttpRouter.get(
        "/readyz",
        Effect.zipWith(status.snapshot, probes, (seen, found) => answerOf(readiness(seen, found)))
      ),
      HttpRouter.get(
        "/metrics",
        granted(scrape)(
          Effect.gen(function* () {
            yield* setGauges(yield* status.snapshot, eventLoop)
            return HttpServerResponse.text(prometheusText(yield* Metric.snapshot, "plex_cdf_"), { contentType })
          })
        )
      ),
      HttpRouter.get(
        "/status",
        granted(access.read)(Effect.map(status.snapshot, (seen) => HttpServerResponse.unsafeJson(seen)))
      ),
      HttpRouter.get("/events", granted(access.read)(eventsAnswer(closing))),
      HttpRouter.post("/run/:extractor", grantedOr(access.administer, refusedAsPage)(runNow(requests))),
      HttpRouter.concat(pageRoutes(access))
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
  requests
}: ServerOptions): Effect.Effect<
  void,
  CannotListen,
  AppConfig | Cdf | DeadLetters | Ledger | Plex | RunLog | Scope.Scope
> =>
  Effect.gen(function* () {
    const { http, otlp } = yield* AppConfig
    if (http.port === 0 && otlp === undefined) return
    const eventLoop = given ?? (yield* watchEventLoop)
    if (otlp !== undefined) yield* keepGauges(eventLoop)
    if (http.port === 0) return
    const closing = yield* Deferred.make<void>()
    const server = yield* listen(http, closing)
    const app = yield* routes(requests, eventLoop, closing)
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
  }).pipe(Effect.provideServiceEffect(Sessions, makeSessions), Effect.withTracerEnabled(false))
