/**
 * What was meant by a name that nobody knows.
 */
import * as AutoCorrect from "@effect/cli/AutoCorrect"
import * as CliConfig from "@effect/cli/CliConfig"

const sorted = (name: string): string => [...name].sort().join("")

/** How many letters may be wrong: two, or one of few; two that have changed places count as two. */
const allowed = (name: string, candidate: string): number =>
  name.replace(/^-+/, "").length < 4 && sorted(name) !== sorted(candidate) ? 1 : 2

const insensitive = { ...CliConfig.defaultConfig, isCaseSensitive: false }

/** The known name that is nearest to this one: few letters differ, or it is what this one begins. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  const letters = name.replace(/^-+/, "")
  const candidates = known
    .filter((candidate) => candidate.startsWith("-") === name.startsWith("-"))
    .map((candidate) => ({
      candidate,
      distance: AutoCorrect.levensteinDistance(name, candidate, insensitive),
      begun: letters.length > 1 && candidate.startsWith(name)
    }))
    .filter(({ begun, candidate, distance }) => begun || distance <= allowed(name, candidate))
  return candidates.sort((a, b) => a.distance - b.distance)[0]?.candidate
}

/** ` Did you mean …?`, where something is near. */
export const didYouMean = (name: string, known: ReadonlyArray<string>): string => {
  const near = nearest(name, known)
  return near === undefined ? "" : ` Did you mean ${near}?`
}
