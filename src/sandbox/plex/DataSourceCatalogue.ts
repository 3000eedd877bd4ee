import type { Plant, Row } from "../plant/Plant.js"
import { between, columns, customer, input, matching, needed } from "./DataSource.js"
import type { Column, DataSource, InputValue } from "./DataSource.js"

/** Rows a call returns unless the source says otherwise. */
const usual = 1_000

const specificationColumns: ReadonlyArray<Column> = [
  ...columns("int32", "Specification_Key"),
  ...columns("string", "Specification_No", "Name", "Part_No", "Revision"),
  ...columns("decimal", "Nominal", "Upper_Limit", "Lower_Limit"),
  ...columns("string", "Unit")
]

/** Keys given as a list in one text: `"51003,51004"`. */
const oneOf =
  (field: string) =>
  (row: Row, value: InputValue): boolean =>
    String(value)
      .split(/[,;|\s]+/)
      .includes(String(row[field]))

/** Data source 1791 knows parts by number; the plant by id. */
const pickedParts = (plant: Plant): ReadonlyArray<Row> =>
  plant.parts.map((part) => {
    const { id, name, number, revision, status } = part
    return {
      Part_Key: plant.partKeys.get(String(id)) ?? null,
      Part_No: number,
      Part_No_Revision: typeof revision === "string" && revision !== "" ? `${String(number)}-${revision}` : number,
      Name: name,
      Part_Status: status,
      Old_Part_No: null
    }
  })

const startsWith =
  (field: string) =>
  (row: Row, value: InputValue): boolean =>
    String(row[field]).toLowerCase().startsWith(String(value).toLowerCase())

/** A source that changes Plex. Nobody may call it: it does nothing and every call is a violation. */
const writing = (id: number, name: string): DataSource => ({
  id,
  name,
  description: "Changes data",
  limit: usual,
  inputs: [customer],
  columns: [],
  rows: undefined
})

/**
 * The data sources of the sandbox. Inputs and columns are those that are known; of 4142 and 19938 the real input names
 * are not, and `Date_Begin` and `Date_End` stand for them here.
 */
export const dataSources: ReadonlyArray<DataSource> = [
  {
    id: 1791,
    name: "Parts_Picker_Get",
    description: "Parts by number",
    limit: usual,
    inputs: [customer, { ...input("Part_No"), keeps: startsWith("Part_No") }],
    columns: [
      ...columns("int32", "Part_Key"),
      ...columns("string", "Part_No", "Part_No_Revision", "Name", "Part_Status", "Old_Part_No")
    ],
    rows: pickedParts
  },
  {
    id: 4142,
    name: "Checksheets_Get",
    description: "Checksheet headers of a period",
    limit: 5_000,
    maximum: "Max_Records",
    inputs: [
      customer,
      ...between("Date_Begin", "Date_End", "Inspection_Date"),
      input("Max_Records", "int32"),
      matching("Checksheet_No", "int32"),
      matching("Part_Key", "int32"),
      matching("Part_No"),
      matching("Operation_Code"),
      matching("Workcenter_Code"),
      matching("Inspection_Mode"),
      matching("Out_Of_Spec", "bool")
    ],
    columns: [
      ...columns("int32", "Checksheet_No", "Part_Key"),
      ...columns("string", "Part_No", "Revision", "Operation_Code", "Inspection_Mode"),
      ...columns("date", "Inspection_Date"),
      ...columns("string", "Inspector_First_Name", "Inspector_Last_Name", "Workcenter_Code"),
      ...columns("bool", "Out_Of_Spec", "Has_Null_Measurements"),
      ...columns("string", "Note")
    ],
    rows: (plant) => plant.checksheets
  },
  {
    id: 5112,
    name: "Specification_Picker_Get",
    description: "List of specifications",
    limit: usual,
    inputs: [customer, input("Active_Flag", "bool"), input("Part_Type"), input("Part_Status"), matching("Part_No")],
    columns: specificationColumns,
    rows: (plant) => plant.specificationPicker
  },
  {
    id: 6429,
    name: "Specification_Get",
    description: "One specification",
    limit: usual,
    inputs: [customer, needed(matching("Specification_Key", "int32"))],
    columns: specificationColumns,
    rows: (plant) => plant.specificationPicker
  },
  {
    id: 18765,
    name: "Daily_Performance_Report_Get",
    description: "Workcenter performance over a period",
    limit: usual,
    inputs: [
      customer,
      needed(input("Start_Date", "date")),
      needed(input("End_Date", "date")),
      ...["Area_Key", "Building_Key", "Department_No", "Master_Key"].map((name) => input(name, "int32")),
      ...["Children_Only", "Parents_Only"].map((name) => input(name, "bool")),
      ...["Part_Status", "Shift", "Workcenter_Group", "Workcenter_Type"].map((name) => input(name)),
      input("Use_Standard_Rate", "int16"),
      matching("Part_Key", "int32"),
      matching("Workcenter_Code"),
      { ...input("Workcenter_Keys"), keeps: oneOf("Workcenter_Key") }
    ],
    columns: [
      ...columns("decimal", "Downtime_DB"),
      ...columns("int32", "Multiple", "Number_Of_Children"),
      ...columns("string", "Operation_Code"),
      ...columns("int32", "Part_Key"),
      ...columns("string", "Part_No"),
      ...columns("decimal", "Planned_Production_Time"),
      ...columns("int32", "Production_Qty", "Reject_Qty", "Scrap_Qty"),
      ...columns("decimal", "Standard_Production_Rate"),
      ...columns("int32", "Throwouts"),
      ...columns("string", "Workcenter_Code"),
      ...columns("int32", "Workcenter_Key")
    ],
    rows: (plant, inputs) => plant.dailyPerformance(Number(inputs.get("Start_Date")), Number(inputs.get("End_Date")))
  },
  {
    id: 19938,
    name: "Problem_Logs_Get",
    description: "Problems reported in a period",
    limit: usual,
    inputs: [
      customer,
      ...between("Date_Begin", "Date_End", "Reported_Date"),
      matching("Problem_No"),
      matching("Part_No"),
      matching("Workcenter_Code"),
      matching("Problem_Status")
    ],
    columns: [
      ...columns("int32", "Problem_Key"),
      ...columns("string", "Problem_No", "Problem_Status", "Problem_Type", "Title", "Description"),
      ...columns("string", "Part_No", "Revision", "Workcenter_Code"),
      ...columns("date", "Reported_Date", "Closed_Date"),
      ...columns("decimal", "Quantity"),
      ...columns("string", "Champion")
    ],
    rows: (plant) => plant.problems
  },
  {
    id: 22870,
    name: "Workcenter_Performance_Simple_Get",
    description: "Live performance of one workcenter",
    limit: usual,
    inputs: [customer, needed(input("Workcenter_Key", "int32"))],
    columns: [
      ...columns("string", "Part_No_Revision"),
      ...columns("decimal", "Performance"),
      ...columns("string", "Performance_Color", "Workcenter_Code", "Workcenter_Status", "Workcenter_Status_Color")
    ],
    rows: (plant, inputs) => plant.livePerformance(Number(inputs.get("Workcenter_Key")))
  },
  writing(8176, "Container_Move_Update"),
  writing(10363, "Scrap_Add"),
  writing(20446, "Record_Production_Add"),
  writing(21773, "Checksheet_With_Measurements_Web_Service_Add")
]
