/**
 * The examples of the README are applied to a copy of the project, compiled and run against the sandbox.
 */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { promisify } from "node:util"
import { makeSandbox, type Sandbox } from "../../src/sandbox/Sandbox.js"

interface Block {
  readonly language: string
  readonly file: string
  readonly text: string
}

/** The code blocks that name a file, in order. */
const blocksOf = (markdown: string): ReadonlyArray<Block> =>
  [...markdown.matchAll(/^```(\w+) file=(\S+)\n(.*?)^```$/gms)].map(([, language = "", file = "", text = ""]) => ({
    language,
    file,
    text
  }))

/** Adds the `+` lines of a block after its other lines, which must stand in the text exactly once. */
const applyDiff = (file: string, before: string, diff: string): string => {
  const lines = diff.trimEnd().split("\n")
  const linesOf = (kept: (line: string) => boolean) =>
    `${lines
      .filter(kept)
      .map((line) => line.slice(1))
      .join("\n")}\n`
  const context = linesOf((line) => !line.startsWith("+"))
  assert.strictEqual(before.split(context).length, 2, `${file} must hold exactly once:\n${context}`)
  return before.replace(context, () => linesOf(() => true))
}

const run = promisify(execFile)

/** A copy of the project with the README's examples in it, compiled. */
const extended = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "extend-"))
    await cp("src", join(folder, "src"), { recursive: true })
    for (const file of ["package.json", "tsconfig.json", "tsconfig.build.json"]) await cp(file, join(folder, file))
    await symlink(resolve("node_modules"), join(folder, "node_modules"), "dir")
    for (const { file, language, text } of blocksOf(await readFile("README.md", "utf8"))) {
      const path = join(folder, file)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, language === "diff" ? applyDiff(file, await readFile(path, "utf8"), text) : text)
    }
    const tsc = (...flags: ReadonlyArray<string>) =>
      run(resolve("node_modules/.bin/tsc"), flags, { cwd: folder }).catch((error: { readonly stdout?: string }) =>
        assert.fail(`the examples do not compile:\n${error.stdout}`)
      )
    await tsc("-p", "tsconfig.build.json")
    await writeFile(
      join(folder, "tsconfig.app.json"),
      JSON.stringify({ extends: "./tsconfig.json", compilerOptions: { noEmit: false, paths: {} }, include: ["app.ts"] })
    )
    await tsc("-p", "tsconfig.app.json")
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true }))
)

/** What a program of the copy prints when it works with the sandbox. */
const output = (folder: string, sandbox: Sandbox, ...program: ReadonlyArray<string>) =>
  Effect.promise(() => run(process.execPath, program, { cwd: folder, env: sandbox.environment() }))

const suppliers = [
  { id: "b80bb774-0288-4da1-a201-890375a60c8f", code: "ICE", name: "Ice & Co", note: null, unknownField: 1 },
  { id: "c15dde8e-67c0-44c2-a9fc-5cc4f8230288", code: null, name: null, status: "Active" },
  { id: null, code: "LOST" }
]

it.scopedLive("the README's new flow and its program compile and bring the sandbox's CDF up to Plex", () =>
  Effect.gen(function* () {
    const folder = yield* extended
    const sandbox = yield* makeSandbox({ size: "demo", seed: 1 })
    sandbox.faults.add({
      kind: "status",
      status: 200,
      body: JSON.stringify(suppliers),
      match: { server: "plex", path: /^\/mdm\/v1\/suppliers$/ }
    })

    const { stderr } = yield* output(folder, sandbox, "dist/main.js", "--once", "--only", "master-data")
    assert.match(stderr, /^suppliers +ok +3 +2 .* 1 /m)
    const { assets } = sandbox.cdf.snapshot()
    const idOf = (id: string) => `PCN340884_supplier_${id}`
    const named = suppliers.flatMap(({ id }) => (id === null ? [] : [assets[idOf(id)]?.["name"]]))
    assert.deepStrictEqual(named, ["ICE - Ice & Co", "Supplier c15dde8e"])

    const { stdout } = yield* output(folder, sandbox, "app.js")
    assert.match(stdout, /^parts ok 0 created, 27 unchanged$/m)
    assert.match(stdout, /^suppliers ok 0 created, 2 unchanged$/m)
    assert.match(stdout, /1 dead letters/)
  })
)
