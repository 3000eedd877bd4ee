/**
 * What was found when the objects of two sides were compared, counted by kind and by what stands for it in our ids.
 */
import type { FieldDifference } from "./FieldDifference.js"
import type { ResourceKind } from "./Resource.js"

/** Two objects that differ: ours, then theirs. */
export interface DifferingPair {
  readonly externalId: string
  readonly counterpart: string
  readonly differences: ReadonlyArray<FieldDifference>
}

/** What was found of one word of one kind. Of each sort some are named. */
export interface ComparedKind {
  readonly kind: ResourceKind
  readonly word: string
  readonly alike: number
  readonly different: number
  readonly onlyHere: number
  readonly onlyThere: number
  /** How many of ours have a counterpart that is another one's of ours as well. */
  readonly contested: number
  /** In how many of the pairs each field differs. */
  readonly fields: Readonly<Record<string, number>>
  readonly samples: {
    readonly different: ReadonlyArray<DifferingPair>
    readonly onlyHere: ReadonlyArray<string>
    readonly onlyThere: ReadonlyArray<string>
  }
}

/** So many pairs are in these two data sets. */
export interface DataSetPair {
  readonly kind: ResourceKind
  readonly here: number | undefined
  readonly there: number | undefined
  readonly pairs: number
}

/** How what two id schemes wrote differs, kind by kind. */
export interface ComparisonReport {
  readonly kinds: ReadonlyArray<ComparedKind>
  /** Pairs that are not in the same data set. */
  readonly dataSets: ReadonlyArray<DataSetPair>
  /** Objects of ours that nothing says a counterpart of. */
  readonly uncovered: ReadonlyArray<{ readonly kind: ResourceKind; readonly word: string; readonly objects: number }>
}

class KindTally {
  alike = 0
  different = 0
  onlyHere = 0
  onlyThere = 0
  contested = 0
  uncovered = 0
  readonly fields = new Map<string, number>()
  readonly samples = {
    different: new Array<DifferingPair>(),
    onlyHere: new Array<string>(),
    onlyThere: new Array<string>()
  }
}

/** Whether the two sides are alike in all that was compared; that they are in other data sets is no difference of theirs. */
export const areAlike = ({ kinds }: ComparisonReport): boolean =>
  kinds.every(({ different, onlyHere, onlyThere }) => different + onlyHere + onlyThere === 0)

/** Adds up; `mostSamples` of each sort are named. */
export class Comparison {
  readonly #mostSamples: number
  readonly #kinds = new Map<string, KindTally & { readonly kind: ResourceKind; readonly word: string }>()
  readonly #dataSets = new Map<
    string,
    { kind: ResourceKind; here?: number | undefined; there?: number | undefined; pairs: number }
  >()

  constructor(mostSamples: number) {
    this.#mostSamples = mostSamples
  }

  #of(kind: ResourceKind, word: string): KindTally {
    const name = `${kind} ${word}`
    const known = this.#kinds.get(name)
    if (known !== undefined) return known
    const tally = Object.assign(new KindTally(), { kind, word })
    this.#kinds.set(name, tally)
    return tally
  }

  #sample<A>(samples: Array<A>, one: () => A): void {
    if (samples.length < this.#mostSamples) samples.push(one())
  }

  pair(kind: ResourceKind, word: string, pair: DifferingPair): void {
    const tally = this.#of(kind, word)
    if (pair.differences.length === 0) {
      tally.alike++
      return
    }
    tally.different++
    for (const { field } of pair.differences) tally.fields.set(field, (tally.fields.get(field) ?? 0) + 1)
    this.#sample(tally.samples.different, () => pair)
  }

  onlyHere(kind: ResourceKind, word: string, externalId: string): void {
    const tally = this.#of(kind, word)
    tally.onlyHere++
    this.#sample(tally.samples.onlyHere, () => externalId)
  }

  onlyThere(kind: ResourceKind, word: string, externalId: string): void {
    const tally = this.#of(kind, word)
    tally.onlyThere++
    this.#sample(tally.samples.onlyThere, () => externalId)
  }

  contested(kind: ResourceKind, word: string): void {
    this.#of(kind, word).contested++
  }

  uncovered(kind: ResourceKind, word: string): void {
    this.#of(kind, word).uncovered++
  }

  inDataSets(kind: ResourceKind, here: number | undefined, there: number | undefined): void {
    if (here === there) return
    const name = `${kind} ${here} ${there}`
    const known = this.#dataSets.get(name) ?? { kind, here, there, pairs: 0 }
    known.pairs++
    this.#dataSets.set(name, known)
  }

  get report(): ComparisonReport {
    const kinds = [...this.#kinds.values()]
    return {
      kinds: kinds
        .filter(({ alike, different, onlyHere, onlyThere }) => alike + different + onlyHere + onlyThere > 0)
        .map(({ alike, contested, different, fields, kind, onlyHere, onlyThere, samples, word }) => ({
          kind,
          word,
          alike,
          different,
          onlyHere,
          onlyThere,
          contested,
          fields: Object.fromEntries([...fields].sort(([, one], [, other]) => other - one)),
          samples
        })),
      dataSets: [...this.#dataSets.values()].map(({ here, kind, pairs, there }) => ({ kind, here, there, pairs })),
      uncovered: kinds.flatMap(({ kind, uncovered, word }) =>
        uncovered === 0 ? [] : [{ kind, word, objects: uncovered }]
      )
    }
  }
}
