/**
 * `plex-cdf dead-letters`: what could not be delivered, to be looked at, tried again or dropped.
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Effect, identity, Layer, Option } from "effect"
import { type FlowName, isFlowName } from "../domain/Flow.js"
import { layerLeaseAlone } from "../layers/LeaseAlone.js"
import * as DeadLettersSql from "../layers/state/DeadLettersSql.js"
import * as StateDatabase from "../layers/state/StateDatabase.js"
import * as StateReading from "../layers/state/StateReading.js"
import { retry } from "../pipelines/retry.js"
import { unlessHeldElsewhere } from "../pipelines/underLease.js"
import { DeadLetters, type KeptDeadLetter, type ListedLetter } from "../services/DeadLetters.js"
import { drainable } from "./drainable.js"
import { failed, misused } from "./exitCode.js"
import { flowOption } from "./flowOption.js"
import { notHere } from "./notHere.js"
import { printable, printRows, setExitCode, toStderr, toStdout, toStdoutJson } from "./output.js"
import { wholeNumber } from "./wholeNumber.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, withFacility, withServices } from "./withFacility.js"

/** Letters alone may be looked at and dropped beside a running process. */
const letters = Layer.provide(DeadLettersSql.layer, layerLeaseAlone)
const reading = Layer.provide(letters, StateReading.layer)
const working = Layer.provide(letters, StateDatabase.layer)

/** Flows that an application adds have letters too. */
const flow = flowOption("flow", "Only letters of this flow", isFlowName).pipe(Options.optional)
const key = Options.text("key").pipe(
  Options.withDescription(
    "The letters of this key, as `list` shows it: a record's key, an external id, or # and a digest"
  ),
  Options.optional
)
const all = (description: string) => Options.boolean("all").pipe(Options.withDescription(description))

/** By which people name a letter: its key, else the beginning of its digest. */
const nameOf = ({ digest, key }: ListedLetter): string => (key === "" ? `#${digest.slice(0, 12)}` : key)

const date = (moment: number): string => new Date(moment).toISOString()

const asJson = ({ firstSeen, lastSeen, window, ...letter }: ListedLetter | KeptDeadLetter) => ({
  ...letter,
  window: window === undefined ? undefined : { begin: date(window.begin), end: date(window.end) },
  firstSeen: date(firstSeen),
  lastSeen: date(lastSeen)
})

const headings = ["flow", "key", "reason", "path", "first seen", "last seen", "attempts"]

const row = (letter: ListedLetter) => [
  letter.flow,
  printable(nameOf(letter)),
  printable(letter.reason),
  printable(letter.path ?? ""),
  date(letter.firstSeen),
  date(letter.lastSeen),
  letter.attempts
]

const list = Command.make(
  "list",
  {
    flow,
    limit: wholeNumber("limit", { least: 1 }, "At most so many, those seen last (default 100)").pipe(
      Options.withDefault(100)
    ),
    json: Options.boolean("json").pipe(Options.withDescription("One JSON object a line")),
    ...settingsOptions
  },
  ({ flow, json, limit, ...args }) =>
    withServices({ ...args, logTo: "stderr", withoutState: identity }, reading, () =>
      Effect.gen(function* () {
        const found = yield* (yield* DeadLetters).list({ flow: Option.getOrUndefined(flow) })
        const shown = found.slice(-limit)
        if (json) yield* Effect.forEach(shown, (letter) => toStdoutJson(asJson(letter)), { discard: true })
        else if (shown.length > 0) yield* printRows(headings, shown.map(row))
        const left = found.length - shown.length
        if (found.length === 0) yield* toStderr(["There are no dead letters."])
        if (left > 0) yield* toStderr([`${left} more, not seen for longer: --limit ${found.length} shows them all.`])
      })
    )
).pipe(
  Command.withDescription(
    withExamples(
      "List what could not be delivered, with what is wrong and where",
      ["plex-cdf dead-letters list --flow jobs", "Those of one flow"],
      ["plex-cdf dead-letters list --json", "For programs: a JSON object per line"]
    )
  )
)

const show = Command.make(
  "show",
  {
    key: Args.text({ name: "KEY" }).pipe(Args.withDescription("Key of the letter, as `list` shows it")),
    flow,
    ...settingsOptions
  },
  ({ flow, key, ...args }) =>
    withServices({ ...args, logTo: "stderr" }, reading, () =>
      Effect.gen(function* () {
        const found = yield* (yield* DeadLetters).find(key, Option.getOrUndefined(flow))
        if (found.length === 0) return yield* notFound(key, Option.getOrUndefined(flow))
        yield* toStdout(found.map((letter) => JSON.stringify(asJson(letter), undefined, 2)))
      })
    )
).pipe(
  Command.withDescription(
    withExamples("Show a dead letter with all that is kept of its record or resource, as JSON", [
      "plex-cdf dead-letters show '#4f1c2ab09d77'",
      "The letter of this key, as `list` shows it; quoted, as # begins a comment"
    ])
  )
)

