/**
 * Secrets kept in files, as Docker and Kubernetes mount them: `X_FILE` names the file that holds `X`.
 */
import { Data, Effect } from "effect"
import { readFile, stat } from "node:fs/promises"

/** A larger file is not a secret but a mistake. */
export const mostBytes = 64 * 1024

/** Why a secret's file cannot be used; never holds its content. */
export class SecretFileError extends Data.TaggedError("SecretFileError")<{
  readonly path: string
  readonly detail: string
}> {
  override get message(): string {
    return `${this.path} ${this.detail}`
  }
}

/**
 * The content of a secret's file, one trailing newline cut. It must be a regular file (links are followed) of at most 64 KiB
 * (or `most` bytes) of UTF-8, and not empty. Read again by whoever finds that a secret has been rotated.
 */
export const readSecretFile = (path: string, most = mostBytes): Effect.Effect<string, SecretFileError> =>
  Effect.gen(function* () {
    const failed = (detail: string) => new SecretFileError({ path, detail })
    // Looked at before it is opened: opening a pipe would wait for its writer.
    const status = yield* Effect.tryPromise({
      try: () => stat(path),
      catch: (cause) => failed(cause instanceof Error && "code" in cause ? reason(cause.code) : "cannot be read")
    })
    if (!status.isFile()) return yield* failed("is not a regular file")
    if (status.size > most) return yield* failed(`holds ${status.size} bytes, more than ${most / 1024} KiB`)
    const bytes = yield* Effect.tryPromise({ try: () => readFile(path), catch: () => failed("cannot be read") })
    const text = yield* Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
      catch: () => failed("is not UTF-8 text")
    })
    const secret = text.replace(/\r?\n$/, "")
    return secret.trim() === "" ? yield* failed("is empty") : secret
  })

const reason = (code: unknown): string => {
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist"
  return code === "EACCES" ? "may not be read by this process" : "cannot be read"
}
