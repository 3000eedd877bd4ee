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
import { againAndAgain, notBegun } from "./againAndAgain.js"
import { drainable } from "./drainable.js"
import { type ChosenFacilities, everyFacility, forFacility } from "./everyFacility.js"
import { exitCodeOf, failed } from "./exitCode.js"
import { ownOfFacility, watchedFacility } from "./facilityLayers.js"
import { nextStep } from "./nextStep.js"
import { setExitCode, toStderr } from "./output.js"
import { reportLines } from "./reportTable.js"
import { onRunSignal } from "./runSignal.js"
import { Speaking } from "./Speaking.js"
import { withExamples } from "./withExamples.js"
import { explained, type SettingsArguments, settingsOptions, withSharedServices } from "./withFacility.js"

const isExtractor = (name: string): name is Extractor => extractors.some((known) => known === name)

const invalid = (message: string) => ValidationError.invalidValue(HelpDoc.p(message))

export const only = Options.text("only").pipe(
  Options.withDescription(`Run these extractors only, separated by commas: ${extractors.join(", ")}`),
  Options.withPseudoName("extractors"),
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

export const sandbox = flag("sandbox", "Run against an embedded Plex and CDF; needs no configuration")

export const runOptions = {
  once: flag(
    "once",
    "Make one pass and exit; without it the process stays and makes passes on each extractor's interval"
  ),
  dryRun: flag("dry-run", "Do everything but the writes, and report what they would be"),
  sandbox,
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

/** Facilities that run at once are told apart by a heading over the report of each. */
const heading = Effect.map(Speaking, ({ facility }) => (facility === undefined ? [] : [`${facility}:`]))

const onePass = (settings: Settings, args: RunArguments, stop: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const above = yield* heading
    const outcome = yield* Effect.either(pass({ only: chosenBy(args), sweep: !args.noSweep, stop }))
    if (Either.isLeft(outcome)) {
      const what = outcome.left._tag === "LeaseLost" ? "not finished" : "nothing was written"
      yield* Effect.annotateLogs(Effect.logError(what), { error: outcome.left.message })
      yield* toStderr([...above, `plex-cdf: ${what}: ${outcome.left.message}`, ...nextStep(outcome.left)])
      return yield* setExitCode(failed)
    }
    yield* toStderr(["", ...above, ...reportLines(outcome.right, settings.dryRun)])
    yield* setExitCode(exitCodeOf(outcome.right, args.strict))
  })

const stayResident = (args: RunArguments, requests: RunRequests, stop: Deferred.Deferred<void>) =>
  resident({ only: chosenBy(args), sweep: !args.noSweep, stop, requests })

/** The process ends with its only facility; whoever watches over it starts it anew. */
const untilItFails = (work: ReturnType<typeof stayResident>) =>
  Effect.catchAll(work, (error) => Effect.zipRight(notBegun(error), setExitCode(failed)))

const chosenBy = (args: RunArguments): ReadonlyArray<Extractor> => Option.getOrElse(args.only, () => [])

/** Each facility with what it lives on. */
const once = (args: RunArguments, facilities: ChosenFacilities) =>
  drainable(
    (stop) =>
      everyFacility(
        facilities,
        (settings) =>
          onePass(settings, args, stop).pipe(
            Effect.provide(Layer.provideMerge(ownOfFacility, Layer.succeed(AppConfig, settings))),
            explained
          ),
        "at once"
      ),
    facilities[0].gracefulShutdown
  )

/** Every facility is there before the server is, which stops when everything else has; what they share is there until both are gone. */
const staying = (args: RunArguments, facilities: ChosenFacilities) =>
  Effect.gen(function* () {
    const [first, ...others] = yield* Effect.forEach(facilities, (settings) =>
      Effect.gen(function* () {
        const own = Layer.provideMerge(watchedFacility, Layer.succeed(AppConfig, settings))
        const services = yield* Layer.build(own)
        return { settings, services, requests: yield* makeRunRequests }
      }).pipe(forFacility(settings))
    )
    const all = [first, ...others] as const
    yield* onRunSignal(Effect.forEach(all, ({ requests }) => requests.askAll, { discard: true }))
    const { serve } = yield* Effect.promise(() => import("../server/Server.js"))
    yield* serve({ facilities: all })
    const run = (stop: Deferred.Deferred<void>) => (settings: Settings) => {
      const { requests, services } = all.find((one) => one.settings === settings) ?? first
      const work = stayResident(args, requests, stop)
      return Effect.provide(others.length === 0 ? untilItFails(work) : againAndAgain(work, stop), services)
    }
    yield* drainable((stop) => everyFacility(facilities, run(stop), "at once"), first.settings.gracefulShutdown)
  }).pipe(Effect.scoped)

/** Loads the settings and runs. Never fails: what goes wrong is said, and the exit code set. */
export const run = (args: RunArguments) =>
  withSharedServices(args, (facilities) => (facilities[0].once ? once(args, facilities) : staying(args, facilities)))

export const runCommand = Command.make("run", runOptions, run).pipe(
  Command.withDescription(
    withExamples(
      "Bring CDF up to Plex: one pass with --once, or for as long as the process lives",
      ["plex-cdf run --once", "One pass, as a scheduler wants it; the exit code says how it went"],
      ["plex-cdf run --once --only jobs,production --no-sweep", "Two extractors, without what costs a call per object"],
      ["plex-cdf run --env-file plant.env", "Stay, with the configuration of another file"]
    )
  )
)
