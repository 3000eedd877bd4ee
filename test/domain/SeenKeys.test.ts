import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { SeenKeys } from "../../src/domain/SeenKeys.js"

const pair = FastCheck.tuple(FastCheck.constantFrom("assets", "events"), FastCheck.string())

describe("SeenKeys", () => {
  it.prop(
    "knows exactly what was added, whatever the keys",
    [FastCheck.array(pair), FastCheck.array(pair)],
    ([added, asked]) => {
      const seen = new SeenKeys()
      const names = new Set<string>()
      for (const [kind, key] of added) {
        seen.add(kind, key)
        names.add(JSON.stringify([kind, key]))
      }
      assert.strictEqual(seen.size, names.size)
      for (const [kind, key] of [...added, ...asked]) {
        assert.strictEqual(seen.has(kind, key), names.has(JSON.stringify([kind, key])))
      }
    }
  )

  it("tells kinds apart, and where the kind ends and the key begins", () => {
    const seen = new SeenKeys()
    seen.add("a", "bc")
    assert.isFalse(seen.has("ab", "c"))
    assert.isFalse(seen.has("b", "bc"))
    assert.isTrue(seen.has("a", "bc"))
  })

  // Pairs that a search found: by chance there is such a one only among some 100,000 keys, or among millions.
  const halfAlike: ReadonlyArray<readonly [half: string, one: string, other: string]> = [
    ["the low 32 bits", "S121086", "S161246"],
    ["the low 32 bits", "S72011", "S197706"],
    ["the high 21 bits", "S103", "S238"],
    ["the high 21 bits, all of which are 0", "S2846560", "S2941351"]
  ]
  for (const [half, one, other] of halfAlike) {
    it(`tells ${one} and ${other} apart, although their hashes agree in ${half}`, () => {
      const seen = new SeenKeys()
      seen.add("assets", one)
      assert.isFalse(seen.has("assets", other))
      seen.add("assets", other)
      assert.strictEqual(seen.size, 2)
      assert.isTrue(seen.has("assets", one) && seen.has("assets", other))
    })
  }

  it("holds 300,000 keys that differ little in 16 bytes each, and mistakes none", () => {
    const seen = new SeenKeys()
    const key = (at: number) => `PCN340884_container_S${at}`
    global.gc?.()
    const before = process.memoryUsage().arrayBuffers
    for (let at = 0; at < 300_000; at++) seen.add("assets", key(at))
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 300_000 * 40)
    assert.strictEqual(seen.size, 300_000)
    let wrong = 0
    for (let at = 0; at < 300_000; at++) if (!seen.has("assets", key(at)) || seen.has("events", key(at))) wrong++
    assert.strictEqual(wrong, 0)
  })
})
