/**
 * What another application imports: all of it described, and nothing of it that such an application could not compile.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"

/** The declarations of a module of the build. */
const declarationsOf = (module: string): string => readFileSync(module.replace(/\.js$/, ".d.ts"), "utf8")

interface Declared {
  readonly name: string
  readonly documented: boolean
}

const declaration = /^export (?:declare )?(?:abstract )?(?:const|class|interface|type|function) (\w+)/gm

/** What a module declares and exports, and whether a comment for its readers stands before it. */
const declaredIn = (text: string): ReadonlyArray<Declared> =>
  [...text.matchAll(declaration)].map(({ 1: name = "", index }) => ({
    name,
    documented: /\*\/\s*$/.test(text.slice(0, index))
  }))

interface Exported {
  readonly module: string
  /** Names of the module; nothing where all of it is exported. */
  readonly names: ReadonlyArray<string> | undefined
}

const exportLine = /^export (?:type )?(?:\* as \w+|\{([^}]*)\}) from "(\.\/[^"]+)"/gm

const exported = (): ReadonlyArray<Exported> =>
  [...declarationsOf("dist/index.js").matchAll(exportLine)].map(([, names, module = ""]) => ({
    module: join("dist", module),
    names: names?.split(",").map(
      (name) =>
        name
          .trim()
          .replace(/^type /, "")
          .split(" as ")[0] ?? ""
    )
  }))

/** Every module of the build that the declarations of another one name, and what those name. */
const reachable = (module: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(module)) return seen
  seen.add(module)
  for (const [, from = ""] of declarationsOf(module).matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
    reachable(join(dirname(module), from), seen)
  }
  return seen
}

describe("the library", () => {
  it("every export has a description, which the build keeps", () => {
    const all = exported()
    assert.isAbove(all.length, 60)
    const bare = all.flatMap(({ module, names }) => {
      const declared = declaredIn(declarationsOf(module))
      const wanted = names ?? [...new Set(declared.map(({ name }) => name))]
      return wanted
        .filter((name) => !declared.some((one) => one.name === name && one.documented))
        .map((name) => `${module}: ${name}`)
    })
    assert.deepStrictEqual(bare, [])
  })

  it("no declaration that an application may come across names Cognite's SDK, whose types not everybody can read", () => {
    const modules = [...reachable("dist/index.js")]
    assert.isAbove(modules.length, 100)
    assert.deepStrictEqual(
      modules.filter((module) => /["']@cognite\//.test(declarationsOf(module))),
      // The service through which CDF's Layer calls; it is not exported, and no signature holds a type of the SDK.
      ["dist/layers/cdf/CdfClient.js"]
    )
  })
})

const application = `
import { Effect, Layer } from "effect"
import {
  AppConfigLive, type Cdf, CdfMemory, decode, FacilityLive, FacilityMemory, flow, list, makeSandbox, map, Part, partAsset, pass, Plex,
  toCdf, wholeList
} from "plex-cdf"

export const parts = flow(
  "own-parts",
  list("/mdm/v1/parts").pipe(decode(Part), map(partAsset), toCdf("assets"), wholeList({ assets: "part" }))
)
export const live = FacilityLive.layer.pipe(Layer.provide(FacilityLive.layerShared), Layer.provide(AppConfigLive.layer({})))
export const memory = FacilityMemory.layer.pipe(Layer.provideMerge(CdfMemory.layer))
export const cdf: Layer.Layer<Cdf> = CdfMemory.layer
export const plex = Layer.mock(Plex, { now: Effect.succeed(0) })
export const nothing: number = pass
export const sandbox = makeSandbox({ seed: 1, size: "demo" })
`

describe("an application with Node's own module resolution", () => {
  let folder = ""
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "application-"))
    mkdirSync(join(folder, "node_modules"))
    symlinkSync(resolve("."), join(folder, "node_modules/plex-cdf"), "dir")
    symlinkSync(resolve("node_modules/effect"), join(folder, "node_modules/effect"), "dir")
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
    writeFileSync(join(folder, "app.ts"), application)
    return () => rmSync(folder, { recursive: true })
  })

  it("finds the package by its name, and the types of all that it imports", () => {
    const flags = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2023"]
    const said = (() => {
      try {
        return execFileSync(resolve("node_modules/.bin/tsc"), [...flags, "app.ts"], { cwd: folder, encoding: "utf8" })
      } catch (error) {
        return error instanceof Error && "stdout" in error ? String(error.stdout) : String(error)
      }
    })()
    // One line is wrong on purpose: types that were not found would be `any`, and nothing would be wrong with it.
    assert.match(said, /^app\.ts\(16,14\): error TS2322[^\n]*\n(?: [^\n]*\n)*$/)
  })
})
