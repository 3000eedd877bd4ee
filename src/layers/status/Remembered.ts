/**
 * What happened in this process, remembered in one place, and told on.
 */
import { Clock, Context, Effect, Layer, PubSub } from "effect"
import { AppConfig } from "../../services/AppConfig.js"
import { CallObserver } from "../../services/CallObserver.js"
import { countCall } from "../metrics/CallMetrics.js"
import { StatusMemory } from "./StatusMemory.js"

/** What is remembered of a running process, for its status. */
export class Remembered extends Context.Tag("plex-cdf/Remembered")<
  Remembered,
  {
    readonly memory: StatusMemory
    /** Remembers something that happened now (epoch milliseconds), and tells whoever looks. */
    readonly tell: <A>(remember: (memory: StatusMemory, at: number) => A) => Effect.Effect<A>
    /** How often something was told. */
    readonly tellings: () => number
    /** Each time that something was told; several at once coalesce for who is slow. */
    readonly told: PubSub.PubSub<void>
  }
>() {}

const remembered = Layer.scoped(
  Remembered,
  Effect.gen(function* () {
    const memory = new StatusMemory(yield* Clock.currentTimeMillis)
    const told = yield* Effect.acquireRelease(PubSub.sliding<void>(1), PubSub.shutdown)
    let tellings = 0
    return {
      memory,
      told,
      tellings: () => tellings,
      tell: (remember) =>
        Effect.gen(function* () {
          const remembered = remember(memory, yield* Clock.currentTimeMillis)
          tellings++
          yield* PubSub.publish(told, undefined)
          return remembered
        })
    }
  })
)

const observer = Layer.effect(
  CallObserver,
  Effect.gen(function* () {
    const { memory, tell } = yield* Remembered
    const { facility } = yield* AppConfig
    return (call) =>
      Effect.gen(function* () {
        if (call.reason === undefined) memory.called(call, yield* Clock.currentTimeMillis)
        else yield* tell((each, at) => each.called(call, at))
        yield* countCall(facility.pcn, call)
      })
  })
)

/** Counts every call, whoever makes it: to be beneath all that is to be seen. */
export const layer: Layer.Layer<CallObserver | Remembered, never, AppConfig> = observer.pipe(
  Layer.provideMerge(remembered)
)
