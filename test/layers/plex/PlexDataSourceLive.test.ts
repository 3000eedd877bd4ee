import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Stream, TestClock } from "effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { PlexError } from "../../../src/domain/Errors.js"
import { toPlexTime } from "../../../src/domain/Instant.js"
import type { TimeSlice } from "../../../src/domain/TimeSlice.js"
import { layerAbsent } from "../../../src/layers/plex/PlexDataSourceLive.js"
import { type DataSource, PlexDataSource } from "../../../src/services/PlexDataSource.js"
import { type FakeAnswer, fakeClient } from "../http/FakeClient.js"
import { dataSourceOver } from "./PlexFixture.js"

const inAnHour = <A>(effect: Effect.Effect<A, PlexError>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.either(effect))
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

const answering = (...answers: ReadonlyArray<() => FakeAnswer>) => {
  const { asked, client } = fakeClient(...answers)
  return { asked, source: dataSourceOver(client) }
}
const body =
  (text: string, status = 200) =>
  () =>
    new Response(text, { status })
const json = (value: unknown, status = 200) => body(JSON.stringify(value), status)
const refused = (code: string, status: number) =>
  json({ errors: [{ code, message: "Words that change." }], transactionNo: "1" }, status)
const sent = (request: { readonly body: { readonly _tag: string } } | undefined) =>
  request?.body._tag === "Uint8Array" && "body" in request.body && request.body.body instanceof Uint8Array
    ? Buffer.from(request.body.body).toString()
    : undefined

const format2 = { outputs: {}, rows: [{ Part_Key: 1 }], rowLimitedExceeded: false, transactionNo: "77" }
const table = { columns: ["Part_Key", "Part_No"], rows: [[1, "A"], [2]] }

