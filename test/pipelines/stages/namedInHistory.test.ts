/**
 * Assets that are made anew, and history that names them and that the ledger does not know any more.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Extractor } from "../../../src/domain/Flow.js"
import { isWithin } from "../../../src/domain/TimeSlice.js"
import { relink } from "../../../src/pipelines/relink.js"
import { Ledger } from "../../../src/services/Ledger.js"
import { settings } from "../../layers/cdf/Settings.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { extract, makePlant, type PipelinePlant } from "../../support/PipelineHarness.js"
import { plexExamples } from "../../support/PlexExamples.js"
import { type ListScript, plexNow } from "../../support/PlexScripted.js"
import { containerRow, entryRow, lists, partRow, uuid, workcenterRow } from "../Rows.js"

const { ids } = demoFacility()
const day = 86_400_000
const then = new Date(plexNow - 20 * day).toISOString()
const adjustments = "/inventory/v1/inventory-history/container-adjustments"

const history =
  (time: string, ...rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ListScript =>
  ({ slice }) =>
    rows.filter((row) => slice === undefined || isWithin(slice, Date.parse(String(row[time]))))

const location = (at: number) => ({ ...plexExamples.location, locationId: uuid(at) })
const operation = (at: number, code: string) => ({ ...plexExamples.operation, id: uuid(at), code })
const checksheet = {
  Checksheet_No: "1",
  Inspection_Date: then,
  Part_No: "P-1",
  Revision: partRow(1).revision,
  Workcenter_Code: "WC-7"
}
const moved = {
  adjustmentDate: then,
  serialNo: "S1",
  partId: uuid(1),
  adjustmentCode: "Move",
  locationId: uuid(21),
  movedFromLocationId: uuid(22)
}

/** What there is, with or without the assets that history names; others are always there. */
const assets = (all: boolean): Record<string, ListScript> => ({
  [lists.parts]: [...(all ? [partRow(1)] : []), partRow(2)],
  [lists.workcenters]: [...(all ? [workcenterRow(7)] : []), workcenterRow(8)],
  [lists.operations]: [...(all ? [operation(31, "Code"), operation(32, "Two"), operation(33, "Two")] : []), ...others],
  [lists.locations]: [...(all ? [location(21), location(22)] : []), location(23), location(24)],
  [lists.containers]: [...(all ? [containerRow(1, { locationId: null })] : []), containerRow(2, { locationId: null })]
})
const others = [34, 35, 36].map((at) => operation(at, `Other ${at}`))

const makeHistory = () =>
  makePlant({
    plex: {
      lists: {
        ...assets(true),
        [lists.routings]: [{ ...plexExamples.partOperation, id: uuid(300), partId: uuid(2), operationId: uuid(33) }],
        [lists.entries]: history(
          "transactionDate",
          entryRow(then, { serialNo: "S1", operationCode: "Code" }),
          entryRow(then, { partOperationId: uuid(300), operationCode: "Two" })
        ),
        [lists.scrap]: history("transactionDate", entryRow(then, { serialNo: "S1" })),
        [lists.statuses]: history("logDate", { logDate: then, workcenterId: uuid(7), partId: uuid(1) }),
        [lists.moves]: history("adjustmentDate", moved),
        [adjustments]: history("adjustmentDate", moved)
      },
      dataSources: {
        checksheets: ({ Date_Begin, Date_End }) => ({
          rows: String(Date_Begin) <= then && then < String(Date_End) ? [checksheet] : [],
          truncated: false
        })
      }
    },
    settings: {
      history: { ...settings.history, startDate: plexNow - 25 * day, windowHours: 600 },
      removed: { policy: "delete", containerRetentionDays: 90, retentionDays: undefined }
    }
  })

/** The events with the assets that each is linked to; a number of none says so. */
const links = ({ cdf }: PipelinePlant) => {
  const names = new Map([...cdf.held.assets].flatMap(([name, asset]) => (asset ? [[asset.id, name] as const] : [])))
  return [...cdf.held.events.values()]
    .map((event) => [event?.externalId, (event?.assetIds ?? []).map((id) => names.get(id) ?? "none").sort()] as const)
    .sort(([one = ""], [other = ""]) => one.localeCompare(other))
}

const run = (...names: ReadonlyArray<Extractor>) => Effect.forEach(names, (name) => extract(name), { discard: true })

describe("History that names assets which are made anew", () => {
  it.effect("is linked to them again, however long ago it was", () => {
    const plant = makeHistory()
    return Effect.gen(function* () {
      yield* run("master-data", "inventory", "production", "quality")
      yield* relink
      const before = links(plant)
      assert.deepStrictEqual(before.map(([, names]) => names.length).sort(), [2, 2, 3, 3, 3, 4, 4])
      const named = [...new Set(before.flatMap(([, names]) => names))]
      assert.includeMembers(named, [ids.of("operation", uuid(31)), ids.of("operation", uuid(33))])
      plant.plex.now += 2 * 3_600_000
      yield* run("inventory", "production", "quality")
      const known = yield* Effect.flatMap(Ledger, ({ rowsOf }) => rowsOf("production-entries", "events"))
      assert.deepStrictEqual(known, [], "the ledger has forgotten them")
      Object.assign(plant.plex.lists, assets(false))
      yield* run("master-data", "inventory")
      for (const name of named) assert.isUndefined(plant.cdf.held.assets.get(name), name)
      Object.assign(plant.plex.lists, assets(true))
      yield* run("master-data", "inventory")
      yield* relink
      assert.deepStrictEqual(links(plant), before)
    }).pipe(Effect.provide(plant.layer))
  })
})
