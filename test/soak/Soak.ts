/**
 * The resident process for as long as wanted, against a plant that goes on and in all weathers; looked at all the while from outside, and
 * judged whenever the weather has cleared up.
 */
import { Cause, Effect, Exit, Scope } from "effect"
import { statSync } from "node:fs"
import { seededRandom } from "../../src/sandbox/Random.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { newFile } from "../layers/state/Variants.js"
import { sumOf } from "../support/JournalMetrics.js"
import { keptState } from "../support/KeptState.js"
import { lastOf, leaksIn, startSandbox } from "../support/SandboxProcess.js"
import { eventually, type Served, startServed } from "../support/Served.js"
import { CallTally } from "./CallTally.js"
import { LogTally } from "./LogTally.js"
import { pageDisagreements } from "./PageTally.js"
import { systemSays, type Vital } from "./Vitals.js"
import { type Weather, weathers } from "./Weather.js"
import { Witness } from "./Witness.js"

export interface SoakOptions {
  readonly seed: number
  readonly minutes: number
  /** Weathers between two verdicts, and seconds that each lasts. */
  readonly spells: number
  readonly seconds: number
  /** Seconds from one look at the process to the next. */
  readonly every: number
  /** Those that may come; default: all. */
  readonly weathers?: ReadonlyArray<Weather>
  /** Told of what goes on, a line at a time. */
  readonly say: (line: string) => void
}

export interface Soaked {
  /** All that was wrong; none where everything agreed. */
  readonly complaints: ReadonlyArray<string>
  readonly vitals: ReadonlyArray<Vital>
  readonly verdicts: number
  readonly exchanges: number
  readonly struck: number
  /** Hours of the plant. */
  readonly hours: number
  readonly starts: number
  readonly log: LogTally
  /** Rows of the ledger, and MiB of the state, at the end. */
  readonly rows: number
  readonly stateMiB: number
}

const hour = 3_600_000
const settings = {
  HEALTH_CHECK_INTERVAL: "5",
  // Longer than a machine that others use too may take for an answer: a call that we gave up and the sandbox did not is nobody's fault.
  HTTP_TIMEOUT: "20",
  MAX_RETRIES: "3",
  JOBS_FULL_LIST_INTERVAL: "21600",
  // What is older is forgotten within the days of the plant that a soak takes; corrections of two days are still found.
  HISTORY_RECHECK_DAYS: "4",
  ...Object.fromEntries(
    ["MASTER_DATA", "JOBS", "PRODUCTION", "INVENTORY", "QUALITY", "PERFORMANCE"].map((name) => [
      `${name}_EXTRACTION_INTERVAL`,
      "60"
    ])
  )
}

/** More containers than are used up between two lists, so that no list looks as if it was cut. */
const size = { containers: 240 }

/** How long the process may take to be well again: its breakers stay open for a minute. */
const recovery = 400

/** A process with a scope of its own, so that another one may follow it. */
interface Life {
  readonly served: Served
  readonly scope: Scope.CloseableScope
}

const pageOf = ({ ask }: Served) => Effect.flatMap(ask("/"), (answer) => Effect.promise(() => answer.text()))

class Course {
  readonly complaints: Array<string> = []
  readonly vitals: Array<Vital> = []
  readonly log = new LogTally()
  readonly tally = new CallTally()
  readonly witness: Witness
  readonly random: () => number
  readonly begun = performance.now()
  readonly noon: number
  life: Life | undefined
  starts = 0
  verdicts = 0

  constructor(
    readonly sandbox: Sandbox,
    readonly options: SoakOptions,
    readonly state: string
  ) {
    this.random = seededRandom(options.seed)
    this.witness = new Witness(sandbox)
    this.noon = sandbox.plant.now()
    sandbox.journal.subscribe((entry) => {
      this.witness.heard(entry)
      if (entry.outcome !== "pending") this.tally.ended(entry)
    })
  }

  /** Seconds so far. */
  get at(): number {
    return (performance.now() - this.begun) / 1000
  }

  complain(lines: ReadonlyArray<string>): void {
    const stamp = `${Math.round(this.at)} s`
    for (const line of lines) {
      this.complaints.push(`${stamp}: ${line}`)
      if (this.complaints.length <= 40) this.options.say(`  ! ${line}`)
    }
  }

