import { dateText, dateTextWith, day, hour } from "./Instant.js"
import type { Row } from "./Plant.js"
import type { Random } from "./Random.js"
import type { World } from "./World.js"
import { nextNumber } from "./World.js"

const problemStates = ["Open", "In Review", "Approved", "Closed"]

/** A checksheet was filled in at `at` (data source 4142). */
export const addChecksheet = (world: World, random: Random, at: number): void => {
  const number = nextNumber(world, "checksheet", 55_020)
  const part = number === 55_021 ? (world.made[0] ?? random.pick(world.made)) : random.pick(world.made)
  const step = part.steps[0]
  const inspector = random.pick(world.employees)
  const turn = world.holes.enabled ? number % 17 : 0
  world.tables.checksheets.put({
    Checksheet_No: number,
    Part_Key: turn === 5 ? null : part.key,
    Part_No: turn === 5 ? null : part.number,
    Revision: turn === 5 ? null : part.revision,
    Operation_Code: step?.operation.code ?? null,
    Inspection_Mode: random.pick(["In Process", "First Piece", "Last Piece"]),
    Inspection_Date: turn === 7 ? dateTextWith(at, 0) : dateText(at),
    Inspector_First_Name: inspector.first,
    Inspector_Last_Name: inspector.last,
    Workcenter_Code: step?.workcenter.code ?? null,
    Out_Of_Spec: random.chance(0.12),
    Has_Null_Measurements: turn === 9,
    Note: turn === 11 ? "Nachmessung nötig ❄️" : null
  })
  if (turn === 5) world.holes.note("checksheet-without-part", "checksheets", number)
  if (turn === 9) world.holes.note("checksheet-null-measurements", "checksheets", number)
}

/** A problem was reported at `at` (data source 19938), in the first of its states or, with `state`, further on. */
export const addProblem = (world: World, random: Random, at: number, state = 0): Row => {
  const key = nextNumber(world, "problem")
  const part = random.pick(world.made)
  const step = part.steps[0]
  const who = random.pick(world.employees)
  const loose = world.holes.enabled && key % 7 === 3
  const status = problemStates[state] ?? "Open"
  const row: Row = {
    Problem_Key: 310_000 + key,
    Problem_No: `PR-${String(key).padStart(5, "0")}`,
    Problem_Status: status,
    Problem_Type: random.pick(["Internal", "Customer", "Supplier"]),
    Title: random.pick(["Core temperature too high", "Foreign body", "Wrong label", "Short weight"]),
    Description: loose ? null : `Found at ${step?.workcenter.code ?? "inspection"}`,
    Part_No: loose ? null : part.number,
    Revision: loose ? null : part.revision,
    Workcenter_Code: loose ? null : (step?.workcenter.code ?? null),
    Reported_Date: dateText(at),
    Closed_Date: status === "Closed" ? dateText(Math.min(at + random.int(2, 200) * hour, world.clock.now)) : null,
    Quantity: loose ? null : random.int(1, 400),
    Champion: `${who.last}, ${who.first}`
  }
  world.tables.problems.put(row)
  if (loose) world.holes.note("problem-without-part", "problems", row["Problem_No"])
  return row
}

/** One open problem goes on to its next state; one in five that are under review is rejected. */
export const moveProblem = (world: World, random: Random, at: number): void => {
  const open = world.tables.problems.rows.filter((row) => row["Closed_Date"] === null)
  if (open.length === 0) return
  const problem = random.pick(open)
  const state = problemStates.indexOf(String(problem["Problem_Status"]))
  const rejected = state === 1 && random.chance(0.2)
  const status = rejected ? "Rejected" : state === -1 ? "Closed" : (problemStates[state + 1] ?? "Closed")
  const closed = status === "Closed" ? { Closed_Date: dateText(at) } : {}
  world.tables.problems.put({ ...problem, Problem_Status: status, ...closed })
}

const deviations = (world: World, random: Random): void => {
  const jobs = world.tables.jobs.rows.slice(-40)
  const states = ["Approved", "Awaiting Approval", "Rejected", "EXPIRED"]
  for (let i = 0; i < world.options.size.deviations; i++) {
    const id = random.uuid()
    const effective = world.options.startedAt - random.int(1, 60) * day
    const part = i === 0 ? (world.made[0] ?? random.pick(world.made)) : random.pick(world.made)
    const building = random.pick(world.buildings)
    const bare = world.holes.enabled && i % 4 === 2
    const specifications = world.tables.partSpecifications.rows
    world.tables.deviations.put({
      id,
      acknowledgementLimit: 1,
      approvedByUserId: i % 4 === 0 ? "agarcia" : null,
      approvedDate: i % 4 === 0 ? dateText(effective - day) : null,
      buildingId: building.id,
      buildingCode: building.code,
      codeNo: null,
      departmentCode: "QA",
      deviationAcknowledgementFrequencyDescription: null,
      deviationNo: `D-${String(i + 7).padStart(4, "0")}`,
      deviationStatus: states[i % states.length],
      effectiveDate: dateText(effective),
      // the third ends before it begins
      expirationDate: bare ? dateText(effective - 3 * day) : dateText(effective + random.int(10, 90) * day),
      jobIds: bare ? null : jobs.slice(i % 5, (i % 5) + 2).map((job) => job["id"]),
      note: null,
      type: "Process",
      parts: bare
        ? []
        : [
            {
              partId: part.id,
              specificationId: specifications.length > 0 ? random.pick(specifications)["id"] : null,
              target: -15,
              targetPlus: 2,
              targetMinus: 2,
              oneSidedMinimum: null,
              oneSidedMaximum: null,
              measurementText: null,
              compareValue: null
            }
          ],
      piecesAffected: random.int(1, 5000),
      reason: "Temperature out of range",
      revisionDeviationId: null,
      revisionDeviationNo: null,
      supplierId: null
    })
    if (bare) world.holes.note("deviation-without-parts", "deviations", id)
  }
}

/** Checksheets and problems of the last thirty days, deviations; needs specifications and jobs. */
export const makeQuality = (world: World): void => {
  const random = world.random.fork("quality")
  const { checksheets, problems } = world.options.size
  const begin = world.options.startedAt - 30 * day
  for (let i = 0; i < checksheets; i++) {
    addChecksheet(world, random, begin + Math.floor(((i + random.next()) / checksheets) * 30 * day))
  }
  for (let i = 0; i < problems; i++) {
    const at = begin + Math.floor(((i + random.next()) / problems) * 30 * day)
    const row = addProblem(world, random, at, random.int(0, 3))
    if (world.holes.enabled && i === 1) {
      // the same problem once more, as it is after an update that was under way when the list was made
      world.tables.problems.put(
        { ...row, Problem_Status: "Closed", Closed_Date: dateText(at + 50 * hour) },
        "listed twice"
      )
      world.holes.note("problem-listed-twice", "problems", row["Problem_No"])
    }
  }
  deviations(world, random)
}
