import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { defaultTenantTables } from "../../../src/domain/TenantTables.js"
import { inFolder } from "./folder.js"
import { problemsWith, settingsWith } from "./operator.js"

const tablesOf = (file: string, content: string) =>
  inFolder({ [file]: content }, (at) =>
    Effect.map(settingsWith({ TENANT_TABLES: at(file) }), ({ facility }) => facility.tables)
  )

const problemsOf = (content: string) =>
  inFolder({ "tables.yaml": content }, (at) => problemsWith({ TENANT_TABLES: at("tables.yaml") }))

describe("tenant tables", () => {
  it.effect("are the defaults without a file", () =>
    Effect.map(settingsWith({}), ({ facility }) => assert.deepStrictEqual(facility.tables, defaultTenantTables))
  )

  const merged = {
    ...defaultTenantTables,
    priorities: { ...defaultTenantTables.priorities, expedite: 4, low: 0 },
    wipInventoryTypes: ["HALB"],
    oee: { ...defaultTenantTables.oee, timeUnit: "minutes" }
  }
  const files: ReadonlyArray<readonly [string, string]> = [
    ["tables.json", '{"priorities":{"expedite":4,"low":0},"wipInventoryTypes":["HALB"],"oee":{"timeUnit":"minutes"}}'],
    [
      "tables.yaml",
      "priorities: { expedite: 4, low: 0 } # more\nwipInventoryTypes:\n  - HALB\noee:\n  timeUnit: minutes\n"
    ]
  ]
  for (const [file, content] of files) {
    it.effect(`of ${file} are laid over the defaults key by key, lists as a whole`, () =>
      Effect.map(tablesOf(file, content), (tables) => assert.deepStrictEqual<unknown>(tables, merged))
    )
  }

  it.effect("refuse unknown keys and wrong values by name, all at once", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf("priority: {}\noee: { timeUnit: days, unit: x }\npriorities: { low: high }\n")
      const paths = problems.map((problem) => /^TENANT_TABLES: ([\w.]+): /.exec(problem)?.[1])
      assert.deepStrictEqual(paths.toSorted(), ["oee.timeUnit", "oee.unit", "priorities.low", "priority"])
    })
  )

  it.effect("refuse a key that would reach into the process", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf('{"__proto__": {"polluted": 1}, "oee": {"constructor": 1}}')
      assert.match(problems.join("\n"), /^TENANT_TABLES: oee\.constructor/m)
      assert.notProperty({}, "polluted")
    })
  )

  const unreadable: ReadonlyArray<readonly [string, string, RegExp]> = [
    ["broken YAML", "a: [hidden\nb: }", /is not YAML or JSON, see line 2/],
    ["a list", "- hidden", /does not hold a table/],
    ["nothing", "", /does not hold a table/]
  ]
  for (const [name, content, expected] of unreadable) {
    it.effect(`refuse a file of ${name} without repeating it`, () =>
      Effect.gen(function* () {
        const problems = yield* problemsOf(content)
        assert.lengthOf(problems, 1)
        assert.match(problems[0] ?? "", expected)
        assert.notInclude(problems[0] ?? "", "hidden")
      })
    )
  }
})
