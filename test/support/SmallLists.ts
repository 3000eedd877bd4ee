/**
 * What the Plex of a small plant lists: a few records of every sort, linked with each other.
 */
import { containerRow, entryRow, jobRow, lists, partRow, uuid, workcenterRow } from "../pipelines/Rows.js"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { plexExamples } from "./PlexExamples.js"
import type { ListScript } from "./PlexScripted.js"

const numbers = [1, 2, 3, 4, 5]

/** Rows of a history in the window that is asked for. */
const history =
  (rows: ReadonlyArray<object>, momentOf: (at: number) => number): ListScript =>
  ({ slice }) =>
    rows.filter((_, at) => slice === undefined || isWithin(slice, momentOf(at)))

const entryMoment = (at: number): number => Date.UTC(2026, 5, 12, at + 1)
const statusMoment = (at: number): number => Date.UTC(2026, 5, 12, at + 1, 30)

/** As the plant stands; later each of its jobs has gone on, and there is more history. */
export const listsOf = (moment: "now" | "later"): Record<string, ListScript> => {
  const reached = moment === "now" ? numbers : [...numbers, 6]
  return {
    "/mdm/v1/buildings": [plexExamples.building],
    "/production/v1/production-definitions/production-lines": [plexExamples.productionLine],
    "/maintenance/v1/equipment": [plexExamples.equipment],
    [lists.parts]: numbers.map((at) => partRow(at)),
    [lists.operations]: [plexExamples.operation],
    [lists.workcenters]: [workcenterRow(7), workcenterRow(8)],
    [lists.routings]: [10, 20].map((at) => ({
      ...plexExamples.partOperation,
      id: uuid(100 + at),
      partId: uuid(1),
      operationNumber: at
    })),
    [lists.boms]: ({ query }) =>
      query?.["partId"] === uuid(1)
        ? [{ ...plexExamples.bomComponent, id: uuid(200), partId: uuid(1), sortOrder: 1 }]
        : [],
    // The part of the sixth is not listed, and the seventh cannot be told from others.
    [lists.jobs]: [
      ...numbers.map((at) => jobRow(at, { partId: uuid(at), quantityCompleted: moment === "now" ? 0 : 50 })),
      jobRow(6, { partId: uuid(99), partNumber: "P-99" }),
      jobRow(7, { id: null })
    ],
    [lists.entries]: history(
      reached.map((_, at) => entryRow(new Date(entryMoment(at)).toISOString(), { partId: uuid((at % 5) + 1) })),
      entryMoment
    ),
    [lists.statuses]: history(
      reached.map((_, at) => ({
        logDate: new Date(statusMoment(at)).toISOString(),
        workcenterId: uuid(7),
        workcenterCode: "WC-7",
        workcenterStatus: `S${at}`
      })),
      statusMoment
    ),
    [lists.locations]: [plexExamples.location],
    [lists.containers]: numbers.slice(0, 2).map((at) => containerRow(at))
  }
}
