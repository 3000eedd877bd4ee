/**
 * Files for a test, gone after it.
 */
import { Effect } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Runs `use` with a folder that holds these files; `at` gives a path in it. */
export const inFolder = <A, E, R>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (at: (name: string) => string) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.promise(async () => {
      const folder = await mkdtemp(join(tmpdir(), "plex-cdf-config-"))
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
      return folder
    }),
    (folder) => use((name) => join(folder, name)),
    (folder) => Effect.promise(() => rm(folder, { recursive: true }))
  )