  readonly start = Effect.gen(this, function* () {
    const scope = yield* Scope.make()
    const over = { ...settings, STATE_URL: `file:${this.state}` }
    // A connection that is kept may be closed at the instant at which it is used again.
    const served = yield* Scope.extend(startServed(this.sandbox, over, [], { connection: "close" }), scope)
    this.starts++
    this.life = { served, scope }
    return served
  })

  /** Ends the process by a signal; the next one goes on with its state. */
  readonly end = (signal: "SIGKILL" | "SIGTERM") =>
    Effect.gen(this, function* () {
      const { life } = this
      if (life === undefined) return
      this.life = undefined
      life.served.process.kill(signal)
      const ended = yield* Effect.promise(() => life.served.process.ended)
      this.log.hear(ended.stdout)
      const wanted = signal === "SIGTERM" ? ended.code === 0 : ended.signal === signal
      this.complain([
        ...(wanted ? [] : [`the process ended with ${ended.code ?? ended.signal}: ${ended.stderr}`]),
        ...leaksIn(this.sandbox, ended.stdout + ended.stderr).map(() => "the log holds a secret")
      ])
      // What it had sent may be read a moment later.
      yield* Effect.sleep("500 millis")
      yield* Scope.close(life.scope, Exit.void)
      this.tally.begin(lastOf(this.sandbox))
      this.log.begin()
    })

  /** The plant goes on for so many seconds, about half an hour in each of them, and there is something to be run. */
  readonly goOn = (seconds: number) =>
    Effect.gen(this, function* () {
      const { plant } = this.sandbox
      this.life?.served.process.kill("SIGUSR2")
      for (let second = 0; second < seconds; second++) {
        this.witness.look()
        plant.advance(Math.round((0.3 + 0.4 * this.random()) * hour))
        this.witness.look()
        yield* Effect.sleep("1 second")
      }
    })

  /** A look from outside, whatever the process is doing. */
  readonly look = Effect.gen(this, function* () {
    const { life } = this
    if (life === undefined) return
    const { served } = life
    this.log.hear(served.process.heard())
    const samples = yield* served.samples
    const live = yield* served.checks("/livez")
    const ready = yield* served.checks("/readyz")
    const page = yield* pageOf(served)
    const events = sumOf(samples, "plex_cdf_event_loop_delay_max_seconds") * 1000
    this.vitals.push({
      at: this.at,
      pid: served.process.pid,
      ...systemSays(served.process.pid),
      heap: sumOf(samples, "plex_cdf_process_heap_used_bytes") / 1024 ** 2,
      delay: events
    })
    const read = sumOf(samples, "plex_cdf_records_read_total")
    const counted = sumOf(samples, "plex_cdf_records_total")
    this.complain([
      ...(live.code === 200 ? [] : [`it is not alive: ${JSON.stringify(live.failing)}`]),
      ...(read === counted ? [] : [`${read} records were read, and ${counted} have an outcome`]),
      ...(ready.code === 200 || Object.keys(ready.failing).length > 0 ? [] : ["it is not ready, and does not say why"]),
      ...(page.endsWith("</html>") ? [] : [`the page is not whole: ${page.slice(0, 200)}`]),
      ...leaksIn(this.sandbox, page).map(() => "the page holds a secret")
    ])
  }).pipe(
    // It may be killed while it is looked at.
    Effect.catchAllCause((cause) => Effect.sync(() => void (this.life && this.complain([Cause.pretty(cause)]))))
  )

  /** Waits until the weather of before is forgotten, and everything that Plex shows now has been read. */
  readonly settle = (served: Served) =>
    Effect.gen(function* () {
      const calm = Date.now()
      served.process.kill("SIGUSR2")
      yield* eventually(
        served.facility,
        ({ extractors, sweeps }) =>
          extractors.every(
            ({ lastRun, state }) => state === "waiting" && lastRun?.status === "succeeded" && lastRun.started >= calm
          ) && sweeps.every(({ due, state }) => state !== "running" && due === 0),
        recovery
      )
      yield* eventually(served.checks("/readyz"), ({ code }) => code === 200, recovery)
    })

