/**
 * CDF did it and the answer never came: whatever was asked for, it is there once, and nothing is taken for refused.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import type { ResourceKind, Resources } from "../../../src/domain/cdf/Resource.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { sandboxDataSets } from "../../../src/sandbox/cdf/CdfSandbox.js"
import type { Cdf } from "../../../src/services/Cdf.js"
import { sandboxed } from "./Sandboxed.js"

type Service = typeof Cdf.Service

const id = (name: string) => ExternalId.make(name)
const dataSetId = sandboxDataSets[0]?.id ?? 0
const base = { dataSetId, source: "Plex", metadata: {} }
const columns = [{ externalId: "n", valueType: "DOUBLE" }] as const

const one: { readonly [K in ResourceKind]: (name: string) => Resources[K] } = {
  assets: (name) => ({ ...base, externalId: id(name), name }),
  events: (name) => ({ ...base, externalId: id(name), type: "job", startTime: 1_700_000_000_000 }),
  timeseries: (name) => ({ externalId: id(name), name, isString: false, isStep: false, dataSetId, metadata: {} }),
  sequences: (name) => ({ externalId: id(name), name, dataSetId, metadata: {}, columns }),
  relationships: (name) => ({
    externalId: id(name),
    sourceExternalId: id("a0"),
    sourceType: "asset",
    targetExternalId: id("a1"),
    targetType: "asset",
    dataSetId,
    labels: []
  }),
  labels: (name) => ({ externalId: id(name), name, dataSetId })
}

/** Puts five of a kind into CDF; each of them must be taken. */
const put = <K extends ResourceKind>(cdf: Service, kind: K, exists = false, over: Partial<Resources[K]> = {}) =>
  Effect.map(
    cdf.upsert(
      kind,
      Array.from({ length: 5 }, (_, at) => ({
        resource: { ...one[kind](`${kind}${at}`), ...over },
        exists,
        owns: [],
        heldLinks: []
      }))
    ),
    ({ created, refused, unchanged, updated }) => {
      assert.deepStrictEqual(refused, [])
      assert.strictEqual(created.length + updated.length + unchanged.length, 5)
    }
  )

const points = [
  { externalId: id("timeseries0"), points: [1, 2, 3].map((value) => ({ timestamp: value * 1000, value })) }
]
const rows = [
  { externalId: id("sequences0"), columns, rows: [0, 1, 2].map((rowNumber) => ({ rowNumber, values: [rowNumber] })) }
]

interface Deed {
  readonly name: string
  /** The call whose answer is lost. */
  readonly path: RegExp
  readonly before?: (cdf: Service) => Effect.Effect<unknown, unknown>
  readonly act: (cdf: Service) => Effect.Effect<unknown, unknown>
}

const creation = (kind: Exclude<ResourceKind, "labels">): Deed => ({
  name: `a creation of ${kind}`,
  path: new RegExp(`/${kind}$`),
  act: (cdf) => put(cdf, kind)
})

const deletion = (kind: ResourceKind): Deed => ({
  name: `a deletion of ${kind}`,
  path: new RegExp(`/${kind}/delete$`),
  before: (cdf) => put(cdf, kind),
  act: (cdf) =>
    cdf.delete(
      kind,
      [0, 1, 2].map((at) => id(`${kind}${at}`))
    )
})

const deeds: ReadonlyArray<Deed> = [
  creation("assets"),
  creation("events"),
  creation("timeseries"),
  creation("sequences"),
  creation("relationships"),
  {
    name: "an update of assets",
    path: /\/assets\/update$/,
    before: (cdf) => put(cdf, "assets"),
    act: (cdf) => put(cdf, "assets", true, { name: "new" })
  },
  {
    name: "an update of events",
    path: /\/events\/update$/,
    before: (cdf) => put(cdf, "events"),
    act: (cdf) => put(cdf, "events", true, { subtype: "new" })
  },
  {
    name: "points",
    path: /\/timeseries\/data$/,
    before: (cdf) => put(cdf, "timeseries"),
    act: (cdf) => cdf.insertPoints(points)
  },
  {
    name: "a deletion of points",
    path: /\/timeseries\/data\/delete$/,
    before: (cdf) => Effect.zipRight(put(cdf, "timeseries"), cdf.insertPoints(points)),
    act: (cdf) => cdf.deletePoints([{ externalId: id("timeseries0"), begin: 1000, end: 2500 }])
  },
  {
    name: "rows",
    path: /\/sequences\/data$/,
    before: (cdf) => put(cdf, "sequences"),
    act: (cdf) => cdf.insertRows(rows)
  },
  {
    name: "a deletion of rows",
    path: /\/sequences\/data\/delete$/,
    before: (cdf) => Effect.zipRight(put(cdf, "sequences"), cdf.insertRows(rows)),
    act: (cdf) => cdf.deleteRows([{ externalId: id("sequences0"), rowNumbers: [1, 2] }])
  },
  deletion("assets"),
  deletion("events"),
  deletion("timeseries"),
  deletion("sequences"),
  deletion("relationships")
]

/** What CDF holds after a deed, of which CDF loses the first answer or none. */
const after = ({ act, before, path }: Deed, lost: boolean) =>
  Effect.gen(function* () {
    const { cdf, sandbox } = yield* sandboxed({ calls: { maxRetries: 2, retryDelay: 1 } })
    yield* before?.(cdf) ?? Effect.void
    if (lost) sandbox.faults.add({ kind: "lost", match: { path }, times: 1 })
    yield* act(cdf)
    const struck = sandbox.faults.rules().map((rule) => rule.struck)
    return { content: sandbox.snapshot(), struck }
  })

/** The same content, lost answer or not. */
const isHarmless = (deed: Deed) =>
  Effect.gen(function* () {
    const disturbed = yield* after(deed, true)
    assert.deepStrictEqual(disturbed.struck, [1], "an answer was lost")
    assert.deepStrictEqual(disturbed.content, (yield* after(deed, false)).content)
  })

describe("A lost answer", () => {
  for (const deed of deeds) {
    it.scopedLive(`to ${deed.name} changes nothing`, () => isHarmless(deed))
  }

  it.scopedLive("to a creation that is only tried again would be seen", () =>
    Effect.gen(function* () {
      const naive: Deed = { ...creation("events"), act: (cdf) => cdf.create("events", [one.events("e")]) }
      assert.isTrue(Exit.isFailure(yield* Effect.exit(isHarmless(naive))))
    })
  )
})
