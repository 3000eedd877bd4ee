/**
 * What others do to a CDF that we keep: they add what is theirs, and change and delete what is ours.
 */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { answerOf, requestToken } from "../sandbox/cdf/client.js"

/** Somebody else who may write to the same CDF. */
export const somebody = ({ cdf }: Sandbox) =>
  Effect.gen(function* () {
    const token = String((yield* requestToken(cdf)).body["access_token"])
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    return (path: string, items: ReadonlyArray<object>) =>
      Effect.map(
        answerOf(`${cdf.url}/api/v1/projects/${cdf.project}/${path}`, {
          method: "POST",
          headers,
          body: JSON.stringify({ items })
        }),
        ({ body, status }) => {
          assert.isBelow(status, 300, `${path}: ${JSON.stringify(body)}`)
        }
      )
  })

const idOf = (object: Readonly<Record<string, unknown>> | undefined): string => {
  const id = object?.["externalId"]
  assert.isString(id)
  return String(id)
}

const first = (objects: ReadonlyArray<Readonly<Record<string, unknown>>>, part: string): string =>
  idOf(objects.find(({ externalId }) => String(externalId).includes(part)))

/** The event of a type that happened last; `at` 0: first. */
const newest = ({ cdf }: Sandbox, type: string, at = -1): string =>
  idOf(
    cdf.state.events
      .all()
      .filter((event) => event["type"] === type)
      .toSorted((one, other) => Number(one["startTime"]) - Number(other["startTime"]))
      .at(at)
  )

/** What others add is theirs: keys, links, labels, objects. */
export const add = (sandbox: Sandbox) =>
  Effect.gen(function* () {
    const { state } = sandbox.cdf
    const post = yield* somebody(sandbox)
    const part = first(state.assets.all(), "_part_")
    yield* post("assets", [{ externalId: "theirs", name: "Theirs" }])
    yield* post("assets/update", [{ externalId: part, update: { metadata: { add: { their_key: "theirs" } } } }])
    const theirs = Number(state.assets.get("theirs")?.["id"])
    const event = newest(sandbox, "production_entry")
    yield* post("events/update", [{ externalId: event, update: { assetIds: { add: [theirs] } } }])
  })

/** What others change and delete of ours; gives what that is. */
export const damage = (sandbox: Sandbox): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const { state } = sandbox.cdf
    const post = yield* somebody(sandbox)
    const part = first(state.assets.all(), "_part_")
    const job = newest(sandbox, "production_job")
    const entries = [newest(sandbox, "production_entry"), newest(sandbox, "production_entry", 0)]
    const scrap = newest(sandbox, "scrap_entry")
    const relationships = ["_routing_", "_bom_"].map((kind) => first(state.relationships.all(), kind))
    const [routing, bom] = ["_routing_", "_bom_"].map((kind) => first(state.sequences.all(), kind))
    const [wip, oee] = ["_ts_wip_", "_ts_oee_"].map((metric) => first(state.timeSeries.all(), metric))
    yield* post("assets/update", [
      { externalId: part, update: { name: { set: "Damaged" }, metadata: { add: { number: "X" }, remove: ["type"] } } }
    ])
    yield* post("events/update", [
      { externalId: job, update: { subtype: { set: "damaged" }, metadata: { set: {} } } },
      ...entries.map((externalId) => ({ externalId, update: { description: { setNull: true } } }))
    ])
    yield* post("events/delete", [{ externalId: scrap }])
    yield* post(
      "relationships/delete",
      relationships.map((externalId) => ({ externalId }))
    )
    const [row] = state.rows(bom ?? "")
    yield* post("sequences/data/delete", [{ externalId: bom, rows: [row?.rowNumber ?? 0] }])
    yield* post("sequences/delete", [{ externalId: routing }])
    yield* post("timeseries/delete", [{ externalId: wip }])
    const point = state.points(oee ?? "").at(-1)
    yield* post("timeseries/data/delete", [
      { externalId: oee, inclusiveBegin: point?.timestamp ?? 0, exclusiveEnd: (point?.timestamp ?? 0) + 1 }
    ])
    return [part, job, ...entries, scrap, ...relationships, ...[routing, bom, wip, oee].flatMap((one) => one ?? [])]
  })

/** All that CDF holds, without the points of now, whose instant is that of whichever pass wrote them. */
export const contentOf = ({ cdf }: Sandbox): unknown => {
  const { timeSeries, ...others } = cdf.snapshot()
  const past = Object.entries(timeSeries).filter(([id]) => !/_ts_(wip|inventory|status|live_performance)_/.test(id))
  return { ...others, timeSeries: Object.fromEntries(past), live: Object.keys(timeSeries) }
}
