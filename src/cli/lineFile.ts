/**
 * Files of lines: written as a whole or not at all, and read some at a time.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { Data, Effect, Stream } from "effect"

/** A file that cannot be read or written. */
export class FileFailure extends Data.TaggedError("FileFailure")<{
  readonly what: string
  readonly path: string
  readonly cause: PlatformError
}> {
  override get message(): string {
    return `${this.path} cannot be ${this.what}: ${this.cause.message}`
  }
}

const encoder = new TextEncoder()

/** Whoever may read it sees what is kept of records. */
const forItsOwner = 0o600

/**
 * Gives `body` what writes lines to the file. It is there under its name when `body` has ended well; else what was there before stays.
 */
export const writeLines = <A, E, R>(
  path: string,
  body: (write: (lines: ReadonlyArray<string>) => Effect.Effect<void, FileFailure>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | FileFailure, R | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const failed = (cause: PlatformError) => new FileFailure({ what: "written", path, cause })
    const beside = `${path}.part`
    yield* Effect.addFinalizer(() => Effect.ignore(files.remove(beside)))
    const result = yield* Effect.gen(function* () {
      const file = yield* Effect.mapError(files.open(beside, { flag: "w", mode: forItsOwner }), failed)
      return yield* body((lines) =>
        lines.length === 0
          ? Effect.void
          : Effect.mapError(file.writeAll(encoder.encode(`${lines.join("\n")}\n`)), failed)
      )
    }).pipe(Effect.scoped)
    yield* Effect.mapError(files.rename(beside, path), failed)
    return result
  }).pipe(Effect.scoped)

/** The lines of a file. */
export const readLines = (path: string): Stream.Stream<string, FileFailure, FileSystem.FileSystem> =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (files) =>
      files.stream(path).pipe(
        Stream.mapError((cause) => new FileFailure({ what: "read", path, cause })),
        Stream.decodeText(),
        Stream.splitLines
      )
    )
  )
