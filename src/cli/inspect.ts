/**
 * `plex-cdf inspect`: what CDF holds of the facility, or all that is known of one object. Writes nothing anywhere.
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Effect, Layer, Option } from "effect"
import * as FacilityReading from "../layers/FacilityReading.js"
import { layerProgressSilent } from "../layers/ProgressSilent.js"
import { lastWrites } from "../layers/state/LastWrites.js"
import { inspect } from "../pipelines/inspect.js"
import { overview } from "../pipelines/overview.js"
import { succeeded } from "./exitCode.js"
import { inspectionJson, inspectionLines, type ShownInspection } from "./inspectionLines.js"
import { toStderr, toStdout, toStdoutJson } from "./output.js"
import { notHere } from "./notHere.js"
import { overviewJson, overviewLines } from "./overviewTable.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, withServices } from "./withFacility.js"

/** The facility for who only looks. */
const looking = FacilityReading.layer.pipe(Layer.merge(layerProgressSilent))

const all = (json: boolean) =>
  Effect.gen(function* () {
    const found = yield* overview
    yield* toStderr([`CDF was asked ${found.calls} times; what was written within the last seconds may be missing.`])
    if (json) return yield* toStdoutJson(overviewJson(found))
    yield* Effect.suspend(() => toStdout(overviewLines(found, process.stdout.isTTY === true)))
  })

const one = (text: string, json: boolean) =>
  Effect.gen(function* () {
    const found = yield* inspect(text)
    const { externalId, flow, kind, verdict } = found
    const writes = kind === undefined || flow === undefined ? undefined : yield* lastWrites(kind, externalId, flow)
    const shown: ShownInspection = { ...found, writes }
    const told = json ? toStdoutJson(inspectionJson(shown)) : toStdout(inspectionLines(shown))
    if (verdict === "unknown id") return yield* notHere(json ? told : toStderr([`plex-cdf: ${found.sentence}`]))
    // No mapping of this facility makes such ids; one of another facility may.
    yield* flow === undefined ? notHere(told, succeeded) : told
  })

export const inspectCommand = Command.make(
  "inspect",
  {
    externalId: Args.text({ name: "EXTERNAL_ID" }).pipe(
      Args.withDescription(
        "An object, with or without its prefixes, or the Plex key of one that was written; without it everything is counted"
      ),
      Args.optional
    ),
    json: Options.boolean("json").pipe(Options.withDescription("Print JSON, one object")),
    ...settingsOptions
  },
  ({ externalId, json, ...args }) =>
    withServices({ ...args, once: true, logTo: "stderr" }, looking, () =>
      Option.match(externalId, { onNone: () => all(json), onSome: (text) => one(text, json) })
    )
).pipe(
  Command.withDescription(
    withExamples(
      "What CDF holds of the facility beside what the state knows; or one object: Plex now, the state, CDF, and how they differ",
      ["plex-cdf inspect", "Count everything, with what waits, what has no link and how fresh the points are"],
      ["plex-cdf inspect PCN340884_job_J004217", "Why is this object missing, or unlinked?"],
      ["plex-cdf inspect job_J004217 --json", "The same for programs"]
    )
  )
)
