/**
 * `plex-cdf state`: what the state holds, carried elsewhere, forgotten, or set right.
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Data, Deferred, Effect, Either, Layer, Option, Redacted, type Scope } from "effect"
import { LeaseHeld, type LeaseLost, type StateError } from "../domain/Errors.js"
import { type FlowName, watermarkedFlows } from "../domain/Flow.js"
import { layerLeaseAlone } from "../layers/LeaseAlone.js"
import { facilityKey, facilityNumber } from "../layers/state/FacilityNumber.js"
import * as LeaseSql from "../layers/state/LeaseSql.js"
import * as LedgerSql from "../layers/state/LedgerSql.js"
import { stateVersion } from "../layers/state/Migrations.js"
import * as StateDatabase from "../layers/state/StateDatabase.js"
import { leaseHolder, stateOverview } from "../layers/state/StateOverview.js"
import * as StateReading from "../layers/state/StateReading.js"
import { forgetFlow } from "../layers/state/StateReset.js"
import { exportState, importState, type RowCounts } from "../layers/state/StateTransfer.js"
import { unlessHeldElsewhere } from "../pipelines/underLease.js"
import type { AppConfig, Settings } from "../services/AppConfig.js"
import type { Lease } from "../services/Lease.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { misused } from "./exitCode.js"
import { flowArgument, flowOption } from "./flowOption.js"
import { readLines, writeLines } from "./lineFile.js"
import { momentOption } from "./momentOption.js"
import { placeOf, tellNoState } from "./noState.js"
import { printRows, setExitCode, toStderr, toStdout, toStdoutJson, writeStdout } from "./output.js"
import {
  facilityInWords,
  flowHeadings,
  flowRow,
  holderInWords,
  type ShownState,
  stateHead,
  stateJson
} from "./stateTable.js"
import { isForPeople } from "./Style.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, withFacility, withServices } from "./withFacility.js"

/** The state beside whoever works with it. */
const reading = LedgerSql.layer.pipe(Layer.provide(layerLeaseAlone), Layer.provideMerge(StateReading.layer))

/** The state for whoever works with it alone. */
const working = LedgerSql.layer.pipe(Layer.provideMerge(LeaseSql.layer), Layer.provideMerge(StateDatabase.layer))

/** Another process works with the state. */
class StateInUse extends Data.TaggedError("StateInUse")<{ readonly holder: string }> {
  override get message(): string {
    return `another process works on this facility with the same state (${this.holder}): stop it first; nothing was changed`
  }
}

/** What was asked for makes no sense. */
class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

/** Exit code 2: it is the command line or the configuration that is wrong. */
const explainRefused = ({ message }: Refused) =>
  Effect.zipRight(toStderr([`plex-cdf: ${message}`]), setExitCode(misused))

/** Does this while no other process works on the facility. */
const alone = <A, E, R>(
  work: Effect.Effect<A, E, R>
): Effect.Effect<
  A,
  E | LeaseLost | StateError | StateInUse,
  Exclude<R, Scope.Scope> | AppConfig | Lease | StateDatabase.StateDatabase
> =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const done = yield* work.pipe(
      unlessHeldElsewhere(stop),
      Effect.catchAll(
        (
          error
        ): Effect.Effect<never, E | LeaseLost | StateError | StateInUse, AppConfig | StateDatabase.StateDatabase> =>
          error instanceof LeaseHeld
            ? Effect.flatMap(holderNow, (holder) => new StateInUse({ holder: holder ?? error.message }))
            : Effect.fail(error)
      )
    )
    return yield* Option.match(done, { onNone: () => Effect.interrupt, onSome: Effect.succeed })
  })

const holderNow = Effect.gen(function* () {
  const holder = yield* leaseHolder(yield* StateDatabase.StateDatabase, yield* facilityNumber)
  return holder === undefined ? undefined : holderInWords(holder)
})

const json = (what: string) => Options.boolean("json").pipe(Options.withDescription(what))