const retryCommand = Command.make(
  "retry",
  { flow, key, all: all("All letters"), ...settingsOptions },
  ({ all, flow, key, ...args }) =>
    !all && Option.isNone(flow) && Option.isNone(key)
      ? misuse("dead-letters retry: say which letters by --flow or --key, or --all")
      : withFacility({ ...args, logTo: "stderr", withoutState: withoutState(key) }, (settings) =>
          drainable(
            (stop) =>
              Effect.gen(function* () {
                const letters = yield* chosen(flow, key)
                if (letters.length === 0) return yield* noneOf(flow, key)
                const outcome = yield* retry(letters, stop).pipe(unlessHeldElsewhere(stop))
                if (Option.isNone(outcome)) return
                const done = outcome.value
                yield* toStdout([
                  `${done.letters} dead letters: ${done.settled} settled, ${done.failed} failed again, ${done.untried} not tried`
                ])
                yield* toStderr(done.notices)
                if (done.untried > 0) yield* setExitCode(failed)
              }),
            settings.gracefulShutdown
          )
        )
).pipe(
  Command.withDescription(
    withExamples(
      "Read again what the letters came from; what lands now is no dead letter any more",
      ["plex-cdf dead-letters retry --all", "After the cause is gone"],
      ["plex-cdf dead-letters retry --flow jobs", "Only those of one flow"]
    )
  )
)

const drop = Command.make(
  "drop",
  {
    flow,
    key,
    all: all("All letters, or all of --flow"),
    yes: Options.boolean("yes").pipe(Options.withDescription("With --all: I mean it")),
    ...settingsOptions
  },
  ({ all, flow, key, yes, ...args }) => {
    if (all && Option.isSome(key)) return misuse("dead-letters drop: either --key or --all")
    if (!all && Option.isNone(key)) return misuse("dead-letters drop: say which letters by --key, or --all --yes")
    if (all && !yes) return misuse("dead-letters drop --all: they cannot be had back; add --yes if that is meant")
    return withServices({ ...args, logTo: "stderr", withoutState: withoutState(key) }, working, () =>
      Effect.gen(function* () {
        const letters = yield* chosen(flow, key)
        if (letters.length === 0) return yield* noneOf(flow, key)
        const count = yield* (yield* DeadLetters).drop(letters)
        yield* toStdout([`${count} dead letters dropped`])
      })
    )
  }
).pipe(
  Command.withDescription(
    withExamples(
      "Forget dead letters; what is still wrong comes again with the next reading",
      ["plex-cdf dead-letters drop --key '#4f1c2ab09d77'", "One, by its key"],
      ["plex-cdf dead-letters drop --all --flow jobs --yes", "All of a flow"]
    )
  )
)

const chosen = (flow: Option.Option<FlowName>, key: Option.Option<string>) =>
  Effect.flatMap(DeadLetters, (deadLetters) =>
    Option.match(key, {
      onNone: () => deadLetters.list({ flow: Option.getOrUndefined(flow) }),
      onSome: (name) =>
        Effect.map(deadLetters.find(name, Option.getOrUndefined(flow)), (found): ReadonlyArray<ListedLetter> => found)
    })
  )

/** As with none of them: only who named one misses it. */
const withoutState = (key: Option.Option<string>) => (Option.isSome(key) ? notHere : identity<Effect.Effect<void>>)

/** Nobody named one: then there is nothing to do, and that is well. */
const noneOf = (flow: Option.Option<FlowName>, key: Option.Option<string>) =>
  Option.match(key, {
    onNone: () => toStderr(["There are no dead letters."]),
    onSome: (name) => notFound(name, Option.getOrUndefined(flow))
  })

const notFound = (key: string, flow: FlowName | undefined) =>
  notHere(
    toStderr([
      `plex-cdf: no dead letter${flow === undefined ? "" : ` of ${flow}`} has the key ${JSON.stringify(key)}: ` +
        "`plex-cdf dead-letters list` shows those there are"
    ])
  )

const misuse = (message: string) => Effect.zipRight(toStderr([message]), setExitCode(misused))

export const deadLettersCommand = Command.make("dead-letters").pipe(
  Command.withDescription(
    withExamples("Records and resources that could not be delivered: list, show, retry, drop", [
      "plex-cdf dead-letters list",
      "What is wrong, and where"
    ])
  ),
  Command.withSubcommands([list, show, retryCommand, drop])
)
