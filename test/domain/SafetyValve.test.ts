import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { closesValve, emptiesTooMany, type Removal } from "../../src/domain/SafetyValve.js"

const removal = FastCheck.nat(60).chain((live) => FastCheck.nat(live).map((vanished): Removal => ({ live, vanished })))

/** The contract in its own words. */
const mustStayClosed = ({ live, vanished }: Removal): boolean => {
  const all = live > 0 && vanished === live
  const moreThanHalf = vanished > live - vanished
  return all || (moreThanHalf && vanished > 5)
}

/** A valve that forgets that a few may be all. */
const seeded = ({ live, vanished }: Removal): boolean => vanished > 5 && vanished * 2 > live

const agrees = (valve: typeof closesValve) =>
  FastCheck.check(
    FastCheck.property(removal, (one) => valve(one) === mustStayClosed(one)),
    { numRuns: 2000 }
  )

describe("The safety valve", () => {
  it("closes for all, and for more than half and more than five, and for nothing else", () => {
    assert.isFalse(agrees(closesValve).failed)
  })

  it("would be caught forgetting that a few may be all", () => {
    assert.isTrue(agrees(seeded).failed)
  })

  it("of a sweep lets few sets empty, be they all that it looked at", () => {
    assert.isFalse(emptiesTooMany({ looked: 5, emptied: 5 }))
    assert.isFalse(emptiesTooMany({ looked: 12, emptied: 6 }))
    assert.isTrue(emptiesTooMany({ looked: 11, emptied: 6 }))
  })
})
