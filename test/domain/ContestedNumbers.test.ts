import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { contestedKeys, NumberClaims } from "../../src/domain/ContestedNumbers.js"

const low = "11111111-08ee-4a9a-a1f8-26fcd8ecb03d"
const middle = "22222222-08ee-4a9a-a1f8-26fcd8ecb03d"
const high = "99999999-08ee-4a9a-a1f8-26fcd8ecb03d"

const held = (id: string, key: string) => ({ id, number: "J1", key, writtenAsNumber: false })

describe("contestedKeys", () => {
  it("the lower UUID keeps the number, the others get the first eight characters of theirs", () => {
    assert.deepStrictEqual(
      [...contestedKeys("J1", [high, low, middle])],
      [
        [low, "J1"],
        [middle, "J1_22222222"],
        [high, "J1_99999999"]
      ]
    )
  })

  it("UUIDs are compared without regard to case", () => {
    assert.strictEqual(contestedKeys("J1", ["B0000000-0", "a0000000-0"]).get("a0000000-0"), "J1")
  })

  it("ids that share their first eight characters still get keys of their own", () => {
    assert.deepStrictEqual(
      [...contestedKeys("J1", ["00000000-1", "00000000-2", "00000000-3"]).values()],
      ["J1", "J1_00000000", "J1_00000000-3"]
    )
  })
})

describe("NumberClaims", () => {
  it("numbers that nobody shares need no settlement", () => {
    const claims = new NumberClaims()
    assert.deepStrictEqual(
      ["J1", "J2", "j1"].map((number, at) => claims.claim(number, `id-${at}`)),
      ["mine", "mine", "mine"]
    )
    assert.deepStrictEqual(claims.settle("complete"), { write: [], contested: 0 })
  })

  it("a job that is listed twice does not contest its own number", () => {
    const claims = new NumberClaims()
    assert.deepStrictEqual([claims.claim("J1", low), claims.claim("J1", low)], ["mine", "mine"])
    assert.deepStrictEqual(claims.settle("complete").write, [])
  })

  it("when the lower UUID came first, only the later one is written at the end", () => {
    const claims = new NumberClaims()
    assert.deepStrictEqual([claims.claim("J1", low), claims.claim("J1", high)], ["mine", "contested"])
    assert.deepStrictEqual(claims.settle("complete"), { write: [held(high, "J1_99999999")], contested: 1 })
  })

  it("when the higher UUID came first, both are written at the end: it had the number only for a while", () => {
    const claims = new NumberClaims()
    assert.deepStrictEqual([claims.claim("J1", high), claims.claim("J1", low)], ["mine", "contested"])
    assert.deepStrictEqual(claims.settle("complete"), {
      write: [held(low, "J1"), { ...held(high, "J1_99999999"), writtenAsNumber: true }],
      contested: 1
    })
  })

  it("a partial list does not take the number from the job that has it from before", () => {
    const claims = new NumberClaims()
    claims.know("J1", low)
    assert.strictEqual(claims.claim("J1", high), "contested")
    assert.deepStrictEqual(claims.settle("partial"), { write: [held(high, "J1_99999999")], contested: 1 })
  })

  it("a complete list without the job that had the number gives it to the one that is there", () => {
    const claims = new NumberClaims()
    claims.know("J1", low)
    assert.strictEqual(claims.claim("J1", high), "contested")
    assert.deepStrictEqual(claims.settle("complete"), { write: [held(high, "J1")], contested: 0 })
  })

  it("the job that has the number from before claims it when it is listed", () => {
    const claims = new NumberClaims()
    claims.know("J1", low)
    assert.strictEqual(claims.claim("J1", high), "contested")
    assert.strictEqual(claims.claim("J1", low), "mine")
    assert.deepStrictEqual(claims.settle("complete"), { write: [held(high, "J1_99999999")], contested: 1 })
  })

  const claim = FastCheck.record({
    number: FastCheck.constantFrom("J1", "J2", "j1"),
    id: FastCheck.integer({ min: 0, max: 6 }).map((n) => `${n}1432449-08ee`)
  })

  it.prop(
    "whatever the order of the list, every job ends under the key that all the ids decide",
    [FastCheck.array(claim, { maxLength: 30 })],
    ([list]) => {
      const claims = new NumberClaims()
      /** External key → job, as in CDF. */
      const written = new Map<string, string>()
      for (const { id, number } of list) if (claims.claim(number, id) === "mine") written.set(number, id)
      for (const { id, key } of claims.settle("complete").write) written.set(key, id)

      const expected = new Map<string, string>()
      for (const number of new Set(list.map(({ number }) => number))) {
        const ids = list.filter((one) => one.number === number).map(({ id }) => id)
        for (const [id, key] of contestedKeys(number, ids)) expected.set(key, id)
      }
      assert.deepStrictEqual(new Map([...written].sort()), new Map([...expected].sort()))
    }
  )
})
