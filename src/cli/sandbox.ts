/**
 * `plex-cdf sandbox`: a Plex and a CDF on loopback, for trying, testing and measuring.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Effect, Option } from "effect"
import { makeSandbox } from "../sandbox/Sandbox.js"

const port = (name: string, what: string) =>
  Options.integer(name).pipe(Options.withDescription(`Port of ${what} (default: any free one)`), Options.optional)

const options = {
  size: Options.choice("size", ["demo", "small", "large"]).pipe(
    Options.withDescription("Size of the plant: 27, about 500 or 16,921 parts"),
    Options.withDefault("demo")
  ),
  seed: Options.integer("seed").pipe(
    Options.withDescription("The same seed makes the same plant"),
    Options.withDefault(1)
  ),
  plexPort: port("plex-port", "Plex"),
  dataSourcePort: port("data-source-port", "Plex's Data Source API"),
  cdfPort: port("cdf-port", "CDF"),
  journal: Options.file("journal", { exists: "either" }).pipe(
    Options.withDescription("Append every request and answer to this file, one JSON object a line"),
    Options.optional
  )
}

/** Prints the environment to point a process at the sandbox, as an env file, and serves until it is stopped. */
export const sandboxCommand = Command.make("sandbox", options, (args) =>
  Effect.gen(function* () {
    const sandbox = yield* makeSandbox({
      size: args.size,
      seed: args.seed,
      ports: {
        plex: Option.getOrUndefined(args.plexPort),
        dataSource: Option.getOrUndefined(args.dataSourcePort),
        cdf: Option.getOrUndefined(args.cdfPort)
      },
      journal: { file: Option.getOrUndefined(args.journal) }
    })
    const lines = Object.entries(sandbox.environment()).map(([name, value]) => `${name}=${value}`)
    yield* Effect.sync(() => {
      process.stdout.write(`${lines.join("\n")}\n`)
      process.stderr.write("The sandbox is up; put these lines into a .env file. Ctrl-C stops it.\n")
    })
    return yield* Effect.never
  }).pipe(Effect.scoped)
).pipe(Command.withDescription("Serve a Plex and a CDF on loopback and print the environment that points at them"))
