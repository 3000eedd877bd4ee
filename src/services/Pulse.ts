import { Context, Effect } from "effect"

/** What shows from outside that a flow moves, and where it is; cheap enough for each chunk and each piece of a body. */
export interface Signs {
  /** Something came, or was done. */
  readonly beat: () => void
  /** A chunk enters a stage, or leaves it. */
  readonly enter: (stage: string) => void
  readonly leave: (stage: string) => void
  /** It waits for what is not its own to hasten (a turn, a token, the lease), or waits no more. */
  readonly waits: () => void
  readonly waitsNoMore: () => void
  /** It waits for others, whose moves `others` tells, or waits no more. */
  readonly queues: (others: () => number) => void
  readonly queuesNoMore: (others: () => number) => void
  /** Another number than before where it moved meanwhile, or waits for what will come. */
  readonly moves: () => number
}

const nothing = (): void => undefined

/** Of what nobody watches nothing is known: it is taken to move. */
let unwatched = 0

/** Who watches over a flow. By default nobody. */
export class Pulse extends Context.Reference<Pulse>()("plex-cdf/Pulse", {
  defaultValue: (): Signs => ({
    beat: nothing,
    enter: nothing,
    leave: nothing,
    waits: nothing,
    waitsNoMore: nothing,
    queues: nothing,
    queuesNoMore: nothing,
    moves: () => unwatched++
  })
}) {}

const between =
  (begin: (signs: Signs) => void, end: (signs: Signs) => void) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Pulse, (signs) =>
      Effect.uninterruptibleMask((restore) => {
        begin(signs)
        return Effect.ensuring(
          restore(effect),
          Effect.sync(() => end(signs))
        )
      })
    )

/** Done by this stage, for a chunk: should it never end, it is named. */
export const inStage = (stage: string) =>
  between(
    (signs) => signs.enter(stage),
    (signs) => signs.leave(stage)
  )

/** A wait that may take as long as it needs, and is bounded elsewhere. */
export const waiting = between(
  (signs) => signs.waits(),
  (signs) => signs.waitsNoMore()
)

/** A wait that ends when others go on, whose moves `others` tells: as long as they move it may take as long as it needs. */
export const queued = (others: () => number) => {
  // One of several that wait for the same.
  const one = () => others()
  return between(
    (signs) => signs.queues(one),
    (signs) => signs.queuesNoMore(one)
  )
}

/** Done by one at a time: whoever comes meanwhile waits, and is not stuck. */
export const oneAtATime =
  (place: Effect.Semaphore) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(restore(waiting(place.take(1))), () => Effect.ensuring(restore(effect), place.release(1)))
    )
