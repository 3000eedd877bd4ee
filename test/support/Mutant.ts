/**
 * The built product with one thing done wrong, so that a test can show that it would notice.
 */
import { Effect, type Scope } from "effect"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

const project = resolve(import.meta.dirname, "../..")

/** One damage to one file of `dist`. */
export interface Damage {
  readonly file: string
  /** Stands in the file exactly once. */
  readonly right: string
  readonly wrong: string
}

const damaged = (text: string, { file, right, wrong }: Damage): string => {
  const [before, after, ...more] = text.split(right)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new RangeError(`${file} does not hold exactly once: ${right}`)
  }
  return `${before}${wrong}${after}`
}

/** The path of the `main.js` of a damaged copy, gone with the scope. */
export const mutant = (...damages: ReadonlyArray<Damage>): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "plex-cdf-mutant-"))
      cpSync(join(project, "dist"), join(folder, "dist"), { recursive: true })
      cpSync(join(project, "package.json"), join(folder, "package.json"))
      symlinkSync(join(project, "node_modules"), join(folder, "node_modules"))
      for (const damage of damages) {
        const path = join(folder, "dist", damage.file)
        writeFileSync(path, damaged(readFileSync(path, "utf8"), damage))
      }
      // The program is one file made of all: here it loads the files one by one, the damaged ones among them.
      cpSync(join(project, "src", "main.ts"), join(folder, "dist", "main.js"))
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ).pipe(Effect.map((folder) => join(folder, "dist", "main.js")))
