/**
 * What is shared by all who call the same upstream with the same credentials, whichever facility they work for.
 */
import { Context, Effect, Layer } from "effect"
import type { StatusOfUpstream } from "../../domain/Status.js"
import { type Breaker, makeBreaker } from "./Breaker.js"
import { makePacer, type Pacer } from "./Pacer.js"
import { makePermits, type Permits } from "./Permits.js"

export interface UpstreamLimits {
  /** Calls a minute; `Infinity` where only the calls in flight are bounded. */
  readonly perMinute: number
  /** Calls in flight. */
  readonly inFlight: number
  /** What sweeps may take of both while flows want calls, 0–1; default a half. */
  readonly sweepShare?: number | undefined
}

/** One upstream as its callers share it. */
export interface Upstream {
  /** For people: `plex`, `plex-ds`, `cdf`. */
  readonly name: string
  readonly pacer: Pacer
  /** A permit for each call in flight, held until its body is read. */
  readonly permits: Permits
  /** A sweep's call needs one of these as well, so that waiting sweeps leave permits to the flows. */
  readonly sweepPermits: Permits
  /** A list that a flow reads needs one of these as well: what is asked about its records finds a permit, though all read lists. */
  readonly listPermits: Permits
  readonly breaker: Breaker
}

/** An upstream of its own, shared with nobody else. */
export const makeUpstream = (name: string, { inFlight, perMinute, sweepShare = 0.5 }: UpstreamLimits): Upstream => ({
  name,
  pacer: makePacer(perMinute, sweepShare),
  permits: makePermits(inFlight),
  sweepPermits: makePermits(Math.max(1, Math.ceil(inFlight * sweepShare))),
  listPermits: makePermits(Math.max(1, inFlight - 1)),
  breaker: makeBreaker()
})

const stateOf = ({ breaker, name, pacer }: Upstream): Effect.Effect<StatusOfUpstream> =>
  Effect.zipWith(breaker.state, pacer.state, (state, { held, perMinute, used, waiting }) => ({
    name,
    breaker: state,
    ...(Number.isFinite(perMinute) ? { limit: perMinute } : {}),
    used,
    waiting,
    ...(held > 0 ? { held } : {})
  }))

/** The upstreams of this process; not global: each layer built has its own. */
export class Upstreams extends Context.Tag("plex-cdf/Upstreams")<
  Upstreams,
  {
    /**
     * The upstream of this key (its address and whatever identifies the account there; never shown). The first who asks
     * sets its limits.
     */
    readonly get: (name: string, key: string, limits: UpstreamLimits) => Effect.Effect<Upstream>
    /** Every upstream asked for so far, with the state of its breaker and its budget. */
    readonly states: Effect.Effect<ReadonlyArray<StatusOfUpstream>>
  }
>() {
  /** Those of the process as one facility uses them: it shares them, and tells of no other. */
  static readonly layerUsed: Layer.Layer<Upstreams, never, Upstreams> = Layer.effect(
    this,
    Effect.map(this, (all) => {
      const used = new Set<Upstream>()
      return {
        get: (name: string, key: string, limits: UpstreamLimits) =>
          Effect.tap(all.get(name, key, limits), (upstream) => void used.add(upstream)),
        states: Effect.suspend(() => Effect.forEach([...used], stateOf))
      }
    })
  )

  static readonly layer = Layer.sync(this, () => {
    const known = new Map<string, Upstream>()
    return {
      get: (name, key, limits) =>
        Effect.sync(() => {
          const upstream = known.get(key) ?? makeUpstream(name, limits)
          known.set(key, upstream)
          return upstream
        }),
      states: Effect.suspend(() => Effect.forEach([...known.values()], stateOf))
    }
  })
}
