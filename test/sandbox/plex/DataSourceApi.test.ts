import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { dataSources } from "../../../src/sandbox/plex/DataSourceCatalogue.js"
import { makePlant } from "../../../src/sandbox/plant/makePlant.js"
import { basic, call, dataSource, execute, tinyPlex } from "./calls.js"
import { tinyPlant } from "./tinyPlant.js"

const day = { Start_Date: "2026-06-12T00:00:00Z", End_Date: "2026-06-13T00:00:00Z" }

describe("who may call the Data Source API", () => {
  it.scoped("a missing or wrong user is 401", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const wrong = Buffer.from(`${plex.dsUsername}:wrong`).toString("base64")
      for (const authorization of [undefined, `Basic ${wrong}`, basic(plex).replace("Basic", "Bearer"), "Basic"]) {
        const headers = authorization === undefined ? {} : { authorization }
        const answer = yield* call(`${plex.dataSourceUrl}/api/datasources/search`, { headers })
        assert.strictEqual(answer.status, 401)
        assert.nestedProperty(answer.body, "errors[0].code")
        assert.nestedProperty(answer.body, "transactionNo")
      }
    })
  )

  it.scoped("a source without grant is 403, is not found by search, and comes back with its grant", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      plex.revokeGrant(22870)
      const refused = yield* execute(plex, 22870, { Workcenter_Key: 51003 })
      assert.strictEqual(refused.status, 403)
      assert.nestedPropertyVal(refused.body, "errors[0].code", "DATA_SOURCE_ACCESS_DENIED")
      assert.strictEqual((yield* dataSource(plex, "/api/datasources/22870")).status, 403)
      const search = dataSource(plex, "/api/datasources/search?name=Workcenter_Performance")
      assert.deepStrictEqual((yield* search).body, [])
      plex.grant(22870)
      assert.strictEqual((yield* execute(plex, 22870, { Workcenter_Key: 51003 })).status, 200)
    })
  )
})

describe("what the Data Source API refuses", () => {
  it.scoped("executing by anything but POST is 405, an unknown source 400, an unknown operation 404", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const get = yield* dataSource(plex, "/api/datasources/4142/execute")
      assert.strictEqual(get.status, 405)
      assert.nestedPropertyVal(get.body, "errors[0].code", "METHOD_NOT_ALLOWED")
      for (const id of ["1", "x"]) {
        const unknown = yield* dataSource(plex, `/api/datasources/${id}/execute`, { method: "POST", body: "{}" })
        assert.strictEqual(unknown.status, 400)
        assert.nestedPropertyVal(unknown.body, "errors[0].code", "DATA_SOURCE_NOT_FOUND")
      }
      assert.strictEqual((yield* dataSource(plex, "/api/datasources/4142/run")).status, 404)
      assert.strictEqual(plex.journal.count({ violation: true }), 0)
    })
  )

  const wrong: ReadonlyArray<readonly [id: number, inputs: unknown, codes: ReadonlyArray<string>]> = [
    [6429, { Part_No: "", Active: 1, Specification_Key: 1 }, ["NOT_FOUND", "NOT_FOUND"]],
    [4142, { date_begin: "2026-06-12T00:00:00Z" }, ["NOT_FOUND"]],
    [4142, { Date_Begin: "2026-06-01" }, ["FORMAT_INVALID"]],
    [4142, { Date_Begin: "2026-06-01T00:00:00+00:00" }, ["FORMAT_INVALID"]],
    [4142, { Date_Begin: 20260601 }, ["TYPE_MISMATCH"]],
    [
      4142,
      { Max_Records: "many", Out_Of_Spec: "perhaps", Part_No: {} },
      ["TYPE_MISMATCH", "TYPE_MISMATCH", "TYPE_MISMATCH"]
    ],
    [4142, { Plexus_Customer_No: 340884 }, ["NOT_ACCESSIBLE"]],
    [4142, [], ["FORMAT_INVALID"]],
    [22870, {}, ["REQUIRED"]],
    [22870, { Workcenter_Key: null }, ["NOT_NULLABLE"]],
    [22870, { Workcenter_Key: 5.5 }, ["TYPE_MISMATCH"]],
    [18765, { Start_Date: "2026-06-12T00:00:00Z" }, ["REQUIRED"]],
    [18765, { ...day, Use_Standard_Rate: 40_000 }, ["TYPE_MISMATCH"]]
  ]

  it.scoped("wrong inputs are 400, with a code for each", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const [id, inputs, codes] of wrong) {
        for (const query of ["?format=2", ""]) {
          const { body, status } = yield* execute(plex, id, inputs, query)
          assert.strictEqual(status, 400, JSON.stringify(inputs))
          codes.forEach((code, at) =>
            assert.nestedPropertyVal(body, `errors[${at}].code`, `DATA_SOURCE_INPUT_${code}`, JSON.stringify(inputs))
          )
          assert.notNestedProperty(body, `errors[${codes.length}]`)
          assert.nestedProperty(body, "transactionNo")
        }
      }
    })
  )

  it.scoped("inputs wrapped for the wrong format are refused", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const wrapped = yield* execute(plex, 22870, { inputs: { Workcenter_Key: 51003 } })
      assert.nestedPropertyVal(wrapped.body, "errors[1].code", "DATA_SOURCE_INPUT_NOT_FOUND")
      const bare = yield* dataSource(plex, "/api/datasources/22870/execute", {
        method: "POST",
        body: `{"Workcenter_Key":51003}`
      })
      assert.strictEqual(bare.status, 400)
    })
  )

  it.scoped("a write source is in the catalogue, and calling it is a violation", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const id of [8176, 10363, 20446, 21773]) {
        assert.strictEqual((yield* dataSource(plex, `/api/datasources/${id}`)).status, 200)
        yield* execute(plex, id, {})
      }
      yield* dataSource(plex, "/api/datasources/4142", { method: "DELETE" })
      const violations = plex.journal.entries({ server: "datasource", violation: true })
      assert.deepStrictEqual(
        violations.map(({ path }) => path.split("/")[3]),
        ["8176", "10363", "20446", "21773", "4142"]
      )
    })
  )

  it.scoped("calls above the limit are 429", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex({ knobs: { dataSourceRateLimit: 1 }, clock: () => 0 })
      assert.strictEqual((yield* dataSource(plex, "/api/datasources/search")).status, 200)
      const { headers, status } = yield* dataSource(plex, "/api/datasources/search")
      assert.strictEqual(status, 429)
      assert.strictEqual(headers.get("retry-after"), "60")
    })
  )
})

