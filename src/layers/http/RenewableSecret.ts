/**
 * Secrets that may be replaced while the process runs: keys are rotated, and the file they came from has the new one.
 */
import { Effect, Redacted } from "effect"
import { open } from "node:fs/promises"
import { secretForms } from "./SecretForms.js"

/** A secret is a line, not a document: bytes. */
const longest = 64 * 1024

export interface RenewableSecret {
  readonly current: () => Redacted.Redacted
  /** It and the one before, which calls on their way still hold, in every form in which an answer could repeat them. */
  readonly forms: () => ReadonlyArray<string>
  /**
   * Whether there is another secret now than the one that was refused; reads the file again unless another fiber already
   * did. False, too, when there is no file or it cannot be read.
   */
  readonly renewedSince: (refused: Redacted.Redacted) => Effect.Effect<boolean>
}

const readSecret = (file: string): Effect.Effect<string | undefined> =>
  Effect.promise(async () => {
    const handle = await open(file).catch(() => undefined)
    if (handle === undefined) return undefined
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(longest + 1), 0, longest + 1)
      return bytesRead > longest ? undefined : buffer.toString("utf8", 0, bytesRead).replace(/\r?\n$/, "")
    } catch {
      return undefined
    } finally {
      await handle.close()
    }
  })

export const makeRenewableSecret = (initial: Redacted.Redacted, file: string | undefined): RenewableSecret => {
  const reading = Effect.unsafeMakeSemaphore(1)
  let current = initial
  let former = initial
  const isAnother = (refused: Redacted.Redacted) => Redacted.value(current) !== Redacted.value(refused)
  return {
    current: () => current,
    forms: () => [current, former].flatMap((secret) => secretForms(Redacted.value(secret))),
    renewedSince: (refused) =>
      Effect.gen(function* () {
        if (file === undefined || isAnother(refused)) return isAnother(refused)
        const text = yield* readSecret(file)
        if (text !== undefined && text !== "" && text !== Redacted.value(current)) {
          former = current
          current = Redacted.make(text)
        }
        return isAnother(refused)
      }).pipe(reading.withPermits(1))
  }
}
