/**
 * `plex-cdf [run]`: one pass, or the resident process.
 */
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { type Deferred, Effect, Either, Layer, Option } from "effect"
import { type Extractor, extractors } from "../domain/Flow.js"
import { pass } from "../pipelines/pass.js"
import { resident } from "../pipelines/resident.js"
import { makeRunRequests, type RunRequests } from "../pipelines/RunRequests.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { drainable } from "./drainable.js"
import { exitCodeOf, failed } from "./exitCode.js"
import { setExitCode, toStderr } from "./output.js"
import { reportLines } from "./reportTable.js"
import { onRunSignal } from "./runSignal.js"
import { facility, type SettingsArguments, settingsOptions, watchedFacility, withFacility } from "./withFacility.js"

const isExtractor = (name: string): name is Extractor => extractors.some((known) => known === name)

const invalid = (message: string) => ValidationError.invalidValue(HelpDoc.p(message))

export const only = Options.text("only").pipe(
  Options.withDescription(`Run these extractors only, separated by commas: ${extractors.join(", ")}`),
  Options.withPseudoName("names"),
  Options.mapEffect((text) => {
    const names = text.split(",").map((name) => name.trim())
    const unknown = names.filter((name) => !isExtractor(name))
    return unknown.length > 0
      ? Effect.fail(invalid(`--only: ${unknown.join(", ")} is no extractor; there are ${extractors.join(", ")}`))
      : Effect.succeed(names.filter(isExtractor))
  }),
  Options.optional
)

const flag = (name: string, description: string) => Options.boolean(name).pipe(Options.withDescription(description))

export const runOptions = {
  once: flag(
    "once",
    "Make one pass and exit; without it the process stays and makes passes on each extractor's interval"
  ),
  dryRun: flag("dry-run", "Do everything but the writes, and report what they would be"),
  sandbox: flag("sandbox", "Run against an embedded Plex and CDF; needs no configuration"),
  only,
  noSweep: flag("no-sweep", "Leave out the flows that cost one call per object"),
  strict: flag("strict", "With --once: exit with 3 when an extractor is degraded"),
  ...settingsOptions
}

export interface RunArguments extends SettingsArguments {
  readonly only: Option.Option<ReadonlyArray<Extractor>>
  readonly noSweep: boolean
  readonly strict: boolean
}

const onePass = (settings: Settings, args: RunArguments) => (stop: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const outcome = yield* Effect.either(pass({ only: chosenBy(args), sweep: !args.noSweep, stop }))
    if (Either.isLeft(outcome)) {
      const what = outcome.left._tag === "LeaseLost" ? "not finished" : "nothing was written"
      yield* Effect.logError(what).pipe(Effect.annotateLogs({ error: outcome.left.message }))
      yield* toStderr([`plex-cdf: ${what}: ${outcome.left.message}`])
      return yield* setExitCode(failed)
    }
    yield* toStderr(["", ...reportLines(outcome.right, settings.dryRun)])
    yield* setExitCode(exitCodeOf(outcome.right, args.strict))
  })

const stayResident = (args: RunArguments, requests: RunRequests) => (stop: Deferred.Deferred<void>) =>
  resident({ only: chosenBy(args), sweep: !args.noSweep, stop, requests }).pipe(
    Effect.catchAll((error) =>
      Effect.zipRight(
        Effect.logError("nothing was written").pipe(Effect.annotateLogs({ error: error.message })),
        setExitCode(failed)
      )
    )
  )

/** The server is loaded where one is wanted, and stops when everything else has. */
const served = (settings: Settings, args: RunArguments) =>
  Effect.gen(function* () {
    const requests = yield* makeRunRequests
    yield* onRunSignal(requests.askAll)
    const { serve } = yield* Effect.promise(() => import("../server/Server.js"))
    yield* serve({ requests })
    yield* drainable(stayResident(args, requests), settings.gracefulShutdown)
  }).pipe(Effect.scoped)

const chosenBy = (args: RunArguments): ReadonlyArray<Extractor> => Option.getOrElse(args.only, () => [])

/** A process that stays is watched. */
const services: typeof facility = Layer.unwrapEffect(
  Effect.map(AppConfig, ({ once }) => (once ? facility : watchedFacility))
)

/** Loads the settings and runs. Never fails: what goes wrong is said, and the exit code set. */
export const run = (args: RunArguments) =>
  withFacility(
    args,
    (settings) =>
      settings.once ? drainable(onePass(settings, args), settings.gracefulShutdown) : served(settings, args),
    services
  )

export const runCommand = Command.make("run", runOptions, run).pipe(
  Command.withDescription("Bring CDF up to Plex: one pass with --once, or for as long as the process lives")
)
