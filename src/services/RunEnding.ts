import { Cause, Exit } from "effect"

/** How a run ended. `interrupted`: the process was told to stop. */
export type RunEnding = "succeeded" | "degraded" | "failed" | "interrupted"

/** How a run ended, and what is to be said of it. */
export interface Ending {
  readonly status: RunEnding
  readonly notes: string
}

/** How whoever only knows success and failure says it. */
export const runEnding = (success: boolean | RunEnding): RunEnding =>
  typeof success === "string" ? success : success ? "succeeded" : "failed"

/** The end of a run whose work had this exit; a value may be judged. */
export const endingOfExit = <A, E>(
  exit: Exit.Exit<A, E>,
  endingOfValue: (value: A) => Ending = () => ({ status: "succeeded", notes: "" })
): Ending => {
  if (Exit.isSuccess(exit)) return endingOfValue(exit.value)
  if (Cause.isInterruptedOnly(exit.cause)) return { status: "interrupted", notes: "" }
  const error = Cause.squash(exit.cause)
  return { status: "failed", notes: error instanceof Error ? error.message : String(error) }
}
