import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:http"
import { readLogs, readMetrics, readTraces } from "../support/OtlpProtocol.js"
import { leaksIn, onePass, startSandbox } from "../support/SandboxProcess.js"
import { startServed } from "../support/Served.js"

interface Received {
  readonly path: string
  readonly authorization: string | undefined
  readonly contentType: string | undefined
  readonly body: string
}

/** A collector on loopback; `answer` is the status of all its answers, nothing for one that never gives any. */
const collector = (answer: number | undefined) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly received: ReadonlyArray<Received>; readonly close: () => void }>(
      (resume) => {
        const received: Array<Received> = []
        const server = createServer((request, response) => {
          let body = ""
          request.setEncoding("utf8")
          request.on("data", (piece: string) => (body += piece))
          request.on("end", () => {
            const { authorization, "content-type": contentType } = request.headers
            received.push({ path: request.url ?? "", authorization, contentType, body })
            if (answer !== undefined) response.writeHead(answer, { "content-type": "application/json" }).end("{}")
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" ? address?.port : undefined
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, received, close }))
        })
      }
    ),
    ({ close }) => Effect.sync(close)
  )

const size = { parts: 3, jobs: 4, openJobs: 2 }

const told = (received: ReadonlyArray<Received>, path: string): ReadonlyArray<string> =>
  received.filter((one) => one.path === path).map(({ body }) => body)

const namesIn = (received: ReadonlyArray<Received>): ReadonlyArray<string> =>
  told(received, "/v1/metrics").flatMap((body) =>
    readMetrics(body).resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap((scope) => scope.metrics.map(({ name }) => name))
    )
  )

describe("Telemetry", { timeout: 120_000 }, () => {
  it.scopedLive("arrives at a collector as OTLP publishes it, names what it is of, and holds no secret", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector(200)
      const sandbox = yield* startSandbox({ size })
      const { code, stderr } = yield* onePass(sandbox, ["--only", "master-data"], {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20sentinel-otlp-3f",
        OTEL_SERVICE_NAME: "plex-cdf-test",
        LOG_LEVEL: "debug"
      })
      assert.strictEqual(code, 0, stderr)
      for (const { authorization, contentType } of received) {
        assert.strictEqual(authorization, "Bearer sentinel-otlp-3f")
        assert.strictEqual(contentType, "application/json")
      }
      const traces = told(received, "/v1/traces").map((body) => readTraces(body))
      const logs = told(received, "/v1/logs").map((body) => readLogs(body))

      const services = traces.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ resource }) =>
          (resource.attributes ?? []).flatMap(({ key, value }) => (key === "service.name" ? [value.stringValue] : []))
        )
      )
      assert.deepStrictEqual([...new Set(services)], ["plex-cdf-test"])

      const spans = traces.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
      )
      const calls = spans.filter(({ name }) => name === "GET /mdm/v1/parts")
      assert.strictEqual(calls.length, sandbox.journal.entries({ server: "plex", path: "/mdm/v1/parts" }).length)
      assert.isEmpty(spans.filter(({ name }) => name.startsWith("sql.")))
      const byId = new Map(spans.map((span) => [span.spanId, span]))
      const ancestors = (id: string | undefined): ReadonlyArray<string> => {
        const span = byId.get(id ?? "")
        return span === undefined ? [] : [span.name, ...ancestors(span.parentSpanId)]
      }
      assert.includeMembers([...ancestors(calls[0]?.parentSpanId)], ["flow parts", "extractor master-data", "pass"])

      const lines = logs.flatMap(({ resourceLogs }) =>
        resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((scope) => scope.logRecords))
      )
      assert.include(
        lines.map(({ body }) => body?.stringValue),
        "GET /mdm/v1/parts"
      )
      assert.include(namesIn(received), "plex_cdf_id_lookups_total")
      const all = received.map(({ body }) => body).join("\n")
      assert.deepStrictEqual(leaksIn(sandbox, all, ["sentinel-otlp-3f"]), [])
    })
  )

  it.scopedLive("of a resident process tells its gauges too, whether or not it serves them", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector(200)
      const sandbox = yield* startSandbox({ size })
      const { process } = yield* startServed(sandbox, {
        ENABLE_JOBS_EXTRACTOR: "false",
        OTEL_EXPORTER_OTLP_ENDPOINT: url
      })
      process.kill("SIGTERM")
      assert.strictEqual((yield* Effect.promise(() => process.ended)).code, 0)
      assert.includeMembers([...namesIn(received)], ["plex_cdf_active", "plex_cdf_event_loop_delay_max_seconds"])
    })
  )

  for (const [what, answer] of [
    ["refuses it", 500],
    ["never answers", undefined]
  ] as const) {
    it.scopedLive(`costs the pass nothing where the collector ${what}`, () =>
      Effect.gen(function* () {
        const { received, url } = yield* collector(answer)
        const sandbox = yield* startSandbox({ size })
        const { code, stderr } = yield* onePass(sandbox, ["--only", "master-data"], {
          OTEL_EXPORTER_OTLP_ENDPOINT: url
        })
        assert.strictEqual(code, 0, stderr)
        assert.isNotEmpty(received)
      })
    )
  }

  it("would not be taken for OTLP with a field that the protocol does not know", () => {
    const span = { traceId: "a".repeat(32), spanId: "b".repeat(16), name: "x", kind: 1 }
    const request = (more: object) =>
      JSON.stringify({
        resourceSpans: [
          {
            resource: {},
            scopeSpans: [
              {
                scope: { name: "s" },
                spans: [{ ...span, startTimeUnixNano: "1", endTimeUnixNano: "2", ...more }]
              }
            ]
          }
        ]
      })
    assert.doesNotThrow(() => readTraces(request({})))
    for (const wrong of [
      { colour: "red" },
      { traceId: "xyz" },
      { kind: "SPAN_KIND_CLIENT" },
      { endTimeUnixNano: 1.5 }
    ]) {
      assert.throws(() => readTraces(request(wrong)))
    }
  })
})
