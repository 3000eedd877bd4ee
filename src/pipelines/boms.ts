/**
 * Bills of material, part by part: each component as a relationship, and all of a part as its sequence.
 */
import { Effect, Schema, Stream } from "effect"
import { BomComponent, bomRelationship, bomSequence } from "../domain/records/BomComponent.js"
import type { Part } from "../domain/records/Part.js"
import { fingerprintOf, type SweepObject } from "../domain/SweepObject.js"
import { FlowRun } from "./FlowRun.js"
import { plexKeys } from "./plexKeys.js"
import { flow } from "./runFlow.js"
import { map } from "./stages/map.js"
import { tallied } from "./stages/read.js"
import { asSet, listOfObject } from "./stages/sets.js"
import { toSequences } from "./stages/sequences.js"
import { sweep } from "./stages/sweep.js"
import { SetReplacement, type ShownMembers } from "./stages/replace.js"
import { toCdf } from "./stages/write.js"

const SweptPart = Schema.parseJson(Schema.Struct({ id: Schema.String, number: Schema.NullOr(Schema.String) }))

/** A part as the sweep needs it; whatever of it changes makes its bill of material worth a look. */
export const partToSweep = (part: Part): SweepObject | undefined =>
  part.id
    ? {
        key: part.id,
        fingerprint: fingerprintOf(JSON.stringify(part)),
        content: JSON.stringify({ id: part.id, number: part.number ?? null }),
        again: true
      }
    : undefined

export const boms = flow(
  "boms",
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const { ids } = facility
    const sequence = bomSequence(facility)
    const replacement = new SetReplacement()
    const shown = (
      parts: ReadonlyArray<{ readonly id: string; readonly keys: ReadonlyArray<string> }>
    ): ShownMembers => ({
      kind: "relationships",
      sets: parts.map(({ id, keys }) => ({ key: id, keys, sequence: ids.of("bom", id) })),
      idOf: (key) => ids.of("bom", key),
      // Of a relationship the ledger knows both ends; the first is the part.
      ownersOf: (rows) => {
        const ends = rows.flatMap(({ externalId, links: [part] }) => (part === undefined ? [] : [{ externalId, part }]))
        return Effect.map(
          plexKeys(
            ids,
            "part",
            ends.map(({ part }) => part)
          ),
          (keys) => new Map(ends.map(({ externalId, part }) => [externalId, keys.get(part) ?? ""]))
        )
      }
    })
    yield* sweep({
      content: SweptPart,
      read: ({ id }) => tallied(listOfObject("/engineering/v1/boms", { partId: id })).pipe(asSet(BomComponent)),
      sizeOf: ({ records }) => records.length,
      write: (sets) =>
        Effect.gen(function* () {
          yield* Stream.fromIterable(sets.flatMap(({ set }) => set.records)).pipe(
            map(bomRelationship),
            toCdf("relationships")
          )
          yield* Stream.fromIterable(sets).pipe(
            Stream.filter(({ set }) => set.records.length > 0),
            Stream.map(({ object, set }) => sequence(object, set.records)),
            toSequences
          )
          return yield* replacement.members(shown(sets.map(({ object, set }) => ({ ...object, keys: set.keys }))))
        }),
      gone: (parts) => replacement.gone(shown(parts.map((part) => ({ ...part, keys: [] })))),
      listed: { relationships: "bom", sequences: "bom" }
    })
  }),
  { sweep: true }
)
