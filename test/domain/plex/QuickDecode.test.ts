import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Schema } from "effect"
import { flag, instant, list, nested, number, opaque, text, texts } from "../../../src/domain/plex/Fields.js"
import { decodeRecord } from "../../../src/domain/plex/QuickDecode.js"
import { Checksheet } from "../../../src/domain/records/Checksheet.js"
import { Container } from "../../../src/domain/records/Container.js"
import { Job } from "../../../src/domain/records/Job.js"
import { Part } from "../../../src/domain/records/Part.js"
import { Problem } from "../../../src/domain/records/Problem.js"
import { ProductionEntry } from "../../../src/domain/records/ProductionEntry.js"
import { wireRecord } from "../../support/WireRecords.js"

/** A field of each kind. */
const Everything = Schema.Struct({
  name: text,
  amount: number,
  active: flag,
  moment: instant,
  words: texts,
  anything: opaque,
  inner: nested(Schema.Struct({ name: text })),
  inners: list(Schema.Struct({ amount: number }))
})

/** What is sent where something else is expected, the unusual ways of writing what is expected among it. */
const anyValue = FastCheck.oneof(
  FastCheck.jsonValue(),
  FastCheck.constantFrom(
    undefined,
    "",
    " ",
    "true",
    "FALSE",
    0,
    1,
    -0,
    1e21,
    0.1,
    Infinity,
    -Infinity,
    Number.NaN,
    "12.50",
    "1e3",
    "2026-02-30T10:00:00Z",
    "2026-02-28T10:00Z",
    "2026-02-28T10:00:00.1234567+0130",
    "9007199254740993"
  )
)

const anyRecord = (fields: Schema.Struct.Fields) =>
  FastCheck.tuple(
    wireRecord(fields, { inner: FastCheck.jsonValue(), inners: FastCheck.jsonValue() }),
    FastCheck.dictionary(FastCheck.constantFrom(...Object.keys(fields), "unknownField", "__proto__"), anyValue, {
      maxKeys: 2
    })
  ).map(([usual, odd]): unknown => ({ ...usual, ...odd }))

const agrees = <A, I>(name: string, schema: Schema.Schema<A, I> & { readonly fields: Schema.Struct.Fields }): void => {
  const slow = Schema.decodeUnknownEither(schema)
  const quick = decodeRecord(schema)
  it.prop(
    `makes of any ${name} what its schema makes of it, and refuses what its schema refuses`,
    [FastCheck.oneof({ weight: 9, arbitrary: anyRecord(schema.fields) }, anyValue)],
    ([record]) => {
      const expected = slow(record)
      const made = quick(record)
      if (Either.isRight(expected)) assert.deepStrictEqual(Either.getOrThrow(made), expected.right)
      else assert.strictEqual(String(Either.getOrThrow(Either.flip(made))), String(expected.left))
    },
    { fastCheck: { numRuns: 500 } }
  )
}

describe("decodeRecord", () => {
  agrees("record with fields of each kind", Everything)
  agrees("part", Part)
  agrees("job", Job)
  agrees("container", Container)
  agrees("production entry", ProductionEntry)
  agrees("problem, of whose columns others may matter to a tenant", Problem)
  agrees("checksheet, likewise", Checksheet)

  it("asks the schema nothing of a record that is written as most are", () => {
    let asked = 0
    const Watched = Schema.Struct({ id: text, quantity: number, created: instant, active: flag })
    const decode = decodeRecord(
      Object.assign(
        Schema.transform(Schema.Unknown, Schema.Unknown, {
          strict: true,
          decode: (record) => {
            asked += 1
            return record
          },
          encode: (record) => record
        }),
        { fields: Watched.fields }
      )
    )
    decode({ id: "1", quantity: 0.5, created: "2026-02-28T10:00:00Z", active: true, more: [] })
    decode({ id: null })
    assert.strictEqual(asked, 0)
    decode({ id: 1 })
    assert.strictEqual(asked, 1)
  })
})
