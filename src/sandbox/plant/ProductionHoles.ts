import { dateText, dateTextWith, hour, minute } from "./Instant.js"
import { runAt } from "./Jobs.js"
import type { HoleNote } from "./Holes.js"
import type { Row } from "./Plant.js"
import { entryRow } from "./Production.js"
import { RawNumber } from "./RawNumber.js"
import type { Run, Workcenter, World } from "./World.js"

/** The flaws of history rows, all in the last 20 hours, so that a first run with the usual look-back meets them. */
export const makeProductionHoles = (world: World): void => {
  const random = world.random.fork("production holes")
  const { startedAt } = world.options
  const busy = world.workcenters.find((workcenter) => runAt(world, workcenter, startedAt) !== undefined)
  const run = busy === undefined ? undefined : runAt(world, busy, startedAt)
  if (busy === undefined || run === undefined) return

  const entry = (at: number, fields: Row = {}): Row => ({
    ...entryRow(world, random, busy, run, at),
    transactionDate: dateText(at),
    ...fields
  })
  const add = (row: Row, at: number, hole?: HoleNote["hole"], visibleAt = at, of: Run | undefined = run): void => {
    const produced: { workcenter: Workcenter; run: Run } | undefined =
      of === undefined ? undefined : { workcenter: busy, run: of }
    world.productionEntries.add(row, at, visibleAt, produced)
    if (hole !== undefined) world.holes.note(hole, "productionEntries", row["transactionDate"])
  }

  if (world.options.poison) {
    add(entry(startedAt - hour, { quantity: new RawNumber("1e400") }), startedAt - hour, "poison")
    add(entry(startedAt - 2 * hour, { transactionDate: "yesterday" }), startedAt - 2 * hour, "poison")
  }
  if (!world.holes.enabled) return

  const identical = startedAt - 3 * hour
  const same = entry(identical)
  add(same, identical, "entry-identical")
  add({ ...same }, identical)
  add({ ...same }, identical)

  const identicalKey = startedAt - 4 * hour
  const alike = entry(identicalKey)
  add(alike, identicalKey, "entry-identical-key")
  add({ ...alike, employeeName: "Garcia, A.", trackingNo: "T-2" }, identicalKey)

  const tie = startedAt - 5 * hour
  for (let i = 0; i < 5; i++) {
    const sub = String(i * 1111).padStart(4, "0")
    add(entry(tie, { transactionDate: dateTextWith(tie, i % 2 === 0 ? 7 : 3, sub) }), tie, "entry-one-millisecond")
  }

  const bare = startedAt - 6 * hour
  add(entry(bare, { jobId: null, jobCode: null, jobNo: null }), bare, "entry-without-job", bare, {
    ...run,
    job: undefined
  })
  const noPart = { partId: null, partNumber: null, revision: null, partNumberRevision: null, partOperationId: null }
  add(
    { ...entry(bare - minute), ...noPart, operationCode: null },
    bare - minute,
    "entry-without-part",
    bare - minute,
    undefined
  )
  const nowhere = { workcenterId: null, workcenterCode: null }
  add(entry(bare - 2 * minute, nowhere), bare - 2 * minute, "entry-without-workcenter", bare - 2 * minute, undefined)
  const byCode = { partOperationId: null, operationNumber: null, operationCode: "Pack" }
  add(entry(bare - 3 * minute, byCode), bare - 3 * minute, "entry-operation-by-code")
  add(entry(bare - 4 * minute, { ...byCode, operationCode: "Freeze" }), bare - 4 * minute, "entry-operation-by-code")
  add(entry(bare - 5 * minute, { unit: "lb" }), bare - 5 * minute, "entry-mixed-units")
  add(entry(bare - 6 * minute, { unit: undefined }), bare - 6 * minute, "entry-mixed-units")
  add(entry(bare - 7 * minute, { quantity: "12.5" }), bare - 7 * minute, "number-as-text")
  const long = new RawNumber("12345678901234.56789")
  add(
    entry(bare - 8 * minute, { quantity: long }),
    bare - 8 * minute,
    "entry-long-quantity",
    bare - 8 * minute,
    undefined
  )
  add(entry(bare - 9 * minute, { shiftCode: "A", extra: { nested: [1] } }), bare - 9 * minute, "fields-unknown")
  for (const form of [0, 1, 2, 4, 5, 6, 7]) {
    const at = bare - (10 + form) * minute
    add(entry(at, { transactionDate: dateTextWith(at, form) }), at, "date-odd-digits")
  }
  const noSeconds = bare - 18 * minute - ((bare - 18 * minute) % minute)
  add(entry(noSeconds, { transactionDate: dateTextWith(noSeconds, "minute") }), noSeconds, "date-without-seconds")

  // known to Plex only after the plant was advanced: 20 minutes, 90 minutes, a day
  add(entry(startedAt - 2 * hour), startedAt - 2 * hour, "entry-late", startedAt + 20 * minute)
  add(entry(startedAt - 20 * hour), startedAt - 20 * hour, "entry-late", startedAt + 90 * minute)
  add(entry(startedAt - 30 * hour), startedAt - 30 * hour, "entry-late", startedAt + 24 * hour)

  const scrapAt = startedAt - 7 * hour
  const scrap: Row = {
    transactionDate: dateText(scrapAt),
    scrapReason: "Temperature",
    transactionType: "Scrap",
    quantity: 3,
    workcenterId: busy.id,
    workcenterCode: busy.code,
    jobId: run.job?.id ?? null,
    jobCode: run.job?.number ?? null,
    partId: run.part.id,
    partNumber: run.part.number,
    revision: run.part.revision,
    partNumberRevision: run.part.numberRevision,
    partOperationId: run.step.id,
    operationNumber: run.step.number,
    operationCode: run.step.operation.code,
    serialNo: null
  }
  world.scrapEntries.add(scrap, scrapAt, scrapAt, { workcenter: busy, run })
  world.scrapEntries.add({ ...scrap }, scrapAt, scrapAt, { workcenter: busy, run })
  world.holes.note("scrap-identical", "scrapEntries", scrap["transactionDate"])
}
