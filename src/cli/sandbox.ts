/**
 * `plex-cdf sandbox`: a Plex and a CDF on loopback, for trying, testing and measuring.
 */
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { Effect, Option } from "effect"
import type { ListenError } from "../sandbox/Listener.js"
import { failed } from "./exitCode.js"
import { setExitCode, toStderr } from "./output.js"
import { wholeNumber } from "./wholeNumber.js"
import { withExamples } from "./withExamples.js"

const port = (name: string, what: string) =>
  wholeNumber(name, { least: 0, most: 65_535 }, `Port of ${what} (default: any free one)`).pipe(Options.optional)

/** As what Plex calls its tenants by; in the settings the same is expected. */
const nameOfTenant = (name: string, pattern: RegExp, expected: string, description: string) =>
  Options.text(name).pipe(
    Options.withDescription(description),
    Options.withPseudoName(name),
    Options.mapEffect((text) =>
      pattern.test(text)
        ? Effect.succeed(text)
        : Effect.fail(ValidationError.invalidValue(HelpDoc.p(`--${name}: ${expected} is expected, not ${text}`)))
    )
  )

const options = {
  pcn: nameOfTenant("pcn", /^\d{1,10}$/, "a number of 1 to 10 digits", "Plex Customer Number of the plant").pipe(
    Options.withDefault("340884")
  ),
  code: nameOfTenant(
    "code",
    /^[a-z0-9-]{1,63}$/,
    "a text of a-z, 0-9 and -, 1 to 63",
    "PCN code (text, not the number) of the plant"
  ).pipe(Options.withDefault("ra-process")),
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

interface Ports {
  readonly plexPort: Option.Option<number>
  readonly dataSourcePort: Option.Option<number>
  readonly cdfPort: Option.Option<number>
}

/** The option that named a port; both, where two named the same. */
const optionOf = (ports: Ports, port: number): string => {
  const named = [
    ["--plex-port", ports.plexPort],
    ["--data-source-port", ports.dataSourcePort],
    ["--cdf-port", ports.cdfPort]
  ] as const
  return named.flatMap(([option, value]) => (Option.contains(value, port) ? [option] : [])).join(" and ")
}

/** What to do about a port that cannot be listened on. */
const explainPort = (ports: Ports, { code, host, port }: ListenError) => {
  const option = optionOf(ports, port)
  const what =
    code === "EADDRINUSE"
      ? `something else listens there: stop it, or set ${option} to another port`
      : code === "EACCES"
        ? `this port needs rights that the process does not have: set ${option} to one above 1023`
        : code
  return Effect.zipRight(
    toStderr([`plex-cdf: cannot listen on ${option} ${port} of ${host}: ${what}, or leave it out for any free one`]),
    setExitCode(failed)
  )
}

/** Prints the environment to point a process at the sandbox, as an env file, and serves until it is stopped. */
export const sandboxCommand = Command.make("sandbox", options, (args) =>
  Effect.gen(function* () {
    const { makeSandbox } = yield* Effect.promise(() => import("../sandbox/Sandbox.js"))
    const sandbox = yield* makeSandbox({
      pcn: args.pcn,
      code: args.code,
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
  }).pipe(
    Effect.scoped,
    Effect.catchTag("ListenError", (error) => explainPort(args, error))
  )
).pipe(
  Command.withDescription(
    withExamples(
      "Serve a Plex and a CDF on loopback and print the environment that points at them",
      ["plex-cdf sandbox > .env", "A demo plant, for `plex-cdf` in the same folder"],
      ["plex-cdf sandbox --size small --seed 7 --journal calls.jsonl", "A larger plant; every call is written down"],
      ["plex-cdf sandbox --pcn 340885 --code second", "A second facility"]
    )
  )
)
