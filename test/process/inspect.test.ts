/**
 * What stands behind one object, and what CDF and the state hold, as an operator asks for it; Plex, CDF and the state are changed one
 * without the others.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Logger } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { watermarkedFlows } from "../../src/domain/Flow.js"
import { AppConfigLive, FacilityLive, layerProgressSilent, pass } from "../../src/index.js"
import * as FacilityReading from "../../src/layers/FacilityReading.js"
import { inspect } from "../../src/pipelines/inspect.js"
import { overview } from "../../src/pipelines/overview.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { newFile } from "../layers/state/Variants.js"
import { runProcess } from "../support/RunProcess.js"
import { environmentOf, lastOf, startSandbox, writesTo } from "../support/SandboxProcess.js"
import { somebody } from "../support/Tampering.js"

const small = { parts: 8, jobs: 8, openJobs: 4, containers: 12, checksheets: 4, historyDays: 2, entriesPerDay: 40 }

/** What an embedding application provides, over a state in a file. */
const config = (sandbox: Sandbox, path: string) =>
  Layer.merge(layerProgressSilent, Logger.replace(Logger.defaultLogger, Logger.none)).pipe(
    Layer.provideMerge(AppConfigLive.layer(environmentOf(sandbox, { STATE_URL: `file:${path}` })))
  )

const onePass = (sandbox: Sandbox, path: string) =>
  Effect.flatMap(Deferred.make<void>(), (stop) => pass({ only: [], sweep: true, stop })).pipe(
    Effect.provide(
      FacilityLive.layer.pipe(Layer.provide(FacilityLive.layerShared), Layer.provideMerge(config(sandbox, path)))
    )
  )

const looking = (sandbox: Sandbox, path: string) =>
  FacilityReading.layer.pipe(Layer.provideMerge(config(sandbox, path)))

const ids = (kind: string, key: unknown) => `PCN340884_${kind}_${String(key)}`

