/**
 * Records as JSON, as Plex may send them for a schema: before decoding, so that what was sent can be compared with what is written.
 */
import { FastCheck, type Schema } from "effect"
import { flag, instant, number, opaque, text, texts } from "../../src/domain/plex/Fields.js"
import { wireInstant, wireNumber, wireText } from "./PlexRecords.js"

const wireByField = new Map<unknown, FastCheck.Arbitrary<unknown>>([
  [text, wireText],
  [number, wireNumber],
  [instant, wireInstant],
  [flag, FastCheck.constantFrom(true, false, "true", "FALSE", 0, 1)],
  [texts, FastCheck.array(FastCheck.oneof(wireText, FastCheck.constant(null)), { maxLength: 4 })],
  [opaque, FastCheck.jsonValue()]
])

/** JSON objects with these fields: each absent, null or a value; `given` says what fields of other kinds hold. */
export const wireRecord = (
  fields: Schema.Struct.Fields,
  given: Readonly<Record<string, FastCheck.Arbitrary<unknown>>> = {}
): FastCheck.Arbitrary<Record<string, unknown>> => {
  const shape: Record<string, FastCheck.Arbitrary<unknown>> = {}
  for (const [name, field] of Object.entries(fields)) {
    const wire = given[name] ?? wireByField.get(field)
    if (wire === undefined) throw new Error(`${name}: no wire form is known`)
    shape[name] = FastCheck.option(wire, { freq: 6 })
  }
  return FastCheck.record(shape, { requiredKeys: [] })
}
