/**
 * The linter holds the import arrows between the rooms: proved on files that break them, in a folder of their own.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { Schema } from "effect"

/** The rooms that a file of each room may not import, by the room's name. */
const closed: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: ["services", "layers", "pipelines", "cli", "server", "sandbox"],
  services: ["layers", "pipelines", "cli", "server", "sandbox"],
  layers: ["pipelines", "cli", "server", "sandbox"],
  pipelines: ["layers", "cli", "server", "sandbox"],
  server: ["layers", "cli", "sandbox"],
  sandbox: ["domain", "services", "layers", "pipelines", "cli", "server"]
}

/** Packages that a file of each room may not import. */
const closedPackages: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: ["node:fs", "@effect/platform/HttpClient", "@cognite/sdk", "undici"],
  services: ["node:fs", "@effect/platform/HttpClient", "@cognite/sdk", "undici"],
  pipelines: ["node:fs", "@cognite/sdk", "undici"],
  sandbox: ["@cognite/sdk", "@cognite/sdk-core"]
}

/** What a file of each room may import. */
const open: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: ["../domain/Text.js", "node:crypto"],
  services: ["../domain/Text.js"],
  layers: ["../services/Cdf.js", "../domain/Text.js", "@cognite/sdk", "node:fs"],
  pipelines: ["../services/Cdf.js", "../domain/Text.js"],
  server: ["../pipelines/pass.js", "../services/Cdf.js", "../domain/Text.js"],
  cli: ["../pipelines/pass.js", "../layers/FacilityLive.js", "../sandbox/Sandbox.js"],
  sandbox: ["node:http", "@effect/platform/HttpServer"]
}

const byValue = (from: string): string => `import { it } from "${from}"\nexport const one = it\n`

/** Every way to import something. */
const ways: Readonly<Record<string, (from: string) => string>> = {
  value: byValue,
  type: (from) => `import type { It } from "${from}"\nexport type One = It\n`,
  again: (from) => `export { it } from "${from}"\n`,
  late: (from) => `export const one = () => import("${from}")\n`
}

interface Probe {
  readonly file: string
  readonly from: string
  readonly text: string
}

const probes = (
  imports: Readonly<Record<string, ReadonlyArray<string>>>,
  kind: string,
  textsOf: (from: string) => Readonly<Record<string, string>>
): ReadonlyArray<Probe> =>
  Object.entries(imports).flatMap(([room, froms]) =>
    froms.flatMap((from, at) =>
      Object.entries(textsOf(from)).map(([way, text]) => ({ file: `src/${room}/${kind}${at}${way}.ts`, from, text }))
    )
  )

const inEveryWay = (from: string) => Object.fromEntries(Object.entries(ways).map(([way, write]) => [way, write(from)]))

const forbidden: ReadonlyArray<Probe> = [
  ...probes(closed, "room", (room) => inEveryWay(`../${room}/Probe.js`)),
  ...probes(closed, "deep/room", (room) => ({ value: byValue(`../../${room}/deep/Probe.js`) })),
  ...probes(closedPackages, "package", inEveryWay),
  ...Object.keys(closed).flatMap((room) =>
    ["main", "index"].map((top) => ({
      file: `src/${room}/top-${top}.ts`,
      from: `../${top}.js`,
      text: byValue(`../${top}.js`)
    }))
  ),
  {
    file: "src/domain/effects.ts",
    from: "effect",
    text: `import { Effect } from "effect"\nexport const one = Effect\n`
  },
  ...["../src/index.js", "../test/support/CdfMemory.js", "node:fs", "@cognite/sdk"].map((from, at) => ({
    file: `examples/probe${at}.ts`,
    from,
    text: byValue(from)
  })),
  { file: "src/main.ts", from: "./sandbox/Sandbox.js", text: byValue("./sandbox/Sandbox.js") }
]

const allowed: ReadonlyArray<Probe> = [
  ...probes(open, "open", (from) => ({ value: byValue(from) })),
  {
    file: "src/domain/schema.ts",
    from: "effect",
    text: `import { Schema } from "effect"\nexport const one = Schema\n`
  },
  { file: "src/index.ts", from: "./layers/FacilityLive.js", text: byValue("./layers/FacilityLive.js") },
  { file: "examples/open.ts", from: "plex-cdf", text: byValue("plex-cdf") }
]

const Findings = Schema.parseJson(
  Schema.Struct({ diagnostics: Schema.Array(Schema.Struct({ code: Schema.String, filename: Schema.String })) })
)

/** Files in which the linter, with this project's rules, finds an import that is not allowed. */
const findings = (files: ReadonlyArray<Probe>): ReadonlySet<string> => {
  const folder = mkdtempSync(join(tmpdir(), "arrows-"))
  try {
    copyFileSync(".oxlintrc.json", join(folder, ".oxlintrc.json"))
    for (const { file, text } of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const { stdout } = spawnSync(resolve("node_modules/.bin/oxlint"), ["--format", "json", "src", "examples"], {
      cwd: folder,
      encoding: "utf8"
    })
    const { diagnostics } = Schema.decodeUnknownSync(Findings)(stdout)
    return new Set(
      diagnostics.filter(({ code }) => code === "eslint(no-restricted-imports)").map(({ filename }) => filename)
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("import arrows", () => {
  let found: ReadonlySet<string> = new Set()
  beforeAll(() => {
    found = findings([...forbidden, ...allowed])
  })

  for (const room of [...Object.keys(closed).map((name) => `src/${name}`), "src/main.ts", "examples"]) {
    const its = forbidden.filter(({ file }) => file.startsWith(room))
    it(`lint fails for each of ${its.length} imports that ${room} may not have`, () => {
      assert.deepStrictEqual(
        its.filter(({ file }) => !found.has(file)).map(({ file, from }) => `${file} imports ${from}`),
        []
      )
    })
  }

  it("lint lets every import along the arrows pass", () => {
    assert.deepStrictEqual(
      allowed.filter(({ file }) => found.has(file)).map(({ file, from }) => `${file} imports ${from}`),
      []
    )
  })
})
