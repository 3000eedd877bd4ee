import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { codeInDataSets, namedDataSets, type NamingStrategy, namingStrategies } from "../../src/domain/DataSetNames.js"
import { dataSetNames } from "../../src/domain/Facility.js"

const detroit = { pcn: "340884", code: "RA-Detroit" }
const oslo = { pcn: "340885", code: "Oslo" }

/** What two facilities would have in common. */
const sharedUnder = (strategy: NamingStrategy) => {
  const [one, other] = [namedDataSets(detroit, strategy), namedDataSets(oslo, strategy)]
  return dataSetNames.filter((name) => one[name].externalId === other[name].externalId)
}

const anyCode = FastCheck.string({ unit: "binary", minLength: 1, maxLength: 50 })

describe("namedDataSets", () => {
  it("gives each facility data sets of its own, shares all, or shares what describes a plant", () => {
    assert.deepStrictEqual(sharedUnder("separate_datasets"), [])
    assert.deepStrictEqual(sharedUnder("shared_datasets"), [...dataSetNames])
    assert.deepStrictEqual(sharedUnder("hybrid"), ["master", "maintenance"])
  })

  it("names them as the Toolkit module does", () => {
    const { production } = namedDataSets(detroit, "separate_datasets")
    assert.strictEqual(production.externalId, "ds_plex_production_ra_detroit")
    assert.strictEqual(production.name, "plex:production:RA-Detroit")
    const { production: shared } = namedDataSets(detroit, "shared_datasets")
    assert.strictEqual(shared.externalId, "ds_plex_production")
    assert.strictEqual(shared.name, "plex:production")
  })

  it("names a facility by its PCN where its code has nothing that an id could hold", () => {
    assert.strictEqual(codeInDataSets({ pcn: "7", code: "--" }), "f7")
    assert.strictEqual(codeInDataSets({ pcn: "7", code: " Åsgårdstrand 2 " }), "åsgårdstrand_2")
  })

  it.prop(
    "makes six different external ids that fit, of names that fit, whatever the code",
    [anyCode, FastCheck.constantFrom(...namingStrategies)],
    ([code, strategy]) => {
      const sets = Object.values(namedDataSets({ pcn: "1", code }, strategy))
      assert.strictEqual(new Set(sets.map(({ externalId }) => externalId)).size, 6)
      for (const { description, externalId, name } of sets) {
        assert.isTrue(externalId.isWellFormed() && Buffer.byteLength(externalId) <= 255)
        assert.isTrue(name.isWellFormed() && name.length > 0 && name.length <= 50)
        assert.isTrue(description.length > 0 && description.length <= 500)
      }
    }
  )
})
