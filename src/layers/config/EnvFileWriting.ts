/**
 * Puts variables into an env file: the rest of it stays as it is, byte for byte.
 */
import { Data, Effect } from "effect"
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises"
import { parseEnvFile } from "./EnvFile.js"

/** The file cannot be written, or its text is not one that could be changed safely. */
export class EnvFileError extends Data.TaggedError("EnvFileError")<{ readonly path: string; readonly detail: string }> {
  override get message(): string {
    return `${this.path} was left as it is: ${this.detail}`
  }
}

/** Variables by name; plain values, of which no character needs quotes. */
export type Lines = Readonly<Record<string, string>>

/** A line that sets the variable: what stands before its value, the value, and what follows. */
const assignment = (name: string): RegExp =>
  new RegExp(
    `^([ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*)("[^"\\n]*"|'[^'\\n]*'|\`[^\`\\n]*\`|[^\\s#]*)(.*)$`,
    "gm"
  )

const withLine = (text: string, name: string, value: string, newline: string): string => {
  const changed = text.replace(
    assignment(name),
    (_, before: string, _old: string, after: string) => before + value + after
  )
  if (changed !== text || parseEnvFile(text, "").environment[name] === value) return changed
  return `${text}${text === "" || text.endsWith("\n") ? "" : newline}${name}=${value}${newline}`
}

/** The text with these variables in it; those that it gives already it gives as before, in the same words. */
export const withLines = (text: string, lines: Lines): string => {
  const given = parseEnvFile(text, "").environment
  const newline = text.includes("\r\n") ? "\r\n" : "\n"
  return Object.entries(lines)
    .filter(([name, value]) => given[name] !== value)
    .reduce((changed, [name, value]) => withLine(changed, name, value, newline), text)
}

/** Whether the new text says what is wanted, and of everything else what the old one did. */
const isFaithful = (before: string, after: string, lines: Lines): boolean =>
  JSON.stringify(Object.entries({ ...parseEnvFile(before, "").environment, ...lines }).toSorted()) ===
  JSON.stringify(Object.entries(parseEnvFile(after, "").environment).toSorted())

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : "it cannot be written")

/** Readable by its owner alone: the file is likely to hold secrets. */
const newMode = 0o600

/** Replaces a file as a whole: whoever reads it sees the old text or the new one. */
const replace = async (path: string, text: string, mode: number): Promise<void> => {
  const beside = `${path}.${process.pid}.new`
  try {
    const file = await open(beside, "wx", mode)
    try {
      await file.chmod(mode)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (cause) {
    await rm(beside, { force: true })
    throw cause
  }
}

/** The names whose lines were added or changed; with none of these the file is not touched. A file that is missing is made. */
export const writeEnvFile = (path: string, lines: Lines): Effect.Effect<ReadonlyArray<string>, EnvFileError> =>
  Effect.gen(function* () {
    const attempt = <A>(io: () => Promise<A>) =>
      Effect.tryPromise({ try: io, catch: (cause) => new EnvFileError({ path, detail: reasonOf(cause) }) })
    const target = yield* attempt(() => realpath(path).catch(() => path))
    const found = yield* attempt(() =>
      stat(target).catch((cause: unknown) => {
        if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
        throw cause
      })
    )
    const before = found === undefined ? "" : yield* attempt(() => readFile(target, "utf8"))
    const given = parseEnvFile(before, path).environment
    const changed = Object.keys(lines).filter((name) => given[name] !== lines[name])
    if (changed.length === 0) return []
    const after = withLines(before, lines)
    if (!isFaithful(before, after, lines)) {
      return yield* new EnvFileError({
        path,
        detail: "it holds lines that are not NAME=value; add the variables by hand"
      })
    }
    yield* attempt(() => replace(target, after, found === undefined ? newMode : found.mode & 0o777))
    return changed
  })
