/**
 * The container image, as far as it can be proved without building one: what it is made of, and that this is enough.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { variables } from "../../src/layers/config/Variables.js"
import { runProcess } from "../support/RunProcess.js"
import { copiedByBuild, copiedFromContext, pairsOf, textsOf } from "./Dockerfile.js"
import { packageVersion, read } from "./Documents.js"

const Names = Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), { default: () => ({}) })
const Lock = Schema.parseJson(
  Schema.Struct({
    packages: Schema.Record({
      key: Schema.String,
      value: Schema.Struct({ dependencies: Names, optionalDependencies: Names })
    })
  })
)

/** Packages that the SQLite driver loads on the image's system, itself included. */
const driver = (): ReadonlySet<string> => {
  const { packages } = Schema.decodeUnknownSync(Lock)(read("package-lock.json"))
  const found = new Set<string>()
  const add = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    const entry = packages[`node_modules/${name}`]
    if (entry === undefined) return
    for (const needed of Object.keys(entry.dependencies)) add(needed)
    // Of the binaries, one for each processor; Debian's C library is GNU's.
    for (const choice of Object.keys(entry.optionalDependencies)) if (/linux-.*-gnu$/.test(choice)) add(choice)
  }
  add("better-sqlite3")
  return found
}

const asRule = (pattern: string): RegExp => new RegExp(`^${pattern.replaceAll("*", "[^/]*")}$`)

/** The paths here that a pattern means, whose last name may hold stars. */
const meant = (pattern: string): ReadonlyArray<string> =>
  readdirSync(dirname(pattern))
    .filter((name) => asRule(basename(pattern)).test(name))
    .map((name) => join(dirname(pattern), name))

const secrets = variables.filter(({ format }) => format.secret).map(({ name }) => name)

describe("the Dockerfile", () => {
  it("copies only what exists and what .dockerignore lets in", () => {
    const letIn = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1))
    assert.include(read(".dockerignore").split("\n"), "*")
    assert.deepStrictEqual([...new Set(copiedFromContext)].toSorted(), letIn.toSorted())
    for (const path of copiedFromContext) assert.isTrue(existsSync(path), path)
  })

  it("takes from node_modules what the SQLite driver needs by the lock, and nothing else", () => {
    const matched = copiedByBuild.filter((path) => path.startsWith("node_modules/"))
    const installed = matched.flatMap(meant).map((path) => path.slice("node_modules/".length))
    const covers = (name: string) => matched.some((pattern) => asRule(pattern).test(`node_modules/${name}`))
    const needed = driver()
    assert.isAbove(needed.size, 3)
    assert.deepStrictEqual(
      [...needed].filter((name) => !covers(name)),
      []
    )
    assert.deepStrictEqual(
      installed.filter((name) => !needed.has(name)),
      []
    )
  })

  it("names its images by a tag that says which Node", () => {
    const images = pairsOf(textsOf("ARG"))
    const [build = "", runtime = ""] = [images.get("BUILDER"), images.get("RUNTIME")]
    assert.match(build, /^node:(\d+)-bookworm-slim$/)
    assert.match(runtime, /^gcr\.io\/distroless\/nodejs(\d+)-debian\d+:nonroot$/)
    assert.strictEqual(/nodejs(\d+)/.exec(runtime)?.[1], /node:(\d+)/.exec(build)?.[1])
    assert.deepStrictEqual(textsOf("FROM"), ["${BUILDER} AS build", "${RUNTIME}"])
  })

  it("leaves the image to a user without rights, and only /state to that user", () => {
    assert.deepStrictEqual(textsOf("USER", true), ["65532:65532"])
    const owned = textsOf("COPY", true).filter((text) => text.includes("--chown"))
    assert.deepStrictEqual(owned, ["--from=build --chown=65532:65532 /state /state"])
    assert.deepStrictEqual(textsOf("VOLUME", true), ["/state"])
  })

  it("keeps the state on the volume, and no secret in the image", () => {
    const set = pairsOf(textsOf("ENV", true))
    assert.strictEqual(set.get("STATE_URL"), "file:/state/plex-cdf.db")
    const named = [...set.keys(), ...pairsOf(textsOf("ARG")).keys()]
    assert.deepStrictEqual(
      named.filter((name) => name !== "STATE_URL" && secrets.includes(name)),
      []
    )
  })

  it("tells the version of the package and the port of the program", () => {
    assert.strictEqual(pairsOf(textsOf("ARG", true)).get("VERSION"), packageVersion)
    const port = variables.find(({ name }) => name === "HTTP_PORT")?.defaultText
    assert.strictEqual(textsOf("EXPOSE", true).join(), port)
  })
})

describe("the files of the image", () => {
  const folder = mkdtempSync(join(tmpdir(), "image-"))

  beforeAll(() => {
    const inImage = [...copiedByBuild, ...copiedFromContext.filter((path) => path === "package.json")]
    for (const path of inImage.flatMap(meant)) cpSync(path, join(folder, path), { recursive: true, dereference: true })
    return () => rmSync(folder, { recursive: true })
  })

  it.scopedLive("are enough for a pass", () =>
    Effect.gen(function* () {
      const program = join(folder, "dist/main.js")
      const { code, stderr } = yield* runProcess(["--once", "--sandbox", "--only", "inventory"], { program })
      assert.strictEqual(code, 0, stderr)
      assert.match(stderr, /^containers +ok /m)
    })
  )
})
