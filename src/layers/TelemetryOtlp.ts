/**
 * Traces, metrics and logs to an OpenTelemetry collector (OTLP over HTTP, as JSON), where one is configured.
 */
import * as Otlp from "@effect/opentelemetry/Otlp"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { Context, DefaultServices, Effect, Layer, Redacted, Tracer } from "effect"
import type { ConfigurationError } from "../domain/Errors.js"
import type { CallSettings, OtlpSettings } from "../services/AppConfig.js"
import { version } from "../version.js"
import * as HttpAgent from "./http/HttpAgent.js"

/** A collector that has not answered by then is left alone for a minute: milliseconds. */
const longestExport = 10_000
/** For how long the end of the process may wait for what is still to be sent: milliseconds. */
const longestGoodbye = 2_000

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return text.trim()
  }
}

/** `name=value,name=value`, values percent-encoded, as OpenTelemetry writes them. */
export const headersOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1))] as const]
    })
  )

/** Answers are read to their end, which gives the connection back, and not waited for without end. */
const patient = HttpClient.transform((answer: ReturnType<HttpClient.HttpClient["execute"]>, request) =>
  answer.pipe(
    Effect.tap((response) => Effect.ignore(response.text)),
    Effect.timeoutFail({
      duration: longestExport,
      onTimeout: () =>
        new HttpClientError.RequestError({ request, reason: "Transport", description: "the collector does not answer" })
    })
  )
)

const client = (calls: CallSettings): Layer.Layer<HttpClient.HttpClient, ConfigurationError> =>
  Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, patient)).pipe(
    Layer.provide(HttpAgent.layerOf(calls))
  )

/** The state is asked hundreds of times a pass: its statements would hide all else. */
const withoutStatements = Layer.unwrapEffect(
  Effect.map(Effect.tracer, (exported) => {
    const unseen = Context.get(DefaultServices.liveServices, Tracer.Tracer)
    return Layer.setTracer(
      Tracer.make({
        context: (f, fiber) => exported.context(f, fiber),
        span: (name, ...rest) => (name.startsWith("sql.") ? unseen : exported).span(name, ...rest)
      })
    )
  })
)

/**
 * Sends what is traced, counted and logged while it lasts. A collector that is away costs nothing but its telemetry: what cannot be
 * sent is dropped.
 */
export const layer = (otlp: OtlpSettings | undefined, calls: CallSettings): Layer.Layer<never, ConfigurationError> =>
  otlp === undefined
    ? Layer.empty
    : Otlp.layerJson({
        baseUrl: otlp.endpoint.href,
        resource: { serviceName: otlp.serviceName, serviceVersion: version },
        headers: otlp.headers === undefined ? {} : headersOf(Redacted.value(otlp.headers)),
        shutdownTimeout: longestGoodbye
      }).pipe(Layer.provide(client(calls)), (exporting) => Layer.provideMerge(withoutStatements, exporting))