describe("inspect", { timeout: 240_000 }, () => {
  it.scopedLive("says of each object why it is as it is, and changes nothing", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small, poison: true })
      const { plant, cdf } = sandbox
      const path = yield* newFile
      yield* onePass(sandbox, path)
      const post = yield* somebody(sandbox)
      const [same, changed, touched, vanished, deleted] = plant.parts.filter(({ id }) =>
        cdf.state.assets.get(ids("part", id))
      )
      const entries = cdf.state.events
        .all()
        .filter(({ type }) => type === "production_entry")
        .slice(0, 3)
      yield* post("assets", [{ externalId: "theirs", name: "Theirs" }])
      yield* post("assets/update", [{ externalId: ids("part", touched?.["id"]), update: { name: { set: "Mine" } } }])
      yield* post("assets/delete", [{ externalId: ids("part", deleted?.["id"]) }])
      const sequences = cdf.state.sequences.all().map(({ externalId }) => String(externalId))
      const [changedRows, cutRows] = ["_bom_", "_routing_"].map(
        (kind) => sequences.find((id) => id.includes(kind) && cdf.state.rows(id).length > 1) ?? ""
      )
      yield* post("sequences/data", [
        { externalId: changedRows, columns: ["quantity"], rows: [{ rowNumber: 1, values: [999] }] }
      ])
      yield* post("sequences/data/delete", [{ externalId: cutRows, rows: [0] }])
      // Nothing is retired as long as a part of the list has no key.
      plant.remove("parts", String(vanished?.["id"]))
      yield* onePass(sandbox, path)
      plant.put("parts", { ...changed, name: "Another name" })
      const fresh = "11111111-2222-4333-8444-555555555555"
      plant.put("parts", { ...same, id: fresh, number: "FRESH-1" })

      const mark = lastOf(sandbox)
      const bytes = readFileSync(path)
      yield* Effect.gen(function* () {
        const verdictOf = (text: unknown) =>
          Effect.map(inspect(String(text)), ({ sentence, verdict }) => [verdict, sentence])
        const part = (record: { readonly id?: unknown } | undefined) => verdictOf(ids("part", record?.["id"]))

        const inStep = yield* inspect(ids("part", same?.["id"]))
        assert.strictEqual(inStep.verdict, "in step")
        assert.deepStrictEqual(
          inStep.plex.asked.flatMap(({ operation }) => (operation.includes("/parts") ? [operation] : [])),
          [`GET /mdm/v1/parts/${String(same?.["id"])}`]
        )
        assert.deepInclude(Object(inStep.plex.records[0]), { id: same?.["id"] })
        // As it is called in Plex, and without the prefix of the facility.
        assert.strictEqual((yield* verdictOf(same?.["id"]))[0], "in step")
        assert.strictEqual((yield* verdictOf(`part_${String(same?.["id"])}`))[0], "in step")
        // Their containers may not be there yet.
        for (const { externalId } of entries) {
          const entry = yield* inspect(String(externalId))
          assert.include(["in step", "waiting"], entry.verdict, entry.sentence)
          assert.lengthOf(entry.plex.records, 1)
        }

        const mine = yield* inspect(ids("part", touched?.["id"]))
        assert.deepStrictEqual(
          mine.differences.map(({ cdf, field }) => [field, cdf]),
          [["name", "Mine"]]
        )
        assert.match(mine.sentence, /CDF differs in name: somebody changed it there: plex-cdf reconcile/)
        const rows = yield* inspect(String(changedRows))
        assert.match(rows.sentence, /^CDF differs in rows.quantity: somebody changed it there: plex-cdf reconcile/)
        assert.deepInclude(rows.differences[0], { field: "rows.quantity", cell: { row: 1, more: 0 }, cdf: 999 })
        assert.isNumber(rows.differences[0]?.plex)
        const cut = yield* inspect(String(cutRows))
        const whole = cdf.state.rows(String(cutRows)).length + 1
        assert.deepStrictEqual(cut.differences, [{ field: "rows", cdf: whole - 1, plex: whole }])
        const others = sequences.filter((id) => id !== changedRows && id !== cutRows)
        for (const kind of ["_bom_", "_routing_", "_job_routing_"]) {
          const like = yield* inspect(others.findLast((id) => id.includes(kind)) ?? "")
          assert.include(["in step", "waiting"], like.verdict, `${like.externalId}: ${like.sentence}`)
        }
        assert.match(
          (yield* part(changed))[1] ?? "",
          /CDF differs in .*name.*: Plex changed since .* next run of parts/
        )
        assert.match((yield* part(vanished))[1] ?? "", /does not list it any more: the next whole reading by parts/)
        assert.match((yield* part(deleted))[1] ?? "", /somebody deleted it there: plex-cdf reconcile/)
        assert.match(
          (yield* verdictOf(ids("part", fresh)))[1] ?? "",
          /not written yet: the next run of parts creates it/
        )

        const [letter] = yield* (yield* DeadLetters).list({ flow: "jobs" })
        const [verdict, sentence] = yield* verdictOf(ids("job", letter?.key))
        assert.strictEqual(verdict, "dead letter")
        assert.match(sentence ?? "", /missing in CDF, as it is a dead letter: quantity: /)
        const waiting = yield* Effect.forEach(
          cdf.state.assets
            .all()
            .filter(({ parentExternalId }) => parentExternalId === "PCN340884_containers_root_340884"),
          ({ externalId }) => verdictOf(externalId)
        )
        assert.isTrue(waiting.some(([verdict, sentence]) => verdict === "waiting" && /location_/.test(sentence ?? "")))
        assert.strictEqual((yield* verdictOf("theirs"))[0], "not ours")
        assert.strictEqual((yield* verdictOf("nothing of that name"))[0], "unknown id")
        assert.strictEqual((yield* verdictOf(ids("part", "no-such-part")))[0], "unknown id")
      }).pipe(Effect.provide(looking(sandbox, path)))
      // What an inspection caught stays in the memory of its layer: this one has its own.
      yield* Effect.gen(function* () {
        const all = yield* overview
        const parts = all.rows.find(({ type }) => type === "part")
        const held = cdf.state.assets.all().filter(({ externalId }) => String(externalId).includes("_part_"))
        assert.deepInclude(parts, { count: held.length, retired: 0 })
        // The one that somebody deleted.
        assert.deepStrictEqual(parts?.ledger, { live: held.length + 1, comparable: held.length })
        assert.isTrue(all.orphans.every(({ parentExists }) => !parentExists) && all.orphans.length > 0)
      }).pipe(Effect.provide(looking(sandbox, path)))
      assert.deepStrictEqual(writesTo(sandbox, mark), [])
      assert.isTrue(bytes.equals(readFileSync(path)))
    })
  )

  it.scopedLive("and state speak as commands do, and what they change costs calls and nothing else", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small })
      const path = yield* newFile
      yield* onePass(sandbox, path)
      const { rows } = yield* Effect.provide(overview, looking(sandbox, path))
      assert.deepStrictEqual(
        rows.filter(({ ledger }) => ledger !== undefined && ledger.live !== ledger.comparable),
        []
      )
      const command = (...args: ReadonlyArray<string>) =>
        runProcess(args, { environment: environmentOf(sandbox, { STATE_URL: `file:${path}` }) })
      const exported = `${path}.jsonl`
      const first = yield* command("state", "export", exported)
      assert.strictEqual(first.code, 0, first.stderr)
      const kept = readFileSync(exported, "utf8")

      const part = ids("part", sandbox.plant.parts.find(({ id }) => typeof id === "string")?.["id"])
      const shown = yield* command("inspect", part)
      assert.match(shown.stdout, /^in step: /)
      assert.match(shown.stdout, /^ {2}confirmed .* in run \w+$/m)
      const unknown = yield* command("inspect", "nothing of that name", "--json")
      assert.strictEqual(unknown.code, 1)
      assert.match(unknown.stdout, /"verdict":"unknown id"/)

      const future = yield* command("state", "watermark", "status-entries", "--set", "2999-01-01T00:00:00Z")
      assert.strictEqual(future.code, 2)
      assert.match(future.stderr, /lies in the future, as Plex's clock says/)
      const none = yield* command("state", "watermark", "boms", "--set", "2026-06-11T00:00:00Z")
      assert.strictEqual(none.code, 2)
      assert.match(none.stderr, /^plex-cdf: boms has no watermark to set; these flows have one: buildings, parts, /)
      const marked = new Set<string>()
      for (const line of kept.split("\n")) {
        const flow = /"table":"watermark","row":\{"flow":"([a-z-]+)"/.exec(line)?.[1]
        if (flow !== undefined) marked.add(flow)
      }
      assert.sameMembers([...marked], [...watermarkedFlows])
      // Not before the first run began: from there on all would be wanted.
      const sixHoursAgo = new Date(sandbox.plant.now() - 6 * 3_600_000).toISOString()
      const set = yield* command("state", "watermark", "production-entries", "--set", sixHoursAgo)
      assert.include(set.stdout, `production-entries\t${sixHoursAgo}\twas 2026-`, set.stderr)
      assert.strictEqual((yield* command("state", "reset", "--flow", "parts")).code, 2)
      assert.strictEqual((yield* command("state", "reset", "--flow", "parts", "--yes")).code, 0)
      const mark = lastOf(sandbox)
      yield* onePass(sandbox, path)
      assert.deepStrictEqual(writesTo(sandbox, mark), [])

      writeFileSync(`${exported}.cut`, kept.slice(0, kept.length / 2))
      assert.strictEqual((yield* command("state", "import", "--replace", `${exported}.cut`)).code, 1)
      const back = yield* command("state", "import", "--replace", exported)
      assert.strictEqual(back.code, 0, back.stderr)
      assert.strictEqual((yield* command("state", "export")).stdout, kept)
      assert.match((yield* command("state", "show")).stdout, /^parts\t\d+\t0\t/m)

      sandbox.plant.remove("parts", part.replace("PCN340884_part_", ""))
      yield* onePass(sandbox, path)
      const gone = yield* command("inspect", part)
      assert.strictEqual(gone.code, 0, gone.stderr)
      assert.match(
        gone.stdout,
        /^gone from Plex: Plex does not list it any more: retired since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m
      )
    })
  )
})
