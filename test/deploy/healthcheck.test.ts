import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { promisify } from "node:util"

const script = "deploy/docker/healthcheck.mjs"
const run = promisify(execFile)

/** Exit code of the check in this environment. */
const verdict = (environment: Readonly<Record<string, string>>) =>
  Effect.promise(() =>
    run(process.execPath, [script], { env: environment }).then(
      () => 0,
      ({ code }: { readonly code?: number }) => code
    )
  )

/** A server on a free port that answers so, until the scope closes. */
const answering = (status: number, host = "127.0.0.1") =>
  Effect.acquireRelease(
    Effect.async<{ readonly port: string; readonly close: () => void; readonly asked: Array<string> }>((resume) => {
      const asked: Array<string> = []
      const server = createServer((request, response) => {
        asked.push(request.url ?? "")
        response.writeHead(status).end("{}")
      })
      const isAddress = (address: AddressInfo | string | null): address is AddressInfo => typeof address === "object"
      server.listen(0, host, () => {
        const address = server.address()
        const port = isAddress(address) ? String(address.port) : ""
        resume(Effect.succeed({ port, asked, close: () => server.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

describe("the health check of the image", () => {
  it.scopedLive("is well when /livez says so", () =>
    Effect.gen(function* () {
      const { asked, port } = yield* answering(200)
      assert.strictEqual(yield* verdict({ HTTP_PORT: port, HTTP_HOST: "0.0.0.0" }), 0)
      assert.deepStrictEqual(asked, ["/livez"])
    })
  )

  it.scopedLive("is ill when /livez says 503", () =>
    Effect.gen(function* () {
      const { port } = yield* answering(503)
      assert.strictEqual(yield* verdict({ HTTP_PORT: port }), 1)
    })
  )

  it.scopedLive("is ill when nobody answers", () =>
    Effect.gen(function* () {
      const { close, port } = yield* answering(200)
      close()
      assert.strictEqual(yield* verdict({ HTTP_PORT: port }), 1)
    })
  )

  it.scopedLive("asks at the address that the server listens on", () =>
    Effect.gen(function* () {
      const { asked, port } = yield* answering(200, "127.0.0.2")
      assert.strictEqual(yield* verdict({ HTTP_PORT: port, HTTP_HOST: "127.0.0.2" }), 0)
      assert.deepStrictEqual(asked, ["/livez"])
    })
  )

  it.scopedLive("is well where no server is wanted", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* verdict({ HTTP_PORT: "0" }), 0)
    })
  )
})
