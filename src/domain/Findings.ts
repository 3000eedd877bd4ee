/**
 * What was found out about one object, and what that means in one plain sentence.
 */
import type { PatchedField } from "./cdf/PatchedFields.js"
import type { LinkTarget } from "./cdf/Complete.js"
import type { ResourceKind } from "./cdf/Resource.js"
import type { FlowName } from "./Flow.js"

/** What Plex says of the object now. */
export type PlexAnswer =
  | {
      /** `listed`: Plex has its record, and the mapping makes the object of it. `letter`: Plex has it, and it cannot be delivered. */
      readonly state: "listed" | "letter"
      /** Why it cannot be delivered. */
      readonly reason?: string | undefined
    }
  | { readonly state: "absent" }
  /** `made`: no record of Plex stands behind it. */
  | { readonly state: "made" }
  | { readonly state: "notAsked" | "failed"; readonly reason: string }

/** What is known of one object. */
export interface Findings {
  readonly externalId: string
  readonly kind: ResourceKind
  /** Nothing where no mapping makes such ids. */
  readonly flow: FlowName | undefined
  /** Why the flow does not run, where it does not. */
  readonly off: string | undefined
  readonly plex: PlexAnswer
  /** What the ledger tells; nothing where it has no row. `sameRecord`: the record is the one that CDF confirmed, where that is known. */
  readonly ledger: { readonly retiredAt: number | undefined; readonly sameRecord: boolean | undefined } | undefined
  /** What CDF holds; `ours`: it is marked as of this facility. */
  readonly cdf: { readonly ours: boolean; readonly retiredAt: number | undefined } | undefined
  readonly differences: ReadonlyArray<PatchedField>
  /** Links that wait for an asset. */
  readonly pending: ReadonlyArray<LinkTarget>
  /** Reasons of its dead letters. */
  readonly letters: ReadonlyArray<string>
  /** Whether the moment of a record of history lies behind the watermark of its flow; nothing where that does not matter. */
  readonly behindWatermark: boolean | undefined
}

export type Verdict =
  | "in step"
  | "waiting"
  | "CDF differs"
  | "missing in CDF"
  | "dead letter"
  | "gone from Plex"
  | "not compared"
  | "not ours"
  | "unknown id"

export interface Judgement {
  readonly verdict: Verdict
  readonly sentence: string
}

const date = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

/** An asset that is waited for, for people: its id, or the human key that fits none. */
export const targetInWords = (to: LinkTarget): string =>
  typeof to === "string"
    ? to
    : `${/^[io]/.test(to.kind) ? "an" : "a"} ${to.kind.replace("_", " ")} with the key ${JSON.stringify(to.key.replace(/^[a-z_]+:/, "").replaceAll("\u001F", " "))}`

const listed = (texts: ReadonlyArray<string>): string =>
  texts.length <= 3 ? texts.join(", ") : `${texts.slice(0, 3).join(", ")} and ${texts.length - 3} more`

const waitsFor = ({ pending }: Findings): string => listed(pending.map(targetInWords))

const gone = ({ cdf, flow, ledger }: Findings): string => {
  const since = cdf?.retiredAt ?? ledger?.retiredAt
  if (since !== undefined) return `Plex does not list it any more: retired since ${date(since)}`
  return cdf === undefined
    ? "Plex does not list it any more, and CDF does not hold it"
    : `Plex does not list it any more: the next whole reading by ${flow ?? "its flow"} retires or retracts it in CDF`
}

const whyMissing = ({ behindWatermark, flow, ledger, off }: Findings): string => {
  if (off !== undefined) return `${flow ?? "its flow"} does not run (${off})`
  if (ledger !== undefined) return "it was written and somebody deleted it there: plex-cdf reconcile makes it again"
  if (behindWatermark === true) {
    return `it lies behind the watermark of ${flow ?? "its flow"}: the daily recheck finds it, or plex-cdf backfill`
  }
  return `it is not written yet: the next run of ${flow ?? "its flow"} creates it`
}

const whyDifferent = ({ flow, ledger, off }: Findings): string => {
  if (ledger?.sameRecord === true) return "somebody changed it there: plex-cdf reconcile puts it right"
  if (off !== undefined) return `${flow ?? "its flow"} does not run (${off})`
  return `Plex changed since it was written: the next run of ${flow ?? "its flow"} updates it`
}

