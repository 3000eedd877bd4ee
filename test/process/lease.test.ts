/**
 * Two processes on one state: one works, the other one waits.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Extractor, extractors } from "../../src/domain/Flow.js"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { hasPostgres, newPostgres } from "../layers/state/Variants.js"
import { logLines, type Running, startProcess } from "../support/RunProcess.js"
import { environmentOf, lastOf, onePass, startSandbox, writesTo } from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

const small = { parts: 8, jobs: 8, openJobs: 4, checksheets: 4 }

const newFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-lease-process-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  ),
  (folder) => `file:${join(folder, "state.db")}`
)

const places: ReadonlyArray<{
  readonly name: string
  readonly skip: boolean
  readonly url: Effect.Effect<string, never, Scope.Scope>
}> = [
  { name: "a SQLite file", skip: false, url: newFile },
  { name: "PostgreSQL", skip: !hasPostgres, url: newPostgres }
]

const resident = (sandbox: Sandbox, url: string, ...args: ReadonlyArray<string>) =>
  startProcess(["--no-sweep", ...args], { environment: environmentOf(sandbox, { STATE_URL: url, HTTP_PORT: "0" }) })

/** Resolves at the first exchange of this kind from now on. */
const seen = ({ journal }: Sandbox, wanted: (entry: JournalEntry) => boolean): Promise<JournalEntry> =>
  new Promise((done) => {
    const stop = journal.subscribe((entry) => {
      if (!wanted(entry)) return
      stop()
      done(entry)
    })
  })

const isEventWrite = ({ method, path }: JournalEntry): boolean => method === "POST" && path.endsWith("/events")

/** It has run all its extractors: now it waits for their next beats, minutes away. */
const finished = (process: Running, names: ReadonlyArray<Extractor> = extractors) =>
  Effect.forEach(names, (name) =>
    Effect.promise(() => process.said(new RegExp(`"message":"extractor finished".*"extractor":"${name}"`)))
  )

/** Extractors enough for a process to be frozen in the middle of them. */
const frozenOnly: ReadonlyArray<Extractor> = ["master-data", "jobs"]

const standingBy = (process: Running) => Effect.promise(() => process.said(/standing by/))

for (const { name, skip, url: newUrl } of places) {
  describe.skipIf(skip)(`Two processes on one state in ${name}`, { concurrent: true, timeout: 180_000 }, () => {
    it.scopedLive(
      "one works and one waits; --once says who works and exits 1; after a SIGKILL the other goes on at once",
      () =>
        Effect.gen(function* () {
          const sandbox = yield* startSandbox({ size: small })
          const url = yield* newUrl
          sandbox.faults.add({ kind: "delay", millis: 3_000, match: { path: /\/mdm\/v1\/parts$/ }, times: 1 })
          const [first, second] = [
            yield* resident(sandbox, url, "--only", "master-data"),
            yield* resident(sandbox, url, "--only", "master-data")
          ]
          const both = [first, second]
          // Whoever comes first has it.
          const waiting = yield* Effect.promise(() =>
            Promise.any(both.map((each) => each.said(/standing by/).then(() => each)))
          )
          const working = waiting === first ? second : first
          const once = yield* onePass(sandbox, [], { STATE_URL: url })
          assert.strictEqual(once.code, 1, once.stderr)
          assert.match(once.stderr, new RegExp(`nothing was written: another process \\(pid ${working.pid} on .+\\)`))
          yield* finished(working, ["master-data"])
          assert.isAbove(writesTo(sandbox).length, 0)
          const before = lastOf(sandbox)
          assert.isEmpty(sandbox.journal.entries({ outcome: "pending" }))
          const killed = performance.now()
          working.kill("SIGKILL")
          yield* Effect.promise(() => waiting.said(/"message":"extractor finished".*"extractor":"master-data"/))
          assert.isBelow(performance.now() - killed, 10_000, "well before the lease of the killed one expired")
          assert.deepStrictEqual(writesTo(sandbox, before), [], "nothing was to be written again")
          waiting.kill("SIGTERM")
          const ended = yield* Effect.promise(() => waiting.ended)
          assert.strictEqual(ended.code, 0, ended.stderr)
          // Given back: the next one begins without a wait.
          const next = yield* onePass(sandbox, ["--only", "master-data"], { STATE_URL: url })
          assert.strictEqual(next.code, 0, next.stderr)
          assert.isFalse(logLines(next).some(({ message }) => String(message).includes("standing by")))
        })
    )

    it.scopedLive("one that was frozen in the middle of its writes and woken writes nothing over the other", () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size: small })
        const url = yield* newUrl
        // A write of events is on its way when it is frozen; its answer comes while it is.
        sandbox.faults.add({ kind: "delay", millis: 1_500, match: { server: "cdf", path: /\/events$/ }, times: 1 })
        const underway = seen(sandbox, isEventWrite)
        const first = yield* resident(sandbox, url, "--only", frozenOnly.join(","))
        yield* Effect.promise(() => underway)
        first.kill("SIGSTOP")
        const begun = lastOf(sandbox)
        const frozen = performance.now()
        const second = yield* resident(sandbox, url, "--only", frozenOnly.join(","))
        yield* standingBy(second)
        yield* finished(second, frozenOnly)
        assert.isAbove(performance.now() - frozen, 9_000, "the lease of one that lives is not taken before it expires")
        assert.isAbove(writesTo(sandbox, begun).length, 0, "the first one was done before it was frozen")

        // The second one is idle: whatever is written now, the first one writes.
        const before = lastOf(sandbox)
        first.kill("SIGCONT")
        yield* Effect.promise(() => first.said(/nothing more is written/))
        yield* standingBy(first)
        assert.deepStrictEqual(writesTo(sandbox, before), [])

        second.kill("SIGTERM")
        assert.strictEqual((yield* Effect.promise(() => second.ended)).code, 0)
        yield* finished(first, frozenOnly)
        first.kill("SIGTERM")
        assert.strictEqual((yield* Effect.promise(() => first.ended)).code, 0)
        assert.strictEqual((yield* onePass(sandbox, [], { STATE_URL: url })).code, 0)
        assert.deepStrictEqual(verdict(sandbox), [])
      })
    )
  })
}