describe("what the Data Source API answers", () => {
  it.scoped("rows with format=2, and every answer has a greater transaction number", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const rows = [{ Part_No_Revision: "PART-1-A", Performance: 92.5 }]
      const first = yield* execute(plex, 22870, { Workcenter_Key: 51003 })
      const expected = { outputs: {}, rows, rowLimitedExceeded: false, transactionNo: "900000001" }
      assert.deepStrictEqual(first.body, expected)
      const second = yield* execute(plex, 22870, { Workcenter_Key: "51003" })
      assert.deepStrictEqual(second.body, { ...expected, transactionNo: "900000002" })
    })
  )

  it.scoped("columns and rows by default, absent cells as null", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const { body } = yield* execute(plex, 22870, { Workcenter_Key: 51003 }, "")
      assert.deepStrictEqual(body, {
        outputs: {},
        tables: [
          {
            columns: [
              "Part_No_Revision",
              "Performance",
              "Performance_Color",
              "Workcenter_Code",
              "Workcenter_Status",
              "Workcenter_Status_Color"
            ],
            rows: [["PART-1-A", 92.5, null, null, null, null]],
            rowLimitedExceeded: false
          }
        ],
        transactionNo: "900000001"
      })
    })
  )

  const flags = [
    ["top", "rowLimitedExceeded"],
    ["table", "tables[0].rowLimitedExceeded"],
    ["limitExceeded", "tables[0].limitExceeded"]
  ] as const

  for (const [truncationFlag, path] of flags) {
    it.scoped(`exactly the limit's rows, and the flag as ${path}`, () =>
      Effect.gen(function* () {
        const plex = yield* tinyPlex({ knobs: { truncationFlag, rowLimits: { "4142": 2 } } })
        const cut = yield* execute(plex, 4142, {}, "")
        assert.nestedProperty(cut.body, "tables[0].rows[1]")
        assert.notNestedProperty(cut.body, "tables[0].rows[2]")
        assert.nestedPropertyVal(cut.body, path, true)
        for (const [, other] of flags) if (other !== path) assert.notNestedProperty(cut.body, other)
        const bare = yield* execute(plex, 4142, {})
        assert.nestedPropertyVal(bare.body, "rowLimitedExceeded", true)
        plex.knobs.rowLimits = { "4142": 3 }
        assert.nestedPropertyVal((yield* execute(plex, 4142, {}, "")).body, path, false)
      })
    )
  }

  it.scoped("without other settings 4142 returns up to 5,000 rows and the others 1,000", () =>
    Effect.gen(function* () {
      const checksheets = Array.from({ length: 5001 }, (_, number) => ({ Checksheet_No: number }))
      const specificationPicker = Array.from({ length: 1000 }, (_, number) => ({ Specification_Key: number }))
      const plex = yield* tinyPlex({ plant: tinyPlant({ checksheets, specificationPicker }) })
      const cut = yield* execute(plex, 4142, {})
      assert.nestedPropertyVal(cut.body, "rows[4999].Checksheet_No", 4999)
      assert.notNestedProperty(cut.body, "rows[5000]")
      assert.propertyVal(cut.body, "rowLimitedExceeded", true)
      assert.propertyVal((yield* execute(plex, 5112, {})).body, "rowLimitedExceeded", false)
    })
  )

  const selections: ReadonlyArray<
    readonly [id: number, inputs: unknown, field: string, values: ReadonlyArray<unknown>]
  > = [
    [4142, {}, "Checksheet_No", [1, 2, 3]],
    [4142, { Date_Begin: null, Max_Records: 2 }, "Checksheet_No", [1, 2]],
    [4142, { Date_Begin: "2026-06-12T09:00Z", Date_End: "2026-06-12T10:00:00Z" }, "Checksheet_No", [2]],
    [4142, { Part_No: "part-3", Out_Of_Spec: 0 }, "Checksheet_No", [3]],
    [19938, { Date_Begin: "2026-06-12T09:00Z", Date_End: "2026-06-12T10:00Z" }, "Problem_No", ["P-1"]],
    [19938, { Date_Begin: "2026-06-12T10:00Z" }, "Problem_No", []],
    [5112, { Active_Flag: true }, "Specification_Key", [1, 2]],
    [6429, { Specification_Key: 2 }, "Specification_Key", [2]],
    [6429, { Specification_Key: 3 }, "Specification_Key", []],
    [18765, day, "Planned_Production_Time", [24, 0]],
    [18765, { ...day, Workcenter_Keys: "51002,51004" }, "Workcenter_Code", ["WC-2"]],
    [22870, { Workcenter_Key: 1 }, "Performance", []],
    [1791, { Part_No: "PART-1" }, "Part_Key", [8265836]],
    [1791, {}, "Part_No_Revision", ["PART-1-A", "PART-2-A", "PART-3"]]
  ]

  it.scoped("the rows that the inputs select", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const [id, inputs, field, values] of selections) {
        const { body } = yield* execute(plex, id, inputs)
        values.forEach((value, at) =>
          assert.nestedPropertyVal(body, `rows[${at}].${field}`, value, `${id} ${JSON.stringify(inputs)}`)
        )
        assert.notNestedProperty(body, `rows[${values.length}]`, `${id} ${JSON.stringify(inputs)}`)
      }
    })
  )

  it.scoped("indented when asked", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const response = yield* Effect.promise(() =>
        fetch(`${plex.dataSourceUrl}/api/datasources/1791?pretty=true`, { headers: { authorization: basic(plex) } })
      )
      assert.match(yield* Effect.promise(() => response.text()), /^{\n {2}"id": 1791,\n/)
    })
  )
})