  /** Where log, metrics, page and journal do not say the same of this moment. */
  readonly disagreements = (served: Served) =>
    Effect.gen(this, function* () {
      const samples = yield* served.samples
      const page = yield* pageOf(served)
      this.log.hear(served.process.heard())
      return [
        ...this.tally.disagreements(samples),
        ...this.log.disagreements(samples),
        ...pageDisagreements(page, samples),
        ...(sumOf(samples, "plex_cdf_dead_letters") === 0 ? [] : ["there are dead letters"]),
        ...(sumOf(samples, "plex_cdf_flow_degraded") === 0 ? [] : ["a flow is degraded"]),
        ...(sumOf(samples, "plex_cdf_flow_valve_closed") === 0 ? [] : ["a safety valve is closed"])
      ]
    })

  readonly judge = Effect.gen(this, function* () {
    const served = this.life?.served
    if (served === undefined) return
    yield* this.settle(served)
    this.complain(this.witness.judge())
    // A run of its own may be under way: what is counted at its end is not counted yet.
    let found = yield* this.disagreements(served)
    for (let tries = 0; found.length > 0 && tries < 30; tries++) {
      yield* Effect.sleep("1 second")
      found = yield* this.disagreements(served)
    }
    this.complain(found)
    this.complain(this.sandbox.journal.entries({ violation: true }).map(({ path }) => `a forbidden call: ${path}`))
    this.verdicts++
  }).pipe(Effect.catchAllCause((cause) => Effect.sync(() => this.complain([Cause.pretty(cause)]))))

  /** Some spells of weather, then a verdict. */
  readonly round = (kills: boolean) =>
    Effect.gen(this, function* () {
      const { seconds, spells, weathers: possible = weathers } = this.options
      const names: Array<string> = []
      for (let spell = 0; spell < spells; spell++) {
        const weather = possible[Math.floor(this.random() * possible.length)]
        if (weather === undefined) continue
        names.push(weather.name)
        const clear = this.sandbox.faults.add(...weather.rules)
        yield* this.goOn(seconds)
        if (kills && spell === 0) {
          yield* this.end("SIGKILL")
          names.push("killed")
          yield* this.start
        }
        clear()
      }
      const before = this.complaints.length
      const cleared = this.at
      yield* this.judge
      const hours = (this.sandbox.plant.now() - this.noon) / hour
      const wrong = this.complaints.length - before
      this.options.say(
        `${Math.round(this.at)} s: ${names.join(", ")}; judged ${Math.round(this.at - cleared)} s later, after ${hours.toFixed(0)} ` +
          `hours of the plant and ${this.tally.all.exchanges} calls: ${wrong === 0 ? "all agree" : `${wrong} complaints`}`
      )
    })

  /** What the state holds at the end is in CDF. */
  readonly stateJudged = Effect.gen(this, function* () {
    const { ledger } = yield* keptState(`file:${this.state}`)
    const held = this.sandbox.cdf.snapshot()
    const kinds = new Map<string, Readonly<Record<string, unknown>>>(
      Object.entries(held).map(([kind, objects]) => [kind.toLowerCase(), objects])
    )
    this.complain(
      ledger.flatMap(({ externalId, kind }) =>
        kinds.get(kind)?.[externalId] === undefined ? [`the state knows ${kind} ${externalId}, CDF does not`] : []
      )
    )
    return ledger.length
  })
}

/** Goes on for so many minutes, with one process killed after a third of them. Needs dist. */
export const soak = (options: SoakOptions): Effect.Effect<Soaked, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sandbox = yield* Effect.orDie(
      startSandbox({
        seed: options.seed,
        size,
        cdfKnobs: { tokenLifetimeSeconds: 20 },
        journal: { maxEntries: 5_000, maxBodyCharacters: 20_000_000 }
      })
    )
    const course = new Course(sandbox, options, yield* newFile)
    yield* course.start
    yield* Effect.addFinalizer(() => course.end("SIGKILL"))
    yield* Effect.forkScoped(Effect.forever(Effect.delay(course.look, `${options.every} seconds`)))
    yield* course.judge
    let killed = false
    while (course.at < options.minutes * 60) {
      const kills = !killed && course.at >= options.minutes * 20
      if (kills) killed = true
      yield* course.round(kills)
    }
    yield* course.end("SIGTERM")
    const rows = yield* course.stateJudged
    return {
      complaints: course.complaints,
      vitals: course.vitals,
      verdicts: course.verdicts,
      exchanges: course.tally.all.exchanges,
      struck: course.tally.all.struck,
      hours: (sandbox.plant.now() - course.noon) / hour,
      starts: course.starts,
      log: course.log,
      rows,
      stateMiB: statSync(course.state).size / 1024 ** 2
    }
  })
