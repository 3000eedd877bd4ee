import { setTimeout as pause } from "node:timers/promises"
import { toJson } from "../plant/Json.js"
import type { Row } from "../plant/Plant.js"
import { json } from "../Reply.js"
import type { Reply } from "../Reply.js"

/** Rows are serialised this many at a time: a body of 60 MB never exists as one text. */
const rowsPerPiece = 250

/** The one answer to a bad or expired key, a wrong tenant and a product without subscription. */
export const notAuthenticated: Reply = json(401, {
  code: "REQUEST_NOT_AUTHENTICATED",
  message: "The request could not be authenticated."
})

/** No such route, or no such record. */
export const notFound: Reply = json(404, {
  code: "RESOURCE_NOT_FOUND",
  message: "The requested resource could not be found."
})

/** A body that cannot be read, or a feature the tenant does not have; without `errors`. */
export const malformed = (message: string): Reply => json(400, { code: "REQUEST_MALFORMED", message })

/** Arguments that are missing or not what they must be. */
export const invalid = (messages: ReadonlyArray<string>): Reply =>
  json(400, {
    code: "REQUEST_VALIDATION_FAILED",
    message: "The request could not be validated.",
    errors: messages.map((message) => ({ code: "ARGUMENT_INVALID", message }))
  })

/** The method is not one of the path's; `violation` when the caller tried to write. */
export const methodNotAllowed = (allow: string, violation: string | undefined): Reply => ({
  ...json(405, { code: "METHOD_NOT_ALLOWED", message: "The method is not allowed." }, { allow }),
  violation
})

function* pieces(rows: ReadonlyArray<Row>): Generator<string> {
  yield "["
  for (let at = 0; at < rows.length; at += rowsPerPiece) {
    const piece = toJson(rows.slice(at, at + rowsPerPiece)).slice(1, -1)
    yield at === 0 ? piece : `,${piece}`
  }
  yield "]"
}

async function* after(milliseconds: number, body: Iterable<string>): AsyncGenerator<string> {
  await pause(milliseconds)
  yield* body
}

/** A bare array, streamed; its first byte comes `firstByte` milliseconds after the headers. */
export const list = (rows: ReadonlyArray<Row>, firstByte: number): Reply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: firstByte > 0 ? after(firstByte, pieces(rows)) : pieces(rows)
})

/** A bare object. */
export const record = (row: Row): Reply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: toJson(row)
})
