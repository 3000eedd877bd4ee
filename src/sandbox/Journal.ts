import { createWriteStream } from "node:fs"

/** Which of the sandbox's servers an exchange belongs to. */
export type ServerLabel = "plex" | "cdf" | "datasource"

/**
 * How an exchange ended: `answered` to its last byte; `cut` in the middle of the body; `reset` before any answer byte;
 * `abandoned` by the client, or by the end of the sandbox, before the answer was complete; `pending` while it goes on.
 */
export type Outcome = "pending" | "answered" | "cut" | "reset" | "abandoned"

/** One request and its answer as the server saw them. Times are epoch milliseconds of the host's clock. */
export interface JournalEntry {
  readonly sequence: number
  readonly server: ServerLabel
  readonly startedAt: number
  readonly finishedAt: number | undefined
  readonly method: string
  readonly path: string
  /** Without the question mark; empty when there is none. */
  readonly query: string
  /** Names only: values may be secrets. */
  readonly headerNames: ReadonlyArray<string>
  /** An `authorization` header, or one of the names the server said carry its credentials, was there. */
  readonly authorized: boolean
  /** After inflation. Client secrets of token requests are masked. `undefined` once dropped to bound memory. */
  readonly requestBody: string | undefined
  readonly requestBytes: number
  readonly status: number | undefined
  readonly answerBytes: number
  /** Kept for statuses from 400 on and for answers up to 64 KiB. */
  readonly answerBody: string | undefined
  readonly outcome: Outcome
  /** The kind of the fault that was applied, if one was. */
  readonly fault: string | undefined
  /** What the client should never have done, in words: a write tried on Plex, for example. */
  readonly violation: string | undefined
}

/** What is known when a request has been read. */
export type Started = Pick<
  JournalEntry,
  "server" | "method" | "path" | "query" | "headerNames" | "authorized" | "requestBody" | "requestBytes" | "fault"
>

/** What is known when its answer is over. */
export type Finished = Pick<JournalEntry, "status" | "answerBytes" | "answerBody" | "outcome" | "violation">

/** All given conditions must hold. A string `path` must be equal, a RegExp must match. */
export interface JournalFilter {
  readonly server?: ServerLabel | undefined
  readonly method?: string | undefined
  readonly path?: string | RegExp | undefined
  readonly status?: number | undefined
  readonly outcome?: Outcome | undefined
  readonly fault?: string | undefined
  /** `true`: only exchanges with a violation. */
  readonly violation?: boolean | undefined
  /** Only entries with a greater sequence number. */
  readonly after?: number | undefined
}

export interface JournalOptions {
  /** Oldest entries are forgotten above this number. Default: all are kept. */
  readonly maxEntries?: number | undefined
  /** Oldest bodies are forgotten when those kept exceed this many characters. Default: all are kept. */
  readonly maxBodyCharacters?: number | undefined
  /** Each finished entry is appended to this file as one line of JSON. */
  readonly file?: string | undefined
}

/** What happened at the server, in the order it happened: the only witness a verdict may call. */
export interface Journal {
  readonly start: (request: Started) => number
  readonly finish: (sequence: number, answer: Finished) => void
  readonly entries: (filter?: JournalFilter) => ReadonlyArray<JournalEntry>
  readonly count: (filter?: JournalFilter) => number
  readonly clear: () => void
  /** Called when an exchange starts and again when it is over; returns the way to stop. */
  readonly subscribe: (listener: (entry: JournalEntry) => void) => () => void
  /** Writes out what the file still owes. */
  readonly close: () => Promise<void>
}

