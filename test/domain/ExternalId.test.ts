import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { makeExternalIds } from "../../src/domain/ExternalId.js"

const ids = makeExternalIds("340884")
const anyKey = FastCheck.oneof(
  FastCheck.string({ minLength: 1, maxLength: 400 }),
  FastCheck.string({ unit: "binary", minLength: 1, maxLength: 400 })
)

describe("makeExternalIds", () => {
  it("makes ids as the contract has them", () => {
    assert.strictEqual(
      ids.of("part", "ba079f00-255d-4373-aa99-3e021c39e466") as string,
      "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466"
    )
    assert.strictEqual(ids.of("job", "J004217") as string, "PCN340884_job_J004217")
    assert.strictEqual(ids.root("facility") as string, "PCN340884_facility_340884")
    assert.strictEqual(ids.series("oee", "w") as string, "PCN340884_ts_oee_w")
    assert.strictEqual(ids.series("wip", "p", "kg") as string, "PCN340884_ts_wip_p_kg")
    assert.strictEqual(ids.series("wip", "p", "") as string, "PCN340884_ts_wip_p")
    assert.strictEqual(ids.label("bom") as string, "PCN340884_label_bom")
    assert.strictEqual(ids.prefix("container"), "PCN340884_container_")
    assert.strictEqual(ids.prefix("ts_oee"), "PCN340884_ts_oee_")
  })

  it("puts the trial's prefix before every one", () => {
    const trial = makeExternalIds("340884", "TRIAL_")
    const all = [trial.root("facility"), trial.of("part", "1"), trial.series("oee", "1"), trial.label("bom")]
    for (const id of all) assert.isTrue(id.startsWith("TRIAL_PCN340884_"))
    assert.strictEqual(trial.facilityPrefix, "TRIAL_PCN340884_")
  })

  it("cuts an id that is too long in good time, however long it is", () => {
    const id = ids.of("container", "ü".repeat(1_000_000))
    assert.isTrue(Buffer.byteLength(id) <= 255)
  })

  it.prop("makes ids that fit, are well formed and begin with the prefix of their kind", [anyKey], ([key]) => {
    const id = ids.of("container", key)
    assert.isTrue(Buffer.byteLength(id) <= 255)
    assert.isTrue(id.isWellFormed() && !id.includes("\u0000"))
    assert.isTrue(id.startsWith(ids.prefix("container")))
    assert.strictEqual(ids.of("container", key), id)
  })

  it.prop("keeps long keys apart that differ only at their end", [FastCheck.nat(), FastCheck.nat()], ([a, b]) => {
    const long = "x".repeat(300)
    assert.strictEqual(ids.of("container", `${long}${a}`) === ids.of("container", `${long}${b}`), a === b)
  })
})