const show = Command.make("show", { json: json("Print JSON, one object"), ...settingsOptions }, ({ json, ...args }) =>
  withServices({ ...args, once: true, logTo: "stderr" }, Layer.empty, (settings) =>
    Effect.gen(function* () {
      const url = Redacted.value(settings.stateUrl)
      const { sql, version } = yield* StateReading.findState(url)
      if (version === 0) yield* tellNoState(settings)
      const overview = version < stateVersion ? undefined : yield* Effect.provide(stateOverview, StateReading.layer)
      if (version > 0 && overview === undefined) {
        yield* toStderr([
          `It is of version ${version}, and this program's is ${stateVersion}: what it holds is shown when the next run has brought it up to date.`
        ])
      }
      const shown: ShownState = {
        place: placeOf(settings),
        bytes: yield* StateReading.bytesOf(url, sql),
        version,
        facility: facilityKey(settings),
        overview
      }
      if (json) return yield* toStdoutJson(stateJson(shown))
      yield* printHead(stateHead(shown))
      if (overview !== undefined) yield* printRows(flowHeadings, overview.flows.map(flowRow))
    })
  )
).pipe(
  Command.withDescription(
    withExamples("What the state holds, flow by flow, and who works with it; changes nothing", [
      "plex-cdf state show",
      "Rows, watermarks, dead letters, pending links and sweeps of each flow"
    ])
  )
)

const printHead = (head: ReturnType<typeof stateHead>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const terminal = isForPeople(process.stdout)
    const width = Math.max(...head.map(([name]) => name.length)) + 2
    const lines = head.map(([name, text]) => (terminal ? `${name.padEnd(width)}${text}` : `${name}\t${text}`))
    return toStdout(terminal ? [...lines, ""] : lines)
  })

const file = Args.text({ name: "FILE" })

const inWords = (rows: RowCounts): string => {
  const told = [...rows].filter(([, count]) => count > 0).map(([table, count]) => `${count} ${table}`)
  return told.length === 0 ? "no rows" : told.join(", ")
}

const exportCommand = Command.make(
  "export",
  { file: file.pipe(Args.withDescription("Where to; stdout where none is named"), Args.optional), ...settingsOptions },
  ({ file, ...args }) =>
    withServices({ ...args, once: true, logTo: "stderr", oneFacility: true }, StateReading.layer, () =>
      Effect.gen(function* () {
        const { damaged, rows } = yield* Option.match(file, {
          onNone: () => exportState(writeStdout),
          onSome: (path) => writeLines(path, exportState)
        })
        yield* toStderr([
          `exported: ${inWords(rows)}`,
          ...(damaged === 0
            ? []
            : [`${damaged} rows were left out: they are damaged, or of flows that this version does not have`])
        ])
      })
    )
).pipe(
  Command.withDescription(
    withExamples(
      "All that the state holds of the facility, one JSON object a line; beside a running process, too",
      ["plex-cdf state export state.jsonl", "Keep a copy, or carry it to another database"],
      ["plex-cdf state export", "The same on stdout"]
    )
  )
)

const importCommand = Command.make(
  "import",
  {
    file: file.pipe(Args.withDescription("What `state export` wrote")),
    replace: Options.boolean("replace").pipe(
      Options.withDescription("Put it in the place of all that the state holds of the facility")
    ),
    ...settingsOptions
  },
  ({ file, replace, ...args }) =>
    withServices({ ...args, once: true, logTo: "stderr", oneFacility: true }, working, (settings) =>
      Effect.gen(function* () {
        yield* lasting(settings)
        const rows = yield* alone(importState(readLines(file), { replace }))
        yield* toStdout([`imported: ${inWords(rows)}`])
      }).pipe(Effect.catchTag("Refused", explainRefused))
    )
).pipe(
  Command.withDescription(
    withExamples(
      "Take what `state export` wrote, as a whole or not at all",
      ["plex-cdf state import state.jsonl", "Into a state that holds nothing of the facility"],
      ["plex-cdf state import state.jsonl --replace", "In place of what it holds"]
    )
  )
)

/** What is kept in memory is gone with this command. */
const lasting = (settings: Settings): Effect.Effect<void, Refused> =>
  Redacted.value(settings.stateUrl) === ":memory:"
    ? Effect.fail(new Refused({ message: "STATE_URL=:memory: keeps nothing: name a file or a PostgreSQL database" }))
    : Effect.void

const forget = (flow: FlowName | undefined) =>
  Effect.gen(function* () {
    if (flow !== undefined) return `${yield* forgetFlow(flow)} rows of ${flow}`
    yield* (yield* Ledger).clear
    return "all that CDF was known to hold"
  })

