/**
 * The other side of a comparison: what stands there for an object of ours, and all that is there.
 */
import { Either, Effect, Stream } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { CdfError } from "../domain/Errors.js"
import { ExternalId, type ExternalIds, makeExternalIds, underPrefix } from "../domain/ExternalId.js"
import type { Facility } from "../domain/Facility.js"
import { type IdScheme, schemeRules } from "../domain/IdScheme.js"
import { kindReader } from "../domain/KindWord.js"
import { madeByAnother } from "../domain/Ownership.js"
import { Cdf } from "../services/Cdf.js"
import { type HeldObject, objectsUnder } from "./objectsUnder.js"

/** What stands for an object. */
export interface Counterpart {
  /** Nothing where the object lacks a field that the id is made of. */
  readonly externalId: ExternalId | undefined
  readonly isIgnored: (field: string) => boolean
}

/** An object of the other side, with what stands for its kind in our ids. */
export interface Theirs {
  readonly held: HeldObject
  readonly word: string
}

/** How the objects of another id scheme are found beside ours. */
export interface Counterparts {
  /** Nothing for objects of which the other side is not said to have any. */
  readonly of: (kind: ResourceKind, held: HeldObject) => Counterpart | undefined
  /** Of assets and labels, as our objects name them, what they are called on the other side; those that are not are left out. */
  readonly called: (names: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, string>, CdfError, Cdf>
  readonly isTheirs: (kind: ResourceKind, held: HeldObject) => boolean
  readonly all: (kind: ResourceKind) => Stream.Stream<Theirs, CdfError, Cdf>
}

const nothingIgnored = () => false

/** The same without the rows of sequences, which take two calls for each. */
export const withoutRows = (others: Counterparts): Counterparts => ({
  ...others,
  of: (kind, held) => {
    const counterpart = others.of(kind, held)
    return counterpart && { ...counterpart, isIgnored: (field) => field === "rows" || counterpart.isIgnored(field) }
  }
})

/** What a run with this `EXTERNAL_ID_PREFIX` wrote. */
export const underOtherPrefix = (facility: Facility, prefix: string): Counterparts => {
  const ids = makeExternalIds(facility.pcn, prefix)
  const wordOf = kindReader(ids)
  const renamed = underPrefix(facility.ids, ids)
  const isTheirs = (kind: ResourceKind, held: HeldObject): boolean =>
    madeByAnother(facility.pcn, wordOf, kind, held) === undefined
  return {
    of: (_, { externalId }) =>
      externalId === undefined ? undefined : { externalId: renamed(externalId), isIgnored: nothingIgnored },
    called: (assets) => Effect.succeed(new Map(assets.map((asset) => [asset, renamed(asset)]))),
    isTheirs,
    all: (kind) =>
      objectsUnder(ids, kind).pipe(
        Stream.filter((held) => isTheirs(kind, held)),
        Stream.map((held) => ({ held, word: wordOf(kind, held.externalId ?? "")?.word ?? "" }))
      )
  }
}

/** So many names of assets are remembered; then they are asked for again. */
const mostNames = 100_000

const fieldsOf = (ids: ExternalIds) => {
  const wordOf = kindReader(ids)
  return (kind: ResourceKind, held: HeldObject) => ({
    ...("metadata" in held ? held.metadata : {}),
    key: wordOf(kind, held.externalId ?? "")?.key
  })
}

/** What somebody else wrote under ids of another scheme; or what is wrong with the scheme. */
export const underScheme = (facility: Facility, scheme: IdScheme): Either.Either<Counterparts, string> =>
  Either.map(schemeRules(scheme, facility), (rules) => {
    const wordOf = kindReader(facility.ids)
    const fields = fieldsOf(facility.ids)
    const isOurs = (kind: ResourceKind, held: HeldObject): boolean =>
      madeByAnother(facility.pcn, wordOf, kind, held) === undefined
    const ruleOf = (kind: ResourceKind, externalId: string) => {
      const word = wordOf(kind, externalId)?.word
      return rules.find((rule) => rule.kind === kind && rule.word === word)
    }
    const fitting = (kind: ResourceKind, externalId: string) =>
      rules.find((rule) => rule.kind === kind && rule.fits(externalId))
    const of: Counterparts["of"] = (kind, held) => {
      const rule = ruleOf(kind, held.externalId ?? "")
      const id = rule?.render(fields(kind, held))
      return rule === undefined
        ? undefined
        : {
            externalId: id === undefined ? undefined : ExternalId.make(id),
            // Labels are of whoever made them.
            isIgnored: (field) => field === "labels" || rule.isIgnored(field)
          }
    }
    const names = new Map<string, string | undefined>()
    const isTheirs = (kind: ResourceKind, held: HeldObject): boolean =>
      held.externalId !== undefined && !isOurs(kind, held) && fitting(kind, held.externalId) !== undefined
    return {
      of,
      called: (assets) =>
        Effect.gen(function* () {
          if (names.size > mostNames) names.clear()
          const asked = [...new Set(assets)].filter(
            (asset) => !names.has(asset) && ruleOf("assets", asset) !== undefined
          )
          const found = yield* (yield* Cdf).byids(
            "assets",
            asked.map((asset) => ExternalId.make(asset))
          )
          for (const held of found) names.set(held.externalId ?? "", of("assets", held)?.externalId)
          return new Map(
            assets.flatMap((asset) => {
              const name = names.get(asset)
              return name === undefined ? [] : [[asset, name] as const]
            })
          )
        }),
      isTheirs,
      all: (kind) =>
        Stream.fromIterable(new Set(rules.filter((rule) => rule.kind === kind).map(({ head }) => head))).pipe(
          Stream.flatMap((head) =>
            Stream.unwrap(
              Effect.map(
                Cdf,
                (cdf): Stream.Stream<HeldObject, CdfError> =>
                  cdf.list(kind, kind === "relationships" || head === "" ? {} : { externalIdPrefix: head })
              )
            ).pipe(
              // Of heads that begin alike the objects would come twice: each comes with the head of its own rule.
              Stream.filter((held) => isTheirs(kind, held) && fitting(kind, held.externalId ?? "")?.head === head)
            )
          ),
          Stream.map((held) => ({ held, word: fitting(kind, held.externalId ?? "")?.word ?? "" }))
        )
    }
  })
