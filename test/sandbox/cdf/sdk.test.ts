import { CogniteClient, CogniteMultiError } from "@cognite/sdk"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { requestToken, startCdf } from "./client.js"

const connected = Effect.gen(function* () {
  const { cdf } = yield* startCdf()
  const client = new CogniteClient({
    appId: "sandbox-test",
    project: cdf.project,
    baseUrl: cdf.url,
    oidcTokenProvider: async () => {
      const { body } = await Effect.runPromise(requestToken(cdf))
      return String(body["access_token"])
    }
  })
  yield* Effect.promise(() => client.authenticate())
  return { cdf, client }
})

it.scoped("the unmodified Cognite SDK makes, reads, changes and deletes all it knows", () =>
  Effect.gen(function* () {
    const { cdf, client } = yield* connected
    const dataSetId = cdf.dataSets[0]!.id
    yield* Effect.promise(async () => {
      const tree = await client.assets.create([
        { externalId: "child", name: "Child", parentExternalId: "root", dataSetId, metadata: { a: "1" } },
        { externalId: "root", name: "Root", dataSetId }
      ])
      assert.lengthOf(tree, 2)
      const again = await client.assets.create([{ externalId: "root", name: "Root" }]).catch((error: unknown) => error)
      assert.instanceOf(again, CogniteMultiError)
      assert.deepInclude(again, { status: 409, duplicated: [{ externalId: "root" }] })

      const [updated] = await client.assets.update([
        { externalId: "child", update: { name: { set: "Renamed" }, metadata: { add: { b: "2" }, remove: ["a"] } } }
      ])
      assert.deepInclude(updated, { name: "Renamed", metadata: { b: "2" } })
      const [child] = await client.assets.retrieve([{ externalId: "child" }])
      assert.instanceOf(child?.createdTime, Date)
      const listed = await client.assets.list({ filter: { externalIdPrefix: "ch" } }).autoPagingToArray({ limit: 10 })
      assert.lengthOf(listed, 1)

      const start = new Date("2026-03-08T07:00:00Z")
      await client.events.create([{ externalId: "job", type: "t", startTime: start, assetIds: [child!.id] }])
      const newest = await client.events.list({ filter: { type: "t" }, sort: { startTime: "desc" }, limit: 1 })
      assert.strictEqual(newest.items[0]?.externalId, "job")

      await client.timeseries.create([{ externalId: "oee", assetId: child!.id, unit: "%" }])
      await client.datapoints.insert([{ externalId: "oee", datapoints: [{ timestamp: start, value: 90.6 }] }])
      const [retrieved] = await client.datapoints.retrieve({
        items: [{ externalId: "oee", start: start.getTime(), end: start.getTime() + 1 }]
      })
      assert.deepEqual(retrieved?.datapoints, [{ timestamp: start, value: 90.6 }])
      const [latest] = await client.datapoints.retrieveLatest([{ externalId: "oee", before: "now" }])
      assert.isDefined(latest)

      await client.sequences.create([{ externalId: "bom", columns: [{ externalId: "qty", valueType: "DOUBLE" }] }])
      await client.sequences.insertRows([
        { externalId: "bom", columns: ["qty"], rows: [{ rowNumber: 1, values: [2.5] }] }
      ])
      const rows = await client.sequences.retrieveRows({ externalId: "bom" })
      assert.deepInclude(rows.items[0], { rowNumber: 1, values: [2.5] })

      await client.labels.create([{ externalId: "l", name: "L" }])
      await client.relationships.create([
        {
          externalId: "r",
          sourceExternalId: "root",
          sourceType: "asset",
          targetExternalId: "job",
          targetType: "event",
          labels: [{ externalId: "l" }]
        }
      ])
      await client.relationships.delete([{ externalId: "r" }])
      await client.labels.delete([{ externalId: "l" }])
      assert.lengthOf(await client.datasets.list().autoPagingToArray({ limit: 100 }), 6)

      await client.events.delete([{ externalId: "job" }])
      await client.timeseries.delete([{ externalId: "oee" }])
      await client.sequences.delete([{ externalId: "bom" }])
      await client.assets.delete([{ externalId: "root" }], { recursive: true })
    })
    const { dataSets, ...rest } = cdf.snapshot()
    assert.lengthOf(Object.keys(dataSets), 6)
    assert.deepStrictEqual(
      Object.values(rest).map((objects) => Object.keys(objects)),
      Object.values(rest).map(() => [])
    )
    assert.strictEqual(cdf.journal.count({ violation: true }), 0)
  })
)