const ofLetter = ({ cdf, letters }: Findings, reason: string | undefined): Judgement => ({
  verdict: "dead letter",
  sentence:
    `${cdf === undefined ? "missing in CDF, as it is a dead letter" : "CDF holds an older content, as it is a dead letter"}: ` +
    (reason ?? letters[0] ?? "it cannot be delivered")
})

const ofListed = (found: Findings): Judgement => {
  const { cdf, differences, ledger, letters, pending } = found
  const [letter] = letters
  if (cdf === undefined) {
    return letter === undefined
      ? { verdict: "missing in CDF", sentence: `Plex has it and CDF does not hold it: ${whyMissing(found)}` }
      : ofLetter(found, letter)
  }
  if (differences.length > 0) {
    // Where CDF took this very record, the letter is of another content.
    if (letter !== undefined && ledger?.sameRecord !== true) return ofLetter(found, letter)
    const fields = listed([...new Set(differences.map(({ field }) => field))])
    return { verdict: "CDF differs", sentence: `CDF differs in ${fields}: ${whyDifferent(found)}` }
  }
  return pending.length > 0
    ? {
        verdict: "waiting",
        sentence: `as Plex has it, and waiting for ${waitsFor(found)}, which CDF does not hold yet`
      }
    : { verdict: "in step", sentence: "CDF holds what Plex says" }
}

/** Where Plex says nothing: what CDF and the state say. */
const ofTheRest = (found: Findings, reason: string): Judgement => {
  const { cdf, ledger, letters, pending } = found
  const [letter] = letters
  if (letter !== undefined) return ofLetter(found, letter)
  if (cdf === undefined && ledger !== undefined && ledger.retiredAt === undefined) {
    return {
      verdict: "missing in CDF",
      sentence: "it was written, and CDF does not hold it any more: plex-cdf reconcile makes it again where Plex has it"
    }
  }
  const since = cdf?.retiredAt ?? ledger?.retiredAt
  if (since !== undefined) return { verdict: "gone from Plex", sentence: `retired since ${date(since)}` }
  if (pending.length > 0)
    return { verdict: "waiting", sentence: `CDF holds it, and it is waiting for ${waitsFor(found)}` }
  return {
    verdict: "not compared",
    sentence: `CDF holds it${ledger === undefined ? ", and the state does not know it" : ""}; not compared with Plex: ${reason}`
  }
}

/** Where nobody who was asked knows of it. */
const unknown = ({ cdf, externalId, ledger, letters, plex }: Findings): string | undefined => {
  if (cdf !== undefined || ledger !== undefined || letters.length > 0) return undefined
  switch (plex.state) {
    case "absent":
      return `nobody knows ${externalId}: neither Plex, nor the state, nor CDF`
    case "notAsked":
      return `neither the state nor CDF knows ${externalId}; Plex was not asked: ${plex.reason}`
    case "failed":
      return `neither the state nor CDF knows ${externalId}; Plex was asked in vain: ${plex.reason}`
    default:
      return undefined
  }
}

export const judge = (found: Findings): Judgement => {
  const { cdf, externalId, flow, plex } = found
  if (flow === undefined) {
    return cdf === undefined
      ? { verdict: "unknown id", sentence: `nobody knows ${externalId}: no mapping makes such ids, and CDF holds none` }
      : { verdict: "not ours", sentence: "CDF holds it, and no mapping makes such ids" }
  }
  const sentence = unknown(found)
  if (sentence !== undefined) return { verdict: "unknown id", sentence }
  if (cdf?.ours === false) {
    return {
      verdict: "not ours",
      sentence: "another system made it under this id; it becomes ours when Plex has a record of that key"
    }
  }
  switch (plex.state) {
    case "listed":
    case "made":
      return ofListed(found)
    case "letter":
      return ofLetter(found, plex.reason)
    case "absent":
      return { verdict: "gone from Plex", sentence: gone(found) }
    case "notAsked":
    case "failed":
      return ofTheRest(found, plex.reason)
  }
}
