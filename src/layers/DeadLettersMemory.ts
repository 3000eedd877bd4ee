/**
 * Dead letters that live as long as the process; the oldest give way beyond the bound.
 */
import { Clock, Effect, Layer } from "effect"
import { DeadLetters, type KeptDeadLetter } from "../services/DeadLetters.js"

const most = 10_000

/** One per facility. A letter of the same flow and key replaces the earlier one. */
export const layerDeadLettersMemory: Layer.Layer<DeadLetters> = Layer.sync(DeadLetters, () => {
  const kept = new Map<string, KeptDeadLetter>()
  let anonymous = 0
  return DeadLetters.of({
    add: (letters) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        for (const letter of letters) {
          const key = letter.key === "" ? `${letter.flow} #${anonymous++}` : `${letter.flow} ${letter.key}`
          const { attempts, firstSeen } = kept.get(key) ?? { attempts: 0, firstSeen: now }
          kept.delete(key)
          kept.set(key, { ...letter, firstSeen, lastSeen: now, attempts: attempts + 1 })
          if (kept.size > most)
            for (const oldest of kept.keys()) {
              kept.delete(oldest)
              break
            }
        }
      }),
    all: Effect.sync(() => [...kept.values()])
  })
})
