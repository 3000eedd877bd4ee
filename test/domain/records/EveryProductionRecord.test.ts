import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { complete, references } from "../../../src/domain/cdf/Complete.js"
import type { Draft } from "../../../src/domain/cdf/Draft.js"
import { Fit } from "../../../src/domain/cdf/Limits.js"
import { HistoryKeys } from "../../../src/domain/HistoryKey.js"
import { Job, jobEvent } from "../../../src/domain/records/Job.js"
import { JobOperation, summarize } from "../../../src/domain/records/JobOperation.js"
import { jobRoutingSequence } from "../../../src/domain/records/JobRouting.js"
import { OutputPoints } from "../../../src/domain/records/OutputPoints.js"
import { ProductionEntry, productionEntryEvent } from "../../../src/domain/records/ProductionEntry.js"
import { ScrapEntry, scrapEntryEvent } from "../../../src/domain/records/ScrapEntry.js"
import { statusPoint, statusSeries, WorkcenterSetup } from "../../../src/domain/records/WorkcenterSetup.js"
import { WorkcenterStatusEntry } from "../../../src/domain/records/WorkcenterStatusEntry.js"
import { statusTimeline } from "../../../src/domain/StatusTimeline.js"
import { refusals, rowRefusals } from "../../support/CdfRules.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { plexRecord } from "../../support/PlexRecords.js"

/** Everything is written, people too. */
const facility = demoFacility({ includePersonalData: true })

const list = <A>(record: FastCheck.Arbitrary<A>) => FastCheck.array(record, { maxLength: 5 })
const rights = <A, E>(results: ReadonlyArray<Either.Either<A, E>>): ReadonlyArray<A> =>
  results.flatMap((result) => (Either.isRight(result) ? [result.right] : []))

const operationId = facility.ids.of("operation", "1")

/** Drafts that each kind of record can become. */
const mappings: Readonly<Record<string, FastCheck.Arbitrary<() => ReadonlyArray<Draft>>>> = {
  "a job with operations": FastCheck.tuple(plexRecord(Job), list(plexRecord(JobOperation))).map(
    ([job, operations]) =>
      () =>
        rights([jobEvent(facility)(job, summarize(operations))])
  ),
  "a job without known operations": plexRecord(Job).map((job) => () => rights([jobEvent(facility)(job, undefined)])),
  "the routing of a job": FastCheck.tuple(plexRecord(Job), list(plexRecord(JobOperation))).map(
    ([job, operations]) =>
      () => [jobRoutingSequence(facility)("J1", job, operations)]
  ),
  "production entries": list(plexRecord(ProductionEntry)).map((entries) => () => {
    const event = productionEntryEvent(facility, new HistoryKeys())
    return rights(entries.map((entry) => event(entry, [operationId])))
  }),
  "scrap entries": list(plexRecord(ScrapEntry)).map((entries) => () => {
    const event = scrapEntryEvent(facility, new HistoryKeys())
    return rights(entries.map((entry) => event(entry)))
  }),
  "workcenter statuses": list(plexRecord(WorkcenterStatusEntry)).map(
    (entries) => () => statusTimeline(facility)({ begin: 0, entries, before: new Map(), newest: true }).events
  ),
  "a workcenter's live status": plexRecord(WorkcenterSetup).map(
    (setup) => () => rights([statusSeries(facility)(setup)])
  ),
  output: list(plexRecord(ProductionEntry)).map((entries) => () => {
    const output = new OutputPoints(facility, "output")
    output.add(entries)
    return output.series().map(({ series }) => series)
  }),
  scrap: list(plexRecord(ScrapEntry)).map((entries) => () => {
    const scrap = new OutputPoints(facility, "scrap")
    scrap.add(entries)
    return scrap.series().map(({ series }) => series)
  })
}

const completed = (draft: Draft) =>
  complete(draft.kind, draft, {
    dataSetId: 2,
    numericIds: new Map(references(draft).map((reference, at) => [reference, at + 1]))
  })

describe("any record that Plex may send", () => {
  for (const [name, drafts] of Object.entries(mappings)) {
    it.prop(`${name}: CDF takes what it becomes`, [drafts], ([map]) => {
      for (const draft of map()) {
        assert.deepStrictEqual(refusals(draft.kind, completed(draft).resource), [])
        if (draft.kind === "sequences") assert.deepStrictEqual(rowRefusals(draft), [])
      }
    })

    it.prop(`${name}: becomes the same bytes each time`, [drafts], ([map]) => {
      const bytes = () => map().map((draft) => completed(draft).hash)
      assert.deepStrictEqual(bytes(), bytes())
    })
  }

  it.prop("points of live statuses fit into CDF", [plexRecord(WorkcenterSetup)], ([setup]) => {
    const value = statusPoint(setup, 0, new Fit())?.value
    assert.isTrue(value === undefined || (typeof value === "string" && value.isWellFormed()))
    assert.isAtMost(Buffer.byteLength(String(value ?? "")), 1023)
  })

  it.prop("points of output fit into CDF", [list(plexRecord(ProductionEntry))], ([entries]) => {
    const output = new OutputPoints(facility, "output")
    output.add(entries)
    for (const { points } of output.series()) {
      for (const { timestamp, value } of points) {
        assert.isTrue(timestamp >= -2208988800000 && timestamp <= 4102444799999)
        assert.isTrue(typeof value === "number" && Math.abs(value) < 1e100)
      }
    }
  })
})
