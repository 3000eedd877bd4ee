import { dateText, day } from "./Instant.js"
import { runAt } from "./Jobs.js"
import type { Facts } from "./Facts.js"
import type { History, Row } from "./Plant.js"
import { entryRow } from "./Production.js"
import type { Produced, World } from "./World.js"

/** The entries of one day, oldest first, made anew at each call: the same day gives the same rows. */
const entriesOf = (world: World, begin: number): ReadonlyArray<Row> => {
  const random = world.random.fork(`archive/${begin}`)
  const count = world.options.size.archivedEntriesPerDay
  const rows: Array<Row> = []
  for (let i = 0; i < count; i++) {
    const at = begin + Math.floor(((i + random.next()) / count) * day)
    const workcenter = random.pick(world.workcenters)
    const run = runAt(world, workcenter, at)
    if (run === undefined) continue
    const row = entryRow(world, random, workcenter, run, at)
    rows.push({ ...row, transactionDate: dateText(at), serialNo: `A${Math.floor(begin / day)}-${i}` })
  }
  return rows
}

/**
 * Production entries that reach further back than the plant's own: `archivedDays` before them. They are not held, as a year of
 * them is larger than everything else: `rows` are the plant's own ones only, and archived ones are not corrected.
 */
export const withArchive = (world: World, own: Facts<Produced>): History => {
  const { archivedDays, archivedEntriesPerDay, historyDays } = world.options.size
  if (archivedDays === 0 || archivedEntriesPerDay === 0) return own
  const end = world.options.startedAt - historyDays * day
  const begin = end - archivedDays * day
  return {
    get rows() {
      return own.rows
    },
    between: (from, to) => {
      const rows: Array<Row> = []
      for (let each = begin; each < end; each += day) {
        if (each + day <= from || each >= to) continue
        for (const row of entriesOf(world, each)) {
          const at = Date.parse(String(row["transactionDate"]))
          if (at >= from && at < to) rows.push(row)
        }
      }
      return [...rows, ...own.between(from, to)]
    }
  }
}
