import type { History, Plant, Row } from "../../../src/sandbox/plant/Plant.js"
import { sizes } from "../../../src/sandbox/plant/Sizes.js"

/** The plant's clock: a Friday. */
export const noon = Date.UTC(2026, 5, 12, 12)

const uuid = (kind: number, number: number): string =>
  `0000000${kind}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`

/** Ids that can be read in a failing test. */
export const ids = {
  tenant: uuid(0, 1),
  building: uuid(1, 1),
  part: (number: number) => uuid(2, number),
  job: (number: number) => uuid(3, number),
  workcenter: (number: number) => uuid(4, number),
  line: uuid(5, 1),
  plan: uuid(6, 1),
  bom: uuid(7, 1),
  specification: uuid(8, 1),
  deviation: (number: number) => uuid(9, number),
  unknown: "ffffffff-0000-4000-8000-000000000000"
}

const at = (hour: number, fraction = ""): string =>
  new Date(Date.UTC(2026, 5, 12, hour)).toISOString().replace(".000Z", `${fraction}Z`)

const history = (field: string, rows: ReadonlyArray<Row>): History => ({
  rows,
  between: (begin, end) =>
    rows.filter((row) => {
      const instant = Date.parse(String(row[field]))
      return instant >= begin && instant < end
    })
})

const job = (number: number, jobStatus: string, dueDate: string | null, completedDate: string | null): Row => ({
  id: ids.job(number),
  jobNumber: `J${number}`,
  partId: ids.part(1),
  jobStatus,
  dueDate,
  completedDate
})

const part = (number: number, over: Row): Row => ({
  id: ids.part(number),
  number: `PART-${number}`,
  name: `Part ${number}`,
  revision: "A",
  status: "Active",
  allergens: [],
  ...over
})

const setup = (number: number, type: string): Row => ({
  id: ids.workcenter(number),
  code: `WC-${number}`,
  type,
  group: "Freezing",
  statusDescription: "Production"
})

const checksheet = (number: number, hour: number): Row => ({
  Checksheet_No: number,
  Inspection_Date: at(hour),
  Part_No: `PART-${number}`,
  Out_Of_Spec: number % 2 === 0
})

/** A plant whose every row is known to the tests; `over` replaces what a test is about. It cannot be changed. */
export const tinyPlant = (over: Partial<Plant> = {}): Plant => ({
  options: {
    seed: 1,
    size: sizes.demo,
    startedAt: noon,
    holes: false,
    poison: false,
    timeZone: "UTC",
    pcn: "340884",
    code: "ra-process"
  },
  pcn: "340884",
  code: "ra-process",
  holes: [],
  now: () => noon,
  advance: () => undefined,
  tenants: [{ id: ids.tenant, code: "ra-process" }],
  buildings: [{ id: ids.building, buildingCode: "B1", active: true }],
  parts: [
    part(1, { allergens: ["Milk", "Soy"] }),
    part(2, { status: "Obsolete", type: "Raw Material" }),
    part(3, { revision: "", type: null, allergens: undefined })
  ],
  operations: [],
  partOperations: [],
  supplyItems: [],
  productionLines: [{ id: ids.line, code: "LINE-1", addBy: "Garcia, Ana", addDateTime: at(1) }],
  workcenters: [
    { workcenterId: ids.workcenter(1), workcenterCode: "WC-1", name: "Freezer", productionLineId: ids.line },
    { workcenterId: ids.workcenter(2), workcenterCode: "WC-2", name: "Dryer", productionLineId: null }
  ],
  workcenterStatuses: [{ id: ids.unknown, description: "Production", active: true }],
  approvedWorkcenters: [{ workcenterId: ids.workcenter(1), partId: ids.part(1) }],
  equipment: [{ id: ids.unknown, equipmentId: "EQ-1", parts: [{ id: ids.part(1), partType: "Raw" }] }],
  jobs: [
    job(1, "Open", at(10), null),
    job(2, "In Progress", at(12), null),
    job(3, "Completed", null, at(11, ".1234567"))
  ],
  locations: [],
  containers: [
    { serialNo: "S 1/2", partId: ids.part(1), inventoryType: "WIP" },
    { serialNo: "S2", partId: ids.part(2), inventoryType: "Raw" },
    { serialNo: "S3", partId: null, inventoryType: "Finished Goods" }
  ],
  partSpecifications: [{ id: ids.specification, partId: ids.part(1) }],
  controlPlans: [{ id: ids.plan, controlPlanNo: 12.5, primary: true }],
  deviations: [
    { id: ids.deviation(1), jobIds: [ids.job(1)], parts: [{ partId: ids.part(1) }], effectiveDate: at(1) },
    { id: ids.deviation(2), jobIds: [], parts: [], effectiveDate: at(1), expirationDate: at(2) }
  ],
  setups: [setup(1, "Freezer"), setup(2, "Dryer")],
  boms: (partId) => (partId === ids.part(1) ? [{ id: ids.bom, partId }] : []),
  jobOperations: (jobId) => (jobId === ids.job(1) ? [{ jobId, scheduledStartDate: at(8) }] : undefined),
  controlPlanLines: (planId) => (planId === ids.plan ? [{ id: ids.unknown, controlPlanId: planId }] : undefined),
  productionEntries: history("transactionDate", [
    { transactionDate: at(8), workcenterId: ids.workcenter(1), quantity: 8 },
    { transactionDate: at(9), workcenterId: ids.workcenter(2), quantity: 9 },
    { transactionDate: at(10), workcenterId: ids.workcenter(1), quantity: 10 }
  ]),
  scrapEntries: history("transactionDate", []),
  statusEntries: history("logDate", [{ logDate: at(9), workcenterStatus: "Idle", duration: 60 }]),
  locationMoves: history("adjustmentDate", [{ adjustmentDate: at(9), serialNo: "S2" }]),
  adjustments: history("adjustmentDate", []),
  checksheets: [checksheet(1, 8), checksheet(2, 9), checksheet(3, 10)],
  problems: [{ Problem_No: "P-1", Problem_Status: "Open", Reported_Date: at(9) }],
  specificationPicker: [
    { Specification_Key: 1, Name: "Core temperature" },
    { Specification_Key: 2, Name: null }
  ],
  dailyPerformance: (begin, end) => [
    { Workcenter_Key: 51003, Workcenter_Code: "WC-1", Planned_Production_Time: (end - begin) / 3_600_000 },
    { Workcenter_Key: 51004, Workcenter_Code: "WC-2", Planned_Production_Time: 0 }
  ],
  livePerformance: (key) => (key === 51003 ? [{ Part_No_Revision: "PART-1-A", Performance: 92.5 }] : []),
  partKeys: new Map([[ids.part(1), 8265836]]),
  workcenterKeys: new Map([[ids.workcenter(1), 51003]]),
  specificationKeys: new Map(),
  put: () => undefined,
  remove: () => false,
  record: () => undefined,
  correct: () => false,
  ...over
})
