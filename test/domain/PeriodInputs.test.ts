import { assert, describe, it } from "@effect/vitest"
import { type DataSourceInput, periodInputNames } from "../../src/domain/PeriodInputs.js"

const configured = { begin: "Date_Begin", end: "Date_End" }

const date = (name: string): DataSourceInput => ({ name, type: "date", required: false })
const text = (name: string): DataSourceInput => ({ name, type: "string", required: false })

describe("the inputs of a period", () => {
  it("are the configured ones where the source has them", () => {
    const inputs = [date("Start_Date"), date("Date_Begin"), date("End_Date"), date("Date_End")]
    assert.deepStrictEqual(periodInputNames(configured, inputs), configured)
  })

  it("are the configured ones where the source says nothing of its inputs", () => {
    assert.deepStrictEqual(periodInputNames(configured, []), configured)
  })

  it("are the only dates that speak of a begin and an end where the source has others", () => {
    const inputs = [text("Start_Code"), date("Start_Date"), date("End_Date"), date("Closed_Date"), text("Part_No")]
    assert.deepStrictEqual(periodInputNames(configured, inputs), { begin: "Start_Date", end: "End_Date" })
    assert.deepStrictEqual(periodInputNames(configured, [date("From_Date"), date("To_Date")]), {
      begin: "From_Date",
      end: "To_Date"
    })
  })

  it("are not guessed where several could be meant, or none", () => {
    const several = [date("Start_Date"), date("Begin_Date"), date("End_Date")]
    assert.isUndefined(periodInputNames(configured, several))
    assert.isUndefined(periodInputNames(configured, [text("Problem_No")]))
  })
})
