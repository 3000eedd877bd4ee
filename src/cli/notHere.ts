/**
 * What somebody asks for by its id and a facility does not have: one of several facilities may lack what another one has.
 */
import { Effect } from "effect"
import { failed, succeeded } from "./exitCode.js"
import { setExitCode } from "./output.js"
import { type Lack, Speaking } from "./Speaking.js"

/** Says that it is missing, with its exit code. */
export const tellLack = ({ code, say }: Lack): Effect.Effect<void> =>
  code === succeeded ? say : Effect.zipRight(say, setExitCode(code))

/**
 * The facility does not have it: `say` tells so. Of several facilities it is said once, at the end, and only where none has it; of
 * what they say then that counts which is no failure.
 */
export const notHere = (say: Effect.Effect<void>, code: number = failed): Effect.Effect<void> =>
  Effect.flatMap(Speaking, ({ lacks }) =>
    lacks === undefined ? tellLack({ say, code }) : Effect.sync(() => lacks({ say, code }))
  )
