import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck } from "effect"
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseEnvFile } from "../../../src/layers/config/EnvFile.js"
import { withLines, writeEnvFile } from "../../../src/layers/config/EnvFileWriting.js"
import { newFolder } from "../../pipelines/check/Looking.js"

const wanted = { CDF_DATASET_PLEXMASTER: "11", CDF_DATASET_PLEXQUALITY: "22" }

describe("Variables that are put into an env file", () => {
  it("stand at its end where they were not there, on lines of their own", () => {
    const lines = "CDF_DATASET_PLEXMASTER=11\nCDF_DATASET_PLEXQUALITY=22\n"
    assert.strictEqual(withLines("", wanted), lines)
    assert.strictEqual(withLines("A=1", wanted), `A=1\n${lines}`)
    assert.strictEqual(withLines("A=1\r\n", wanted), `A=1\r\n${lines.replaceAll("\n", "\r\n")}`)
    assert.strictEqual(withLines("#CDF_DATASET_PLEXMASTER=5\n", wanted), `#CDF_DATASET_PLEXMASTER=5\n${lines}`)
  })

  it("take the place of a value that is another, between what stands around it", () => {
    const before = "  export CDF_DATASET_PLEXMASTER = '9'  # of May\nCDF_DATASET_PLEXQUALITY=\nX=1"
    const after = "  export CDF_DATASET_PLEXMASTER = 11  # of May\nCDF_DATASET_PLEXQUALITY=22\nX=1"
    assert.strictEqual(withLines(before, wanted), after)
  })

  it("leave lines alone that are right, however they are written", () => {
    const text = 'CDF_DATASET_PLEXMASTER="11" # ours\nexport CDF_DATASET_PLEXQUALITY=22'
    assert.strictEqual(withLines(text, wanted), text)
  })

  const value = FastCheck.stringMatching(/^[a-z0-9]{0,6}$/)
  const other = FastCheck.constantFrom(
    "# a comment",
    "",
    "A=1",
    "B='x # y'",
    'C="two words"',
    "export D=4   # four",
    "  "
  )
  const own = FastCheck.tuple(FastCheck.constantFrom(...Object.keys(wanted)), value).map(
    ([name, text]) => `${name}=${text}`
  )

  it.prop(
    "are there afterwards, and all else says what it said, in lines of the same bytes",
    [FastCheck.array(FastCheck.oneof(other, own), { maxLength: 8 }), FastCheck.constantFrom("\n", "\r\n")],
    ([lines, newline]) => {
      const before = lines.join(newline)
      const after = withLines(before, wanted)
      const said = parseEnvFile(before, "").environment
      assert.deepStrictEqual({ ...parseEnvFile(after, "").environment }, { ...said, ...wanted })
      const foreign = (text: string) =>
        text.split(/\r?\n/).filter((line) => !line.includes("CDF_DATASET") && line !== "")
      assert.deepStrictEqual(foreign(after), foreign(before))
      assert.strictEqual(withLines(after, wanted), after)
    }
  )
})

describe("An env file", () => {
  it.scopedLive("is made for its owner alone where there is none", () =>
    Effect.gen(function* () {
      const folder = yield* newFolder
      const path = join(folder, ".env")
      assert.deepStrictEqual(yield* writeEnvFile(path, wanted), Object.keys(wanted))
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.deepStrictEqual(yield* writeEnvFile(path, wanted), [])
      assert.deepStrictEqual(readdirSync(folder), [".env"])
    })
  )

  it.scopedLive("is replaced where a link leads to, and not touched where nothing changes", () =>
    Effect.gen(function* () {
      const folder = yield* newFolder
      mkdirSync(join(folder, "real"))
      const target = join(folder, "real", "plant.env")
      writeFileSync(target, "CDF_DATASET_PLEXMASTER=11\n", { mode: 0o640 })
      const link = join(folder, ".env")
      symlinkSync(target, link)
      const before = statSync(target)
      assert.deepStrictEqual(yield* writeEnvFile(link, { CDF_DATASET_PLEXMASTER: "11" }), [])
      assert.strictEqual(statSync(target).ino, before.ino)
      assert.deepStrictEqual(yield* writeEnvFile(link, wanted), ["CDF_DATASET_PLEXQUALITY"])
      assert.strictEqual(readFileSync(target, "utf8"), "CDF_DATASET_PLEXMASTER=11\nCDF_DATASET_PLEXQUALITY=22\n")
      assert.strictEqual(statSync(target).mode & 0o777, 0o640)
      assert.strictEqual(readFileSync(link, "utf8"), readFileSync(target, "utf8"))
      assert.deepStrictEqual(readdirSync(join(folder, "real")), ["plant.env"])
    })
  )

  it.scopedLive("that cannot be written, or changed without changing more, is left as it is", () =>
    Effect.gen(function* () {
      const folder = yield* newFolder
      const nowhere = yield* Effect.either(writeEnvFile(join(folder, "no", "folder", ".env"), wanted))
      assert.match(Either.isLeft(nowhere) ? nowhere.left.message : "", /left as it is: ENOENT/)

      const path = join(folder, ".env")
      const text = 'NOTE="first\nCDF_DATASET_PLEXMASTER=5\nlast"\n'
      writeFileSync(path, text)
      const refused = yield* Effect.either(writeEnvFile(path, wanted))
      assert.match(Either.isLeft(refused) ? refused.left.message : "", /by hand/)
      assert.strictEqual(readFileSync(path, "utf8"), text)
    })
  )
})
