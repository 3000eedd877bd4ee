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

  it("of a sweep closes for all of several sets, and for more than half and more than five", () => {
    assert.isTrue(emptiesTooMany({ held: 2, emptied: 2 }))
    assert.isTrue(emptiesTooMany({ held: 5, emptied: 5 }))
    assert.isTrue(emptiesTooMany({ held: 11, emptied: 6 }))
  })

  it("of a sweep lets the only set empty that it has seen, few of several, and half of them", () => {
    assert.isFalse(emptiesTooMany({ held: 3, emptied: 0 }))
    assert.isFalse(emptiesTooMany({ held: 1, emptied: 1 }))
    assert.isFalse(emptiesTooMany({ held: 6, emptied: 5 }))
    assert.isFalse(emptiesTooMany({ held: 12, emptied: 6 }))
  })
})