const matches = (entry: JournalEntry, filter: JournalFilter): boolean =>
  (filter.server === undefined || entry.server === filter.server) &&
  (filter.method === undefined || entry.method === filter.method) &&
  (filter.path === undefined ||
    (typeof filter.path === "string" ? entry.path === filter.path : filter.path.test(entry.path))) &&
  (filter.status === undefined || entry.status === filter.status) &&
  (filter.outcome === undefined || entry.outcome === filter.outcome) &&
  (filter.fault === undefined || entry.fault === filter.fault) &&
  (filter.violation === undefined || (entry.violation !== undefined) === filter.violation) &&
  (filter.after === undefined || entry.sequence > filter.after)

const masked = (text: string | undefined): string | undefined =>
  text
    ?.replace(/(client_secret=)[^&]*/g, "$1<masked>")
    .replace(/("(?:access_token|client_secret)"\s*:\s*")[^"]*/g, "$1<masked>")

const bodyCharacters = (entry: JournalEntry): number =>
  (entry.requestBody?.length ?? 0) + (entry.answerBody?.length ?? 0)

/** The host's clock in epoch milliseconds, with the fractions that `Date.now` lacks. */
const hostNow = (): number => performance.timeOrigin + performance.now()

/** An empty journal. Close it when its file must be complete. */
export const makeJournal = (options: JournalOptions = {}): Journal => {
  const maxEntries = options.maxEntries ?? Number.POSITIVE_INFINITY
  const maxBodyCharacters = options.maxBodyCharacters ?? Number.POSITIVE_INFINITY
  const file = options.file === undefined ? undefined : createWriteStream(options.file, { flags: "a" })
  const kept = new Map<number, JournalEntry>()
  const listeners = new Set<(entry: JournalEntry) => void>()
  let sequence = 0
  let characters = 0
  let oldestWithBody = 1

  const put = (entry: JournalEntry): void => {
    characters += bodyCharacters(entry) - bodyCharacters(kept.get(entry.sequence) ?? entry)
    if (!kept.has(entry.sequence)) {
      characters += bodyCharacters(entry)
    }
    kept.set(entry.sequence, entry)
  }

  const forgetBodies = (): void => {
    while (characters > maxBodyCharacters && oldestWithBody <= sequence) {
      const entry = kept.get(oldestWithBody)
      if (entry?.outcome === "pending") {
        return
      }
      if (entry !== undefined) {
        put({ ...entry, requestBody: undefined, answerBody: undefined })
      }
      oldestWithBody += 1
    }
  }

  const forgetEntries = (): void => {
    for (const [number, entry] of kept) {
      if (kept.size <= maxEntries) {
        return
      }
      characters -= bodyCharacters(entry)
      kept.delete(number)
    }
  }

  const tell = (entry: JournalEntry): void => {
    for (const listener of listeners) {
      listener(entry)
    }
  }

  const selected = (filter: JournalFilter): ReadonlyArray<JournalEntry> =>
    Array.from(kept.values()).filter((entry) => matches(entry, filter))

  return {
    start: (request) => {
      sequence += 1
      const entry: JournalEntry = {
        ...request,
        requestBody: masked(request.requestBody),
        sequence,
        startedAt: hostNow(),
        finishedAt: undefined,
        status: undefined,
        answerBytes: 0,
        answerBody: undefined,
        outcome: "pending",
        violation: undefined
      }
      put(entry)
      forgetEntries()
      tell(entry)
      return entry.sequence
    },
    finish: (number, answer) => {
      const started = kept.get(number)
      if (started === undefined || started.outcome !== "pending") {
        return
      }
      const entry: JournalEntry = {
        ...started,
        ...answer,
        answerBody: masked(answer.answerBody),
        finishedAt: hostNow()
      }
      put(entry)
      file?.write(`${JSON.stringify(entry)}\n`)
      forgetBodies()
      tell(entry)
    },
    entries: (filter = {}) => selected(filter),
    count: (filter = {}) => selected(filter).length,
    clear: () => {
      kept.clear()
      characters = 0
      oldestWithBody = sequence + 1
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () =>
      new Promise((resolve) => {
        if (file === undefined) {
          resolve()
        } else {
          file.end(() => resolve())
        }
      })
  }
}