describe("the catalogue", () => {
  it.scoped("is searched by a part of the name in any case, and listed whole by none", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const found = yield* dataSource(plex, "/api/datasources/search?name=checksheets_GET")
      assert.deepStrictEqual(found.body, [
        { id: 4142, name: "Checksheets_Get", description: "Checksheet headers of a period" }
      ])
      const all = yield* dataSource(plex, "/api/datasources/search?name=")
      assert.nestedPropertyVal(all.body, "length", dataSources.length)
    })
  )

  it.scoped("describes a source: what it takes and what it gives", () =>
    Effect.gen(function* () {
      const { body } = yield* dataSource(yield* tinyPlex(), "/api/datasources/6429")
      assert.nestedPropertyVal(body, "name", "Specification_Get")
      assert.deepNestedPropertyVal(body, "inputs[1]", {
        name: "Specification_Key",
        type: "int32",
        required: true,
        nullable: false
      })
      assert.deepNestedPropertyVal(body, "columns[0]", { name: "Specification_Key", type: "int32", nullable: true })
      assert.deepNestedPropertyVal(body, "outputs", [])
    })
  )

  it("has a column for every field that the plant's rows show", () => {
    const plant = makePlant({ seed: 7, size: "demo" })
    const key = plant.workcenterKeys.values().next().value ?? 0
    const inputs = new Map<string, number>([
      ["Start_Date", plant.now() - 86_400_000],
      ["End_Date", plant.now()],
      ["Workcenter_Key", key]
    ])
    for (const { columns, id, rows } of dataSources) {
      if (rows === undefined) continue
      const shown = new Set(rows(plant, inputs).flatMap((row) => Object.keys(row)))
      assert.isAbove(shown.size, 0, `${id}`)
      assert.includeMembers(
        columns.map(({ name }) => name),
        Array.from(shown),
        `${id}`
      )
    }
  })
})
