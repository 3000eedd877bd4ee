/**
 * External ids to numeric ids, tier after tier; concurrent asks for the same key are one.
 */
import { Deferred, Effect, Exit } from "effect"
import type { CdfError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import { freshCdf } from "../../domain/FreshCdf.js"
import type { Cdf } from "../../services/Cdf.js"
import type { Hits, KnownAsset } from "../../services/IdResolver.js"
import { waiting } from "../../services/Pulse.js"
import { factsOfFacility, type Ledger } from "../../services/Ledger.js"
import { monotonicMillis } from "../http/MonotonicClock.js"
import type { KnownIds } from "./KnownIds.js"
import type { SharedIds } from "./SharedIds.js"

/** By whom how many keys were answered. */
type Answers = Omit<Hits, "misses">

export interface Resolved {
  readonly found: ReadonlyMap<ExternalId, number>
  readonly answers: Answers
}

export interface LookUp {
  readonly resolve: (externalIds: ReadonlySet<ExternalId>) => Effect.Effect<Resolved, CdfError>
  /** CDF has just confirmed these. */
  readonly confirm: (assets: ReadonlyArray<KnownAsset>) => Effect.Effect<void>
  /** These are gone or were made anew: no tier may say otherwise. */
  readonly forget: (externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<void>
  /** As `forget`, told by another process: the tiers that are shared know. */
  readonly doubt: (externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<void>
}

/** Answers of a tier between memory and CDF; `undefined` where those behind it may not be believed without it. */
interface Tier {
  readonly name: "ledger" | "redis"
  readonly get: (externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<ReadonlyMap<ExternalId, number> | undefined>
}

export const makeLookUp = (sources: {
  readonly known: KnownIds
  readonly ledger: Pick<typeof Ledger.Service, "rows" | "facts">
  readonly shared: SharedIds | undefined
  readonly cdf: typeof Cdf.Service
}): LookUp => {
  const { cdf, known, ledger, shared } = sources
  /** Who asks for a key at this moment; whoever else wants it waits. */
  const asking = new Map<ExternalId, Deferred.Deferred<void, CdfError>>()

  const fromLedger: Tier["get"] = (externalIds) =>
    ledger.rows("assets", externalIds).pipe(
      Effect.map(
        (rows) =>
          new Map([...rows.values()].flatMap(({ externalId, id }) => (id === undefined ? [] : [[externalId, id]])))
      ),
      // A ledger that fails ends the flow where it is needed; here CDF knows as well. Redis may not have heard what the ledger knows.
      Effect.orElseSucceed(() => undefined)
    )

  const tiers: ReadonlyArray<Tier> = [
    { name: "ledger", get: fromLedger },
    ...(shared === undefined ? [] : [{ name: "redis", get: shared.get } as const])
  ]

  /** Whether there is no asset of ours that the ledger does not know; not where it does not answer. */
  const knowsAll = ledger.facts(factsOfFacility, [freshCdf]).pipe(
    Effect.map((facts) => facts.has(freshCdf)),
    Effect.orElseSucceed(() => false)
  )

  /** Asks tier after tier, then CDF; keeps what nobody has forgotten or told better meanwhile. */
  const look = (keys: ReadonlyArray<ExternalId>, stillAsked: (key: ExternalId) => boolean) =>
    Effect.gen(function* () {
      const found = new Map<ExternalId, number>()
      const answers = { ledger: 0, redis: 0 }
      /** Of which a tier said what cannot be. */
      const wrong = new Set<ExternalId>()
      const before = yield* monotonicMillis
      let open = keys.filter((key) => known.trusts(key, before))
      for (const { get, name } of tiers) {
        if (open.length === 0) break
        const said = yield* get(open)
        if (said === undefined) break
        const now = yield* monotonicMillis
        for (const [key, number] of said) {
          if (!stillAsked(key)) continue
          if (!known.mayBe(number, now)) wrong.add(key)
          else {
            found.set(key, number)
            answers[name]++
            known.know(key, number, now)
          }
        }
        open = open.filter((key) => !found.has(key))
      }
      const absent = open.length > 0 && (yield* knowsAll) ? open.filter((key) => !wrong.has(key)) : []
      const now = yield* monotonicMillis
      for (const key of absent) if (stillAsked(key)) known.miss(key, now)
      const gone = new Set(absent)
      const unknown = keys.filter((key) => !found.has(key) && !gone.has(key))
      if (unknown.length > 0) {
        const assets = yield* cdf.byids("assets", unknown)
        const now = yield* monotonicMillis
        const there = new Map(assets.map(({ externalId, id }) => [externalId, id]))
        const learnt = new Map<ExternalId, number>()
        const corrected = new Map<ExternalId, number>()
        for (const key of unknown) {
          const number = there.get(key)
          if (number !== undefined) found.set(key, number)
          // Forgotten or told meanwhile: this answer may be older.
          if (!stillAsked(key)) continue
          if (number === undefined) known.miss(key, now)
          else {
            known.know(key, number, now)
            const better = wrong.has(key) || !known.trusts(key, now)
            ;(better ? corrected : learnt).set(key, number)
          }
        }
        if (shared !== undefined) {
          yield* shared.learn(learnt)
          yield* shared.tell(corrected)
        }
      }
      return {
        found,
        answers: { memory: 0, redis: answers.redis, ledger: answers.ledger + absent.length, cdf: unknown.length }
      }
    })

  /** Looks for keys that nobody else is looking for. An interruption fails nobody who waits: they look themselves. */
  const ask = (keys: ReadonlyArray<ExternalId>): Effect.Effect<Resolved, CdfError> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Deferred.make<void, CdfError>(), (done) => {
        for (const key of keys) asking.set(key, done)
        return restore(look(keys, (key) => asking.get(key) === done)).pipe(
          Effect.onExit((exit) => {
            for (const key of keys) if (asking.get(key) === done) asking.delete(key)
            return Deferred.done(done, Exit.isInterrupted(exit) ? Exit.void : Exit.asVoid(exit))
          })
        )
      })
    )

  const resolve: LookUp["resolve"] = (wanted) =>
    Effect.gen(function* () {
      const found = new Map<ExternalId, number>()
      const answers = { memory: 0, ledger: 0, redis: 0, cdf: 0 }
      let open: ReadonlyArray<ExternalId> = [...wanted]
      while (open.length > 0) {
        const now = yield* monotonicMillis
        const unknown: Array<ExternalId> = []
        /** Keys that others are asking for. */
        const awaited: Array<ExternalId> = []
        const others = new Set<Deferred.Deferred<void, CdfError>>()
        for (const key of open) {
          const number = known.number(key, now)
          if (number !== undefined) {
            found.set(key, number)
            answers.memory++
            continue
          }
          if (known.isMiss(key, now)) {
            answers.memory++
            continue
          }
          const other = asking.get(key)
          if (other === undefined) unknown.push(key)
          else {
            others.add(other)
            awaited.push(key)
          }
        }
        if (unknown.length > 0) {
          const asked = yield* ask(unknown)
          for (const [key, number] of asked.found) found.set(key, number)
          answers.ledger += asked.answers.ledger
          answers.redis += asked.answers.redis
          answers.cdf += asked.answers.cdf
        }
        for (const other of others) yield* waiting(Deferred.await(other))
        open = awaited
      }
      return { found, answers }
    })

  const confirm: LookUp["confirm"] = (assets) =>
    Effect.gen(function* () {
      const now = yield* monotonicMillis
      const news = new Map<ExternalId, number>()
      const remade: Array<ExternalId> = []
      for (const { externalId, id } of assets) {
        asking.delete(externalId)
        const before = known.number(externalId, now)
        if (before !== id || !known.trusts(externalId, now)) news.set(externalId, id)
        if (before !== undefined && before !== id) remade.push(externalId)
        known.confirm(externalId, id, now)
      }
      if (shared === undefined) return
      // Others must drop the number from before; then the new one takes the place of the mark.
      if (remade.length > 0) yield* shared.forget(remade)
      if (news.size > 0) yield* shared.tell(news)
    })

  const doubt: LookUp["doubt"] = (externalIds) =>
    Effect.map(monotonicMillis, (now) => {
      for (const externalId of externalIds) {
        known.forget(externalId, now)
        asking.delete(externalId)
      }
    })

  const forget: LookUp["forget"] = (externalIds) =>
    Effect.gen(function* () {
      if (externalIds.length === 0) return
      yield* doubt(externalIds)
      if (shared !== undefined) yield* shared.forget(externalIds)
    })

  return { resolve, confirm, forget, doubt }
}
