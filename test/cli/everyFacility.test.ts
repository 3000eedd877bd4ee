import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Option } from "effect"
import { type ChosenFacilities, everyFacility } from "../../src/cli/everyFacility.js"
import { degraded, failed, misused, succeeded, worstOf } from "../../src/cli/exitCode.js"
import { chosenFacilities, onlyFacility } from "../../src/cli/facilityOption.js"
import { notHere } from "../../src/cli/notHere.js"
import { setExitCode } from "../../src/cli/output.js"
import { Speaking } from "../../src/cli/Speaking.js"
import type { Settings } from "../../src/services/AppConfig.js"
import { settings } from "../layers/cdf/Settings.js"

const named = (pcn: string, code: string, name: string): Settings => ({
  ...settings,
  facility: { ...settings.facility, pcn, code, name }
})

const detroit = named("340884", "DET", "Detroit")
const oslo = named("340885", "OSL", "Oslo")
const both: ChosenFacilities = [detroit, oslo]

/** The names of those who are chosen by `--facility`. */
const chosen = (...names: ReadonlyArray<string>) =>
  Effect.map(chosenFacilities(both, Option.some(names)), (found) => found.map(({ facility }) => facility.name))

/** What `work` sets as exit code of the process. */
const exitCodeOf = (work: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const codes: Array<number> = []
    yield* Effect.provideService(work, Speaking, { facility: undefined, exit: (code) => void codes.push(code) })
    return codes
  })

describe("--facility", () => {
  it.effect("finds by PCN, code and name, in any case of letters, in the order of the file", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* chosen("oslo"), ["Oslo"])
      assert.deepStrictEqual(yield* chosen("osl", "340884"), ["Detroit", "Oslo"])
      assert.deepStrictEqual(yield* chosen("Detroit", "DET"), ["Detroit"])
      assert.strictEqual((yield* chosenFacilities(both, Option.none())).length, 2)
    })
  )

  it.effect("names what fits nothing, and those there are", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(chosen("Oslo", "Berlin", ""))
      assert.strictEqual(
        message,
        '--facility: "Berlin", "" is no facility; there are Detroit (DET, PCN 340884), Oslo (OSL, PCN 340885)'
      )
      const { message: single } = yield* Effect.flip(chosenFacilities([oslo], Option.some(["Berlin"])))
      assert.strictEqual(single, '--facility: "Berlin" is no facility; there is Oslo (OSL, PCN 340885)')
    })
  )
})

describe("a command that works on one facility", () => {
  it.effect("does not choose among several, and names them", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(onlyFacility(both))
      assert.strictEqual(
        message,
        "this works on one facility: name it by --facility; there are Detroit (DET, PCN 340884), Oslo (OSL, PCN 340885)"
      )
      yield* onlyFacility([oslo])
    })
  )
})

describe("the exit code of several facilities", () => {
  it("is that of a failure before all others", () => {
    assert.strictEqual(worstOf([succeeded, degraded, failed, misused]), failed)
    assert.strictEqual(worstOf([degraded, succeeded]), degraded)
    assert.strictEqual(worstOf([succeeded, succeeded]), succeeded)
    assert.strictEqual(worstOf([]), succeeded)
  })

  it.effect("is not that of the last one", () =>
    Effect.gen(function* () {
      const codes = yield* exitCodeOf(
        everyFacility(both, ({ facility }) => setExitCode(facility.name === "Detroit" ? degraded : succeeded))
      )
      assert.deepStrictEqual(codes, [degraded])
    })
  )
})

describe("what is asked for by its id", () => {
  /** The exit codes, and what was said by whom, where only these facilities have it; what the others say has this exit code. */
  const asked = (facilities: ChosenFacilities, having: ReadonlyArray<string>, codeOf: (name: string) => number) =>
    Effect.gen(function* () {
      const said: Array<readonly [speaker: string | undefined, what: string]> = []
      const say = (what: string) => Effect.map(Speaking, ({ facility }) => void said.push([facility, what]))
      const codes = yield* exitCodeOf(
        everyFacility(facilities, ({ facility: { name } }) =>
          having.includes(name) ? say("here it is") : notHere(say(`not in ${name}`), codeOf(name))
        )
      )
      return { codes, said }
    })

  it.effect("is shown by the facility that has it, and that the others do not is neither said nor a failure", () =>
    Effect.gen(function* () {
      for (const name of ["Detroit", "Oslo"]) {
        const { codes, said } = yield* asked(both, [name], () => failed)
        assert.deepStrictEqual(codes, [succeeded])
        assert.deepStrictEqual(said, [[name, "here it is"]])
      }
    })
  )

  it.effect("is said once to be missing where none has it, with the exit code of that", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* asked(both, [], () => failed), {
        codes: [failed],
        said: [[undefined, "not in Detroit"]]
      })
      assert.deepStrictEqual(yield* asked([oslo], [], () => failed), {
        codes: [failed],
        said: [[undefined, "not in Oslo"]]
      })
    })
  )

  it.effect("is told by who knows at least something of it, where none has it", () =>
    Effect.gen(function* () {
      const { codes, said } = yield* asked(both, [], (name) => (name === "Oslo" ? succeeded : failed))
      assert.deepStrictEqual(codes, [succeeded])
      assert.deepStrictEqual(said, [[undefined, "not in Oslo"]])
    })
  )
})

describe("each of several facilities", () => {
  it.effect("is done although another one breaks, which counts as failed", () =>
    Effect.gen(function* () {
      const done: Array<string> = []
      for (const order of ["one after the other", "at once"] as const) {
        const work = everyFacility(
          both,
          ({ facility }) => (facility.name === "Detroit" ? Effect.die("a bug") : Effect.sync(() => done.push(order))),
          order
        )
        assert.deepStrictEqual(yield* exitCodeOf(work), [failed])
      }
      assert.deepStrictEqual(done, ["one after the other", "at once"])
    })
  )

  it.effect("is done while others are, where all are done at once", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      yield* everyFacility(
        both,
        ({ facility }) =>
          Effect.asVoid(facility.name === "Detroit" ? Deferred.await(gate) : Deferred.succeed(gate, undefined)),
        "at once"
      ).pipe(Effect.timeoutFail({ duration: "1 minute", onTimeout: () => "they waited for each other" }))
    })
  )

  it.effect("speaks for itself; the only one for the process", () =>
    Effect.gen(function* () {
      const speakers: Array<string | undefined> = []
      const speak = () => Effect.map(Speaking, ({ facility }) => void speakers.push(facility))
      yield* everyFacility(both, speak)
      yield* everyFacility([oslo], speak)
      assert.deepStrictEqual(speakers, ["Detroit", "Oslo", undefined])
    })
  )
})
