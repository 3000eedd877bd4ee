/**
 * Sequences with their rows: the set of rows is replaced as a whole, and confirmed together with its sequence.
 */
import { Chunk, Effect, flow, Stream } from "effect"
import type { SequenceDraft } from "../../domain/cdf/Draft.js"
import type { Row } from "../../domain/cdf/Resource.js"
import type { CdfError, StateError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import { inStage } from "../../services/Pulse.js"
import { besideRecords, FlowRun } from "../FlowRun.js"
import { type Changed, compare } from "./compare.js"
import { link } from "./link.js"
import { sendEach } from "./sendEach.js"
import { confirming, type Sink, writeChunk, type Written } from "./write.js"

const sameRows = (wanted: ReadonlyArray<Row>, held: ReadonlyArray<Row>): boolean =>
  JSON.stringify(wanted) === JSON.stringify(held)

/** Rows that CDF holds beyond the wanted ones. */
const surplus = (wanted: ReadonlyArray<Row>, held: ReadonlyArray<Row>): ReadonlyArray<number> => {
  const numbers = new Set(wanted.map(({ rowNumber }) => rowNumber))
  return held.map(({ rowNumber }) => rowNumber).filter((rowNumber) => !numbers.has(rowNumber))
}

/**
 * Brings the rows of a chunk of sequences to what they are to be; those of new sequences are not read first. A sequence whose
 * rows CDF will not take counts as refused.
 */
const writeRows = (written: Written<"sequences">) =>
  Effect.gen(function* () {
    const { chunk, outcome } = written
    const cdf = yield* Cdf
    const { tally } = yield* FlowRun
    const { cdf: settings } = yield* AppConfig
    const drafts = (accepted: typeof outcome.created): ReadonlyArray<SequenceDraft> =>
      accepted.flatMap(({ externalId }) => chunk.get(externalId)?.linked.draft ?? [])
    const existing = yield* Effect.forEach(
      drafts([...outcome.updated, ...outcome.unchanged]),
      (draft) => Effect.map(cdf.rows(draft.externalId, draft.columns), (held) => ({ draft, held })),
      { concurrency: settings.concurrency }
    )
    const differing = existing.filter(({ draft, held }) => !sameRows(draft.rows, held))
    const toWrite = [...drafts(outcome.created), ...differing.map(({ draft }) => draft)]
    const refused = yield* sendEach(
      toWrite.filter(({ rows }) => rows.length > 0),
      cdf.insertRows
    )
    const left = new Set(refused.map(({ item }) => item.externalId))
    yield* cdf.deleteRows(
      differing
        .filter(({ draft }) => !left.has(draft.externalId))
        .map(({ draft, held }) => ({ externalId: draft.externalId, rowNumbers: surplus(draft.rows, held) }))
        .filter(({ rowNumbers }) => rowNumbers.length > 0)
    )
    tally.add("sequences", toWrite.length - left.size)
    const taken = (accepted: typeof outcome.created) => accepted.filter(({ externalId }) => !left.has(externalId))
    return {
      ...written,
      outcome: {
        created: taken(outcome.created),
        updated: taken(outcome.updated),
        unchanged: taken(outcome.unchanged),
        refused: [
          ...outcome.refused,
          ...refused.map(({ error, item }) => ({ externalId: item.externalId, reason: error.detail, missing: [] }))
        ]
      }
    }
  })

const writeSequences = <E, R>(
  changes: Stream.Stream<Changed<"sequences">, E, R>
): Effect.Effect<void, E | CdfError | StateError, R | Sink> =>
  Effect.flatMap(AppConfig, ({ cdf: { batchSize } }) =>
    changes.pipe(
      Stream.rechunk(batchSize),
      Stream.chunks,
      Stream.runForEach((chunk) =>
        inStage("write")(confirming(Effect.flatMap(writeChunk("sequences", Chunk.toReadonlyArray(chunk)), writeRows)))
      )
    )
  )

/** link → compare → write with rows → confirm, beside the records of the flow. */
export const toSequences: <E, R>(
  drafts: Stream.Stream<SequenceDraft, E, R>
) => Effect.Effect<void, E | CdfError | StateError, R | Sink> = flow(
  link("sequences"),
  compare("sequences"),
  writeSequences,
  besideRecords
)