describe("PlexDataSource.execute", () => {
  it.effect("posts the bare inputs with the account's name, as plain JSON", () =>
    Effect.gen(function* () {
      const { asked, source } = answering(json(format2))
      const answer = yield* source.execute("checksheets", { Date_Begin: "2026-06-11T00:00:00Z", Max: 5 })
      assert.deepStrictEqual(answer, { rows: [{ Part_Key: 1 }], truncated: false, transactionNo: "77" })
      const [call] = asked
      assert.strictEqual(call?.url, "https://ra-process.on.plex.test/api/datasources/4142/execute?format=2")
      assert.strictEqual(call?.request.method, "POST")
      const authorization = `Basic ${Buffer.from("DemoWs@plex.com:pässword-sentinel").toString("base64")}`
      assert.strictEqual(call?.request.headers["authorization"], authorization)
      assert.strictEqual(call?.request.headers["content-type"], "application/json")
      assert.strictEqual(sent(call?.request), '{"Date_Begin":"2026-06-11T00:00:00Z","Max":5}')
    })
  )

  it.effect("reads the default format too, by the position of the cells", () =>
    Effect.gen(function* () {
      const { source } = answering(json({ outputs: {}, tables: [table], transactionNo: 12 }))
      assert.deepStrictEqual(yield* source.execute("problems", {}), {
        rows: [
          { Part_Key: 1, Part_No: "A" },
          { Part_Key: 2, Part_No: undefined }
        ],
        truncated: false,
        transactionNo: "12"
      })
    })
  )

  it.effect("finds no rows where there is no table", () =>
    Effect.gen(function* () {
      const { source } = answering(json({ outputs: { Name: "x" }, tables: [], transactionNo: "1" }))
      assert.deepStrictEqual((yield* source.execute("problems", {})).rows, [])
    })
  )

  for (const [place, answer] of Object.entries({
    "at the top of rows": { ...format2, rowLimitedExceeded: true },
    "at the top of rows, in the other word": { rows: [], limitExceeded: true },
    "in the table": { tables: [{ ...table, rowLimitedExceeded: true }] },
    "in the table, in the other word": { tables: [{ ...table, rowLimitedExceeded: null, limitExceeded: true }] },
    "above the table": { tables: [table], rowLimitedExceeded: true }
  })) {
    it.effect(`sees that the answer was cut, said ${place}`, () =>
      Effect.gen(function* () {
        const { source } = answering(json(answer))
        assert.isTrue((yield* source.execute("problems", {})).truncated)
      })
    )
  }

  it.effect("gives numbers longer than a double as text", () =>
    Effect.gen(function* () {
      const { source } = answering(body(`{"rows":[{"Key":9007199254740993}],"transactionNo":12345678901234567890}`))
      assert.deepStrictEqual(yield* source.execute("problems", {}), {
        rows: [{ Key: "9007199254740993" }],
        truncated: false,
        transactionNo: "12345678901234567890"
      })
    })
  )

  for (const [code, status, reason] of [
    ["DATA_SOURCE_ACCESS_DENIED", 403, "Forbidden"],
    ["DATA_SOURCE_API_ACCESS_DENIED", 400, "Forbidden"],
    ["CUSTOMER_ACCESS_DENIED", 200, "Forbidden"],
    ["USER_ACCESS_DENIED", 403, "Forbidden"],
    ["DATA_SOURCE_INPUT_NOT_FOUND", 400, "Refused"],
    ["DATA_SOURCE_INPUT_FORMAT_INVALID", 200, "Refused"],
    ["DATA_SOURCE_NOT_FOUND", 400, "NotFound"],
    ["METHOD_NOT_ALLOWED", 405, "Refused"],
    ["REQUEST_PROCESSING_ERROR", 200, "Unavailable"],
    ["SOMETHING_NEW", 403, "Forbidden"],
    ["SOMETHING_NEW", 200, "Refused"]
  ] as const) {
    it.effect(`takes ${code} with ${status} for: ${reason}`, () =>
      Effect.gen(function* () {
        const { source } = answering(refused(code, status))
        const result = yield* inAnHour(source.execute("problems", {}))
        assert.deepInclude(Either.isLeft(result) ? result.left : {}, { reason, status })
        assert.include(Either.isLeft(result) ? result.left.detail : "", code)
      })
    )
  }

  for (const wrong of ["<html>", "", "[]", "{}", '{"rows":3}', '{"rows":[[1]]}', '{"tables":[{"rows":[]}]}']) {
    it.effect(`does not take ${JSON.stringify(wrong)} for an answer`, () =>
      Effect.gen(function* () {
        const { asked, source } = answering(body(wrong))
        const result = yield* inAnHour(source.execute("problems", {}))
        assert.strictEqual(Either.isLeft(result) ? result.left.reason : "", "WrongBody")
        assert.strictEqual(asked.length, 4)
      })
    )
  }

  it.effect("shows no credentials, whatever Plex repeats", () =>
    Effect.gen(function* () {
      const basic = Buffer.from("DemoWs@plex.com:pässword-sentinel").toString("base64")
      for (const status of [200, 403]) {
        const { source } = answering(json({ errors: [{ code: "X", message: `pässword-sentinel ${basic}` }] }, status))
        const shown = JSON.stringify(yield* inAnHour(source.execute("problems", {})))
        assert.include(shown, "<redacted>")
        assert.notInclude(shown, "sentinel")
        assert.notInclude(shown, basic)
      }
    })
  )

  it.live("reads the password again after a 401", () =>
    Effect.gen(function* () {
      const file = join(mkdtempSync(join(tmpdir(), "plex-ds-")), "password")
      writeFileSync(file, "renewed\r\n")
      const { asked, client } = fakeClient(refused("REQUEST_NOT_AUTHENTICATED", 401), json(format2))
      yield* dataSourceOver(client, { passwordFile: file }).execute("problems", {})
      const authorization = asked[1]?.request.headers["authorization"]
      assert.strictEqual(authorization, `Basic ${Buffer.from("DemoWs@plex.com:renewed").toString("base64")}`)
    })
  )

  it.effect("calls no source that is not one of those that read, whatever the types say", () =>
    Effect.gen(function* () {
      const { asked, source } = answering(json(format2))
      for (const name of ["18766", "toString"]) {
        const result = yield* Effect.either(source.execute(name as DataSource, {}))
        assert.strictEqual(Either.isLeft(result) ? result.left.reason : "", "Refused")
      }
      assert.strictEqual(asked.length, 0)
    })
  )
})