const reset = Command.make(
  "reset",
  {
    flow: flowOption("flow", "Forget what is known of this flow alone").pipe(Options.optional),
    yes: Options.boolean("yes").pipe(Options.withDescription("I mean it")),
    ...settingsOptions
  },
  ({ flow, yes, ...args }) =>
    yes
      ? withServices({ ...args, once: true, logTo: "stderr" }, working, (settings) =>
          Effect.gen(function* () {
            yield* lasting(settings)
            const whose = facilityInWords(facilityKey(settings))
            const forgotten = yield* alone(forget(Option.getOrUndefined(flow)))
            yield* toStdout([`forgotten of ${whose}: ${forgotten}`])
            yield* toStderr([
              "Nothing is lost: the next run reads from CDF what is there and compares it. Dead letters and the run log are kept."
            ])
          }).pipe(Effect.catchTag("Refused", explainRefused))
        )
      : Effect.zipRight(
          toStderr([
            "state reset: forgets what CDF is known to hold, watermarks and pending links. Nothing is lost, but the next run compares with CDF anew, " +
              "which takes calls and time; add --yes if that is meant"
          ]),
          setExitCode(misused)
        )
).pipe(
  Command.withDescription(
    withExamples(
      "Forget what CDF is known to hold: the next run compares with CDF anew",
      ["plex-cdf state reset --yes", "Nothing is lost: it costs calls"],
      ["plex-cdf state reset --flow parts --yes", "Of one flow"]
    )
  )
)

const date = (moment: number): string => {
  const at = new Date(moment)
  return Number.isNaN(at.getTime()) ? String(moment) : at.toISOString()
}

/** Plex's clock, by which watermarks are; where it does not answer, ours. */
const plexNow = Effect.gen(function* () {
  const now = yield* Effect.either((yield* Plex).now)
  if (Either.isRight(now)) return now.right
  yield* toStderr([`Plex does not tell the time (${now.left.message}): this machine's clock is taken for it`])
  return yield* Effect.clockWith((clock) => clock.currentTimeMillis)
})

const setWatermark = (flow: FlowName, to: number) =>
  Effect.gen(function* () {
    const now = yield* plexNow
    if (to > now) {
      return yield* new Refused({
        message: `--set ${date(to)} lies in the future, as Plex's clock says ${date(now)}: what came until then would never be read`
      })
    }
    const ledger = yield* Ledger
    const before = yield* ledger.watermark(flow)
    yield* ledger.moveWatermark(flow, to)
    if (before !== undefined && before < to) {
      yield* toStderr([
        `What lies between ${date(before)} and ${date(to)} is not read any more by itself: plex-cdf backfill reads it where that is wanted.`
      ])
    }
    return { before, to }
  })

const noWatermark = (flow: FlowName) =>
  new Refused({ message: `${flow} has no watermark to set; these flows have one: ${watermarkedFlows.join(", ")}` })

const watermark = Command.make(
  "watermark",
  {
    flow: flowArgument,
    set: momentOption("set", "Move it there: a moment with its zone, not in the future by Plex's clock").pipe(
      Options.optional
    ),
    json: json("Print JSON, one object"),
    ...settingsOptions
  },
  ({ flow, json, set, ...args }) =>
    Option.match(set, {
      onNone: () =>
        withServices({ ...args, once: true, logTo: "stderr" }, reading, () =>
          Effect.gen(function* () {
            const at = yield* (yield* Ledger).watermark(flow)
            if (json) return yield* toStdoutJson({ flow, watermark: at === undefined ? null : date(at) })
            yield* toStdout([`${flow}\t${at === undefined ? "none" : date(at)}`])
          })
        ),
      onSome: (to) => {
        if (!watermarkedFlows.includes(flow)) return explainRefused(noWatermark(flow))
        return withFacility({ ...args, once: true, logTo: "stderr" }, (settings) =>
          Effect.gen(function* () {
            yield* lasting(settings)
            const { before } = yield* alone(setWatermark(flow, to))
            const was = before === undefined ? "none" : date(before)
            if (json) yield* toStdoutJson({ flow, watermark: date(to), before: before === undefined ? null : was })
            else yield* toStdout([`${flow}\t${date(to)}\twas ${was}`])
          }).pipe(Effect.catchTag("Refused", explainRefused))
        )
      }
    })
).pipe(
  Command.withDescription(
    withExamples(
      "The instant up to which a history flow is confirmed, or of the last whole list of another; --set moves it",
      ["plex-cdf state watermark production-entries", "Show it"],
      ["plex-cdf state watermark production-entries --set 2026-01-31T00:00:00Z", "Read everything again from there on"]
    )
  )
)

export const stateCommand = Command.make("state").pipe(
  Command.withDescription(
    withExamples("What the process remembers: show, export, import, reset, watermark", [
      "plex-cdf state show",
      "What is there"
    ])
  ),
  Command.withSubcommands([show, exportCommand, importCommand, reset, watermark])
)
