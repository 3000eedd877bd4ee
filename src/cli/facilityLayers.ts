/**
 * What commands live on. It is most of the program, and loaded where it is used: help, say, needs none of it.
 */
import { Effect, Layer } from "effect"

const loaded = Effect.promise(() => import("./loadedLayers.js"))

/** What the facilities of a process share. */
export const shared = Layer.unwrapEffect(Effect.map(loaded, ({ shared }) => shared))

/** What each facility has of its own. */
export const ownOfFacility = Layer.unwrapEffect(Effect.map(loaded, ({ ownOfFacility }) => ownOfFacility))

/** The same, with what an operator may see of it, and every call counted. */
export const watchedFacility = Layer.unwrapEffect(Effect.map(loaded, ({ watchedFacility }) => watchedFacility))

/** All that the facility of the settings lives on. */
export const facility = Layer.provideMerge(ownOfFacility, shared)