describe("PlexDataSource.window", () => {
  const begin = Date.UTC(2026, 5, 11)
  const inputs = (slice: TimeSlice) => ({ Begin: toPlexTime(slice.begin), End: toPlexTime(slice.end) })

  /** A source with a row each `every` milliseconds that gives at most `limit` of them. */
  const limited = (every: number, limit: number) => {
    const slices: Array<TimeSlice> = []
    const { asked, client } = fakeClient(() => {
      const { Begin, End } = JSON.parse(sent(asked.at(-1)?.request) ?? "") as { Begin: string; End: string }
      const slice = { begin: Date.parse(Begin), end: Date.parse(End) }
      slices.push(slice)
      const rows: Array<unknown> = []
      for (let at = Math.ceil(slice.begin / every) * every; at < slice.end; at += every) rows.push({ at })
      return Response.json({ rows: rows.slice(0, limit), rowLimitedExceeded: rows.length > limit })
    })
    return { slices, source: dataSourceOver(client) }
  }

  it.effect("halves what is cut until it is whole, and gives every row once, in order", () =>
    Effect.gen(function* () {
      const { slices, source } = limited(60_000, 10)
      const rows = yield* inAnHour(
        Stream.runCollect(source.window("checksheets", { begin, end: begin + 67 * 60_000 }, inputs))
      )
      assert.deepStrictEqual(
        Either.isRight(rows) ? [...rows.right] : [],
        Array.from({ length: 67 }, (_, n) => ({ at: begin + n * 60_000 }))
      )
      assert.isTrue(slices.every((slice) => slice.begin % 60_000 === 0 && slice.end % 60_000 === 0))
    })
  )

  it.effect("fails by name when a minute holds more than Plex gives", () =>
    Effect.gen(function* () {
      const { source } = limited(1_000, 10)
      const result = yield* inAnHour(
        Stream.runCollect(source.window("checksheets", { begin, end: begin + 4 * 60_000 }, inputs))
      )
      assert.isTrue(Either.isLeft(result) && result.left.category === "data")
      assert.include(
        Either.isLeft(result) ? result.left.detail : "",
        "between 2026-06-11T00:00:00Z and 2026-06-11T00:01:00Z"
      )
    })
  )
})

describe("PlexDataSource.inputs", () => {
  it.effect("gives the inputs that the metadata of the source names", () =>
    Effect.gen(function* () {
      const inputs = [
        { name: "Start_Date", type: "date", required: true, nullable: false },
        { name: "Part_No", type: "string" }
      ]
      const { asked, source } = answering(
        json({ id: 19938, name: "Problem_Logs_Get", inputs, outputs: [], columns: [] })
      )
      assert.deepStrictEqual(yield* source.inputs("problems"), [
        { name: "Start_Date", type: "date", required: true },
        { name: "Part_No", type: "string", required: false }
      ])
      const [call] = asked
      assert.strictEqual(call?.url, "https://ra-process.on.plex.test/api/datasources/19938")
      assert.strictEqual(call?.request.method, "GET")
    })
  )

  for (const text of ["", "<html>Sign in</html>", '{"inputs":[']) {
    it.effect(`fails where ${text === "" ? "nothing" : text} is in place of the metadata`, () =>
      Effect.gen(function* () {
        const { source } = answering(...Array.from({ length: 20 }, () => () => new Response(text)))
        const asking = yield* Effect.fork(Effect.flip(source.inputs("problems")))
        yield* TestClock.adjust("1 hour")
        const failure = yield* Fiber.join(asking)
        assert.strictEqual(failure.reason, "WrongBody")
        assert.include(failure.operation, "metadata")
      })
    )
  }

  it.effect("gives none where the metadata are of another shape", () =>
    Effect.gen(function* () {
      const { source } = answering(json([]))
      assert.deepStrictEqual(yield* source.inputs("problems"), [])
    })
  )
})

describe("PlexDataSource without credentials", () => {
  it.effect("fails every call, and says what to set", () =>
    Effect.gen(function* () {
      const source = yield* PlexDataSource
      const one = yield* Effect.flip(source.execute("problems", {}))
      const all = yield* Effect.flip(Stream.runDrain(source.window("problems", { begin: 0, end: 60_000 }, () => ({}))))
      for (const failure of [one, all]) {
        assert.strictEqual(failure.reason, "Unauthenticated")
        assert.include(failure.detail, "no data source credentials")
      }
    }).pipe(Effect.provide(layerAbsent))
  )
})
