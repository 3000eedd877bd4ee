/**
 * Problems that come again and again, each told at once, then after growing waits with how often it came, and when it is over.
 */

/** What there is to tell of a problem: how often it has come since `since` (epoch milliseconds), the times told before among them. */
export interface Repeated {
  readonly times: number
  readonly since: number
}

interface Problem<A> extends Repeated {
  readonly scope: string
  /** What came last. */
  readonly last: A
  readonly lastAt: number
  /** How often it had come when it was last told. */
  readonly told: number
  readonly tellAfter: number
  readonly wait: number
}

/** Milliseconds until a problem is told again, for the first time; three times as long each time after, at most a day. */
export const firstWait = 5 * 60_000
const longestWait = 24 * 3_600_000

/** A problem of no flow, whose end nobody tells, is over when it has not come for so long. */
export const silence = 15 * 60_000

/** Problems that are remembered; the oldest give way. */
const most = 1_000

/** Remembers problems by their keys; a scope is what they are problems of, the empty one that of no flow. */
export class Repeats<A> {
  readonly #problems = new Map<string, Problem<A>>()

  /** A problem comes; gives what to tell: nothing where it was told lately. */
  met(key: string, scope: string, problem: A, at: number): Repeated | undefined {
    const known = this.#problems.get(key)
    const { since, tellAfter, times, told, wait } = known ?? {
      since: at,
      tellAfter: at,
      times: 0,
      told: 0,
      wait: firstWait / 3
    }
    const tells = at >= tellAfter
    const next = Math.min(wait * 3, longestWait)
    this.#problems.delete(key)
    this.#problems.set(key, {
      scope,
      since,
      times: times + 1,
      last: problem,
      lastAt: at,
      told: tells ? times + 1 : told,
      tellAfter: tells ? at + next : tellAfter,
      wait: tells ? next : wait
    })
    const [oldest] = this.#problems.keys()
    if (this.#problems.size > most && oldest !== undefined) this.#problems.delete(oldest)
    return tells ? { times: times + 1, since } : undefined
  }

  /** All has been well with this scope since then: the problems that it had; one that came once is forgotten without a word. */
  over(scope: string, since: number): ReadonlyArray<Repeated & { readonly last: A }> {
    return this.#end((problem) => problem.scope === scope && problem.lastAt < since).filter(({ times }) => times > 1)
  }

  /** Problems of no flow that have not come for long. */
  silent(at: number): ReadonlyArray<Repeated & { readonly last: A }> {
    return this.#end(({ lastAt, scope }) => scope === "" && at - lastAt >= silence).filter(({ times }) => times > 1)
  }

  /** At the end: those that came again since they were told. */
  rest(): ReadonlyArray<Repeated & { readonly last: A }> {
    return this.#end(() => true).filter(({ times, told }) => times > told)
  }

  #end(which: (problem: Problem<A>) => boolean): ReadonlyArray<Problem<A>> {
    const ended = [...this.#problems].filter(([, problem]) => which(problem))
    for (const [key] of ended) this.#problems.delete(key)
    return ended.map(([, problem]) => problem)
  }
}
