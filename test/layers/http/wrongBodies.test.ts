/**
 * A 200 whose body is not what the endpoint gives: an error that names the endpoint, whoever reads it, and never "no rows".
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, type Scope, Stream } from "effect"
import { gzipSync } from "node:zlib"
import type { RemoteError } from "../../../src/domain/Errors.js"
import { CalledBy, type Caller } from "../../../src/services/CalledBy.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { cdfOver } from "../cdf/Sandboxed.js"
import { settings } from "../cdf/Settings.js"
import { apiKey, dataSourceOver, password, plexOver } from "../plex/PlexFixture.js"
import { fakeClient } from "./FakeClient.js"

const token = "token-sentinel"

/** One try. */
const calls = { ...settings.calls, maxRetries: 0 }

/** One of those who read bodies. */
interface Reader {
  readonly endpoint: string
  /** Asks once, and counts what it is given. */
  readonly read: (body: () => Response) => Effect.Effect<number, RemoteError, Scope.Scope>
  /** A good answer that holds one row with this text. */
  readonly right: (text: string) => string
  readonly secret: string
}

const listReader = (caller: Caller): Reader => ({
  endpoint: "GET /mdm/v1/parts",
  read: (body) =>
    Stream.runCount(plexOver(fakeClient(body).client, {}, calls).list("/mdm/v1/parts")).pipe(
      Effect.provideService(CalledBy, caller)
    ),
  right: (text) => JSON.stringify([{ id: text }]),
  secret: apiKey
})

const readers: Readonly<Record<string, Reader>> = {
  "a list of Plex": listReader("flow"),
  "a list of one object": listReader("sweep"),
  "an answer of a data source": {
    endpoint: "data source 4142",
    read: (body) =>
      Effect.map(
        dataSourceOver(fakeClient(body).client, {}, calls).execute("checksheets", {}),
        ({ rows }) => rows.length
      ),
    right: (text) => JSON.stringify({ outputs: {}, rows: [{ Name: text }], transactionNo: "1" }),
    secret: password
  },
  "an answer of CDF": {
    endpoint: "POST /assets/byids",
    read: (body) =>
      Effect.gen(function* () {
        const { client } = fakeClient(() => Response.json({ access_token: token, expires_in: 3600 }), body)
        const cdf = yield* cdfOver({ ...settings, calls }, Layer.succeed(HttpClient.HttpClient, client))
        return (yield* cdf.byids("assets", [ExternalId.make("a")])).length
      }),
    right: (text) =>
      JSON.stringify({ items: [{ id: 1, externalId: "a", name: text, createdTime: 0, lastUpdatedTime: 0 }] }),
    secret: token
  }
}

const answer = (body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}) =>
  new Response(body, { headers: { "content-type": "application/json", ...headers } })

/** Pieces of a body as the network may cut it. */
const inPieces = (pieces: Iterable<string | Uint8Array>) => {
  const rest = Array.from(pieces, (piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : piece))
  return new ReadableStream({
    pull: (controller) => {
      const piece = rest.shift()
      if (piece === undefined) controller.close()
      else controller.enqueue(piece)
    }
  })
}

/** A MiB of one long text. */
const mebibyte = new TextEncoder().encode("x".repeat(1024 * 1024))

/** What stands in the place of an answer, and what is said of it. */
const wrongs: ReadonlyArray<readonly [string, (reader: Reader) => Response, RegExp]> = [
  ["a page", () => answer("<html><title>Sign in</title>", { "content-type": "text/html" }), /: <html><title>Sign in/],
  ["nothing", () => answer(""), /the body starts with: nothing/],
  ["blanks", () => answer(" \r\n"), /the body starts with: nothing/],
  ["the first half of an answer", ({ right }) => answer(right("x".repeat(50)).slice(0, 40)), /JSON|ended before/],
  ["an answer without its last byte", ({ right }) => answer(right("x").slice(0, -1)), /JSON|ended before/],
  ["another answer", () => answer('{"message":"come back"}'), /come back|another shape than expected at items/],
  ["null", () => answer("null"), /: null|another shape/],
  ["a text", () => answer('"ok"'), /: "ok"|another shape/],
  [
    "a compressed answer that nobody asked for",
    ({ right }) => answer(gzipSync(right("a")), { "content-encoding": "gzip" }),
    /content-encoding gzip was not asked for/
  ],
  ["a compressed answer that does not say so", ({ right }) => answer(gzipSync(right("a"))), /body starts with: \ufffd/],
  [
    "what is no gzip under its name",
    ({ right }) => answer(right("a"), { "content-encoding": "gzip" }),
    /content-encoding gzip was not asked for/
  ],
  [
    "an answer in Latin-1",
    ({ right }) =>
      answer(Buffer.from(right("Kurbelwelle für Dieselmotor"), "latin1"), { "content-type": "application/json" }),
    /UTF-8/
  ],
  [
    "an answer in UTF-16",
    ({ right }) => answer(Buffer.from(right("a"), "utf16le"), { "content-type": "application/json; charset=utf-16" }),
    /JSON|UTF-8|more after the end/
  ],
  [
    "a text that never ends",
    () => answer(inPieces(["[", '"', ...Array.from({ length: 65 }, () => mebibyte)])),
    /64 MiB were expected, but the body starts with: \["x|longer than 16 MiB/
  ]
]

for (const [name, reader] of Object.entries(readers)) {
  describe(`${name} that is not what was asked for`, () => {
    it.scoped("would be seen where it is: a good one is read", () =>
      Effect.map(
        reader.read(() => answer(reader.right("Kurbelwelle für Dieselmotor"))),
        (rows) => assert.strictEqual(rows, 1)
      )
    )

    for (const [what, body, said] of wrongs) {
      it.scoped(`is an error that names the endpoint, for ${what}`, () =>
        Effect.gen(function* () {
          const result = yield* Effect.either(reader.read(() => body(reader)))
          const error = Either.isLeft(result) ? result.left : undefined
          assert.strictEqual(error?.reason, "WrongBody", `it gave ${Either.getOrElse(result, () => "nothing")} rows`)
          assert.include(error?.operation, reader.endpoint)
          assert.match(error?.detail ?? "", said)
          assert.isAtMost(error?.detail.length ?? 999, 300)
        })
      )
    }

    it.scoped("never shows a secret, nor the beginning of one, wherever its text is cut", () =>
      Effect.forEach(
        [...Array.from({ length: 40 }, (_, at) => " x".repeat(85 + at)), " ".repeat(285), "\n".repeat(190)],
        (before) =>
          Effect.forEach([7, reader.secret.length], (cut) =>
            Effect.gen(function* () {
              const page = `<html>${before}${reader.secret}`
              const at = page.length - reader.secret.length + cut
              const result = yield* Effect.flip(
                reader.read(() => answer(inPieces([page.slice(0, at), page.slice(at), "</html>"])))
              )
              assert.strictEqual(result.reason, "WrongBody")
              assert.notInclude(result.message, reader.secret.slice(0, 5))
            })
          )
      )
    )
  })
}
