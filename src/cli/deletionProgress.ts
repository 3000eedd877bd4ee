/**
 * How far a deletion is, on a terminal: how many of how many, how fast, and how long it will still take.
 */
import { Clock, Effect } from "effect"
import { isLive } from "./Style.js"
import { clearLine } from "./TerminalProgress.js"

const number = new Intl.NumberFormat("en-US")

/** How far it was at some instant, epoch milliseconds. */
interface Point {
  readonly at: number
  readonly deleted: number
}

/** From what was deleted since `first`. */
export const progressLine = (what: string, of: number, first: Point, { at, deleted }: Point): string => {
  const seconds = (at - first.at) / 1000
  const perSecond = (deleted - first.deleted) / seconds
  const rate =
    seconds < 1 || perSecond <= 0
      ? ""
      : `, ${number.format(Math.round(perSecond))} a second, ${number.format(Math.ceil((of - deleted) / perSecond))} s left`
  return `${what}: ${number.format(deleted)} of ${number.format(of)} deleted${rate}`
}

type Watch = (what: string, deleted: number, of: number) => Effect.Effect<void>

/** Writes to stderr; nothing where no line can be written anew. */
export const deletionProgress: Effect.Effect<Watch> = Effect.sync((): Watch => {
  if (!isLive(process.stderr)) return () => Effect.void
  const begun = new Map<string, Point>()
  return (what, deleted, of) =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      const first = begun.get(what) ?? { at, deleted }
      begun.set(what, first)
      const line = deleted >= of ? "" : progressLine(what, of, first, { at, deleted })
      process.stderr.write(clearLine + line)
    })
})
