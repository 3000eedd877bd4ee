/**
 * The state of one facility as lines of JSON, and back into any database: a header with the version, a line for each row, and a last
 * line that says how many there were, by which a file that was cut is known.
 */
import { Effect, Option, Schema, Stream } from "effect"
import { StateError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import type { Lease } from "../../services/Lease.js"
import { ProgramVersion } from "../../services/ProgramVersion.js"
import { flowCodes } from "./Codes.js"
import { makeCommit } from "./Commit.js"
import { facilityKey, facilityNumber } from "./FacilityNumber.js"
import { stateVersion } from "./Migrations.js"
import { StateDatabase } from "./StateDatabase.js"
import { told } from "./StateFailure.js"
import { type CarriedRow, carrying, type StateTable, stateTables } from "./StateTables.js"

const Header = Schema.Struct({
  /** The version of the state. */
  plexCdfState: Schema.Number,
  facility: Schema.Struct({ cdf: Schema.String, pcn: Schema.String, externalIdPrefix: Schema.String })
})
const Row = Schema.Struct({
  table: Schema.String,
  row: Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number, Schema.Null) })
})
const End = Schema.Struct({ rows: Schema.Number })

const decodeHeader = Schema.decodeUnknownOption(Schema.parseJson(Header))
const decodeLine = Schema.decodeUnknownOption(Schema.parseJson(Schema.Union(Row, End)))

/** Rows by table. */
export type RowCounts = ReadonlyMap<string, number>

export interface Exported {
  readonly rows: RowCounts
  /** Rows that were left out, as they are not what was written, or of flows that this version does not have. */
  readonly damaged: number
}

const sumOf = (rows: RowCounts): number => [...rows.values()].reduce((sum, count) => sum + count, 0)

/** Gives the lines of the facility of the settings, some at a time, all as they were at one moment. */
export const exportState = <E, R>(
  write: (lines: ReadonlyArray<string>) => Effect.Effect<void, E, R>
): Effect.Effect<Exported, E | StateError, AppConfig | StateDatabase | R> =>
  Effect.gen(function* () {
    const sql = yield* StateDatabase
    const tables = carrying(sql, yield* facilityNumber, yield* flowCodes)
    const facility = facilityKey(yield* AppConfig)
    const rows = new Map<string, number>()
    let damaged = 0
    const table = (of: StateTable) =>
      Effect.gen(function* () {
        let after: ReadonlyArray<string | number> | undefined
        do {
          const page = yield* tables.read(of, after).pipe(told("export"))
          yield* write(page.rows.map((row) => JSON.stringify({ table: of.name, row })))
          rows.set(of.name, (rows.get(of.name) ?? 0) + page.rows.length)
          damaged += page.damaged
          after = page.next
        } while (after !== undefined)
      })
    yield* write([JSON.stringify({ plexCdfState: stateVersion, program: yield* ProgramVersion, facility })])
    yield* sql
      .withTransaction(Effect.forEach(stateTables, table, { discard: true }))
      .pipe(Effect.catchTag("SqlError", (error) => told("export")(Effect.fail(error))))
    yield* write([JSON.stringify({ rows: sumOf(rows) })])
    return { rows, damaged }
  })

const refused = (detail: string) => new StateError({ operation: "import", detail })

const facilityInWords = ({ cdf, externalIdPrefix, pcn }: (typeof Header.Type)["facility"]): string =>
  `PCN ${pcn}${externalIdPrefix === "" ? "" : ` with the prefix ${externalIdPrefix}`} of ${cdf}`

/** Whether a file is of a state that this program knows, and of the facility of the settings. */
const checkHeader = (line: string | undefined) =>
  Effect.gen(function* () {
    const header = decodeHeader(line ?? "")
    if (Option.isNone(header)) return yield* refused("its first line is not that of an exported state")
    const { facility, plexCdfState } = header.value
    if (plexCdfState > stateVersion) {
      return yield* refused(
        `it was exported by a newer plex-cdf (state version ${plexCdfState}; this one knows ${stateVersion}): import it with that one`
      )
    }
    const own = facilityKey(yield* AppConfig)
    if (facilityInWords(facility) !== facilityInWords(own)) {
      return yield* refused(
        `it is of another facility: ${facilityInWords(facility)}, where the settings say ${facilityInWords(own)}`
      )
    }
  })

/** Lines whose rows go into the database together. */
const linesAtOnce = 1000

/**
 * Takes lines that `exportState` gave, as a whole or not at all. Where the facility has anything in the state already that is refused,
 * unless it is to be replaced.
 */
export const importState = <E, R>(
  lines: Stream.Stream<string, E, R>,
  { replace }: { readonly replace: boolean }
): Effect.Effect<RowCounts, E | StateError, AppConfig | Lease | StateDatabase | R> =>
  Effect.gen(function* () {
    const sql = yield* StateDatabase
    const commit = yield* makeCommit
    const tables = carrying(sql, yield* facilityNumber, yield* flowCodes)
    const byName = new Map(stateTables.map((of) => [of.name, of]))
    const rows = new Map<string, number>()
    let number = 0
    let end: number | undefined

    const storedOf = (of: StateTable | undefined, row: CarriedRow) =>
      of === undefined ? undefined : tables.stored(of, row)
    const takeLines = (chunk: ReadonlyArray<string>) =>
      Effect.gen(function* () {
        const taken = new Map<StateTable, Array<Readonly<Record<string, string | number | null>>>>()
        for (const line of chunk) {
          number++
          if (line === "") continue
          if (end !== undefined) return yield* refused(`line ${number} comes after its end`)
          if (number === 1) {
            yield* checkHeader(line)
            continue
          }
          const decoded = decodeLine(line)
          if (Option.isNone(decoded)) return yield* refused(`line ${number} is no row of a state`)
          if ("rows" in decoded.value) {
            end = decoded.value.rows
            continue
          }
          const of = byName.get(decoded.value.table)
          const stored = storedOf(of, decoded.value.row)
          if (of === undefined || stored === undefined) {
            return yield* refused(`line ${number} is no row of ${decoded.value.table} as this version has them`)
          }
          const some = taken.get(of)
          if (some === undefined) taken.set(of, [stored])
          else some.push(stored)
        }
        for (const [of, stored] of taken) {
          yield* tables.insert(of, stored)
          rows.set(of.name, (rows.get(of.name) ?? 0) + stored.length)
        }
      })

    const makeRoom = Effect.gen(function* () {
      // What hangs on runs is told by them: last come, first gone.
      for (const of of stateTables.toReversed()) {
        if (replace) yield* tables.clear(of)
        else if (!(yield* tables.isEmpty(of))) {
          return yield* refused(
            "this state knows the facility already: add --replace to put what is imported in the place of all that it holds of it"
          )
        }
      }
    })

    const all = Effect.gen(function* () {
      yield* makeRoom
      yield* lines.pipe(
        Stream.grouped(linesAtOnce),
        Stream.runForEach((chunk) => takeLines([...chunk]))
      )
      if (number === 0) return yield* checkHeader(undefined)
      if (end === undefined) return yield* refused("it ends before its last line: it was cut")
      if (end !== sumOf(rows)) return yield* refused(`it has ${sumOf(rows)} rows, and its last line says ${end}`)
    })
    yield* commit(all).pipe(Effect.catchTag("SqlError", (error) => told("import")(Effect.fail(error))))
    return rows
  })
