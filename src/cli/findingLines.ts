/**
 * Findings for people and for programs.
 */
import type { Finding, Verdict } from "../domain/Finding.js"
import { verdictOf } from "../domain/Finding.js"
import type { Style, Tone } from "./Style.js"

const tones: Readonly<Record<Verdict, Tone>> = { ok: "good", warning: "warn", failed: "bad", skipped: "faint" }

const verdictWidth = "warning".length

/** A text in lines of at most so many characters, cut at blanks; longer words stay whole. */
const wrapped = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** For a terminal of so many columns: what to do stands below what is wrong. */
export const findingLines = (
  findings: ReadonlyArray<Finding>,
  style: Style,
  columns: number
): ReadonlyArray<string> => {
  const probeWidth = Math.max(0, ...findings.map(({ probe }) => probe.length))
  const indent = verdictWidth + probeWidth + 4
  const width = Math.max(40, columns - indent - 2)
  return findings.flatMap(({ cause, fix, probe, verdict }) => {
    const head = `${style[tones[verdict]](verdict.padEnd(verdictWidth))}  ${probe.padEnd(probeWidth)}  `
    const [first = "", ...rest] = wrapped(cause, width)
    const remedy =
      fix === undefined ? [] : wrapped(fix, width).map((line, at) => (at === 0 ? `→ ${line}` : `  ${line}`))
    return [head + first, ...[...rest, ...remedy].map((line) => " ".repeat(indent) + line)]
  })
}

/** The findings as rows of verdict, probe, cause and fix. */
export const findingRow = ({ cause, fix = "", probe, verdict }: Finding): ReadonlyArray<string> => [
  verdict,
  probe,
  cause,
  fix
]

const counted = (findings: ReadonlyArray<Finding>, verdict: Verdict): number =>
  findings.filter((finding) => finding.verdict === verdict).length

/** The verdict on everything, with how many of each there are. */
export const summaryOf = (findings: ReadonlyArray<Finding>) => ({
  verdict: verdictOf(findings),
  ok: counted(findings, "ok"),
  warnings: counted(findings, "warning"),
  failed: counted(findings, "failed"),
  skipped: counted(findings, "skipped")
})

/** The same in a sentence. */
export const summaryLine = (findings: ReadonlyArray<Finding>): string => {
  const { failed, ok, skipped, verdict, warnings } = summaryOf(findings)
  return `${verdict}: ${ok} ok, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, ${failed} failed, ${skipped} skipped`
}
