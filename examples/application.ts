/**
 * The pipelines inside a larger application, over a CDF of its own: whatever reaches CDF is announced to the rest of the application.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Context, Deferred, Effect, Layer, Ref } from "effect"
import { AppConfigLive, Cdf, FacilityLive, layerProgressSilent, pass, type ResourceKind } from "plex-cdf"

/** A service of the application: who is told, and what they were told. */
class Announcements extends Context.Tag("example/Announcements")<
  Announcements,
  {
    readonly announce: (kind: ResourceKind, externalIds: ReadonlyArray<string>) => Effect.Effect<void>
    readonly announced: Effect.Effect<ReadonlyMap<ResourceKind, number>>
  }
>() {
  static readonly layer = Layer.effect(
    Announcements,
    Effect.map(Ref.make<ReadonlyMap<ResourceKind, number>>(new Map()), (counts) => ({
      announce: (kind, externalIds) =>
        Ref.update(counts, (held) => new Map([...held, [kind, (held.get(kind) ?? 0) + externalIds.length]])),
      announced: Ref.get(counts)
    }))
  )
}

// A Layer that takes `Cdf` and gives `Cdf`: here everything is passed on, and what was created is announced. It could as well write
// somewhere else. The pipelines know the tag only, and do not see the difference.
const announcingCdf = Layer.effect(
  Cdf,
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const { announce } = yield* Announcements
    return Cdf.of({
      ...cdf,
      upsert: (kind, wanted) =>
        Effect.tap(cdf.upsert(kind, wanted), ({ created }) =>
          announce(
            kind,
            created.map(({ externalId }) => externalId)
          )
        )
    })
  })
)

const services = announcingCdf.pipe(
  Layer.provideMerge(FacilityLive.layer),
  Layer.provide(FacilityLive.layerShared),
  Layer.merge(layerProgressSilent),
  Layer.provideMerge(Announcements.layer),
  Layer.provideMerge(AppConfigLive.layer(process.env))
)

const program = Effect.gen(function* () {
  const stop = yield* Deferred.make<void>()
  const { extractors } = yield* pass({ only: ["master-data", "inventory"], sweep: false, stop })
  for (const { extractor, status } of extractors) yield* Console.log(`${extractor} ${status}`)
  for (const [kind, count] of yield* (yield* Announcements).announced) yield* Console.log(`${count} ${kind} announced`)
})

NodeRuntime.runMain(Effect.provide(program, services))
