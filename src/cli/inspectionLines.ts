/**
 * What was found out about one object, for people and for programs.
 */
import { fieldInWords } from "../domain/cdf/RowDifference.js"
import { targetInWords } from "../domain/Findings.js"
import type { FlowRunEnd, LastWrites } from "../layers/state/LastWrites.js"
import type { Inspection } from "../pipelines/inspect.js"

/** An inspection with what the state tells of its writes. */
export interface ShownInspection extends Inspection {
  readonly writes: LastWrites | undefined
}

const time = (at: number | undefined): string => (at === undefined ? "" : `${new Date(at).toISOString().slice(0, 19)}Z`)

/** What a terminal takes for a command is none of a record's business. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, "\uFFFD")

const shown = (value: unknown): string => (value === undefined ? "–" : printable(JSON.stringify(value) ?? "–"))

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)]

const fields = (value: object | undefined): ReadonlyArray<string> =>
  value === undefined
    ? []
    : Object.entries(value)
        .filter(([, held]) => held !== undefined)
        .map(([name, held]) => `${name}: ${shown(held)}`)

const calls = ({ asked, state }: Inspection["plex"]): ReadonlyArray<string> =>
  asked.length === 0
    ? [`${state}; nothing was asked`]
    : asked.map(
        ({ items, milliseconds, operation, window }) =>
          `asked: ${operation}${window === undefined ? "" : ` of ${window}`}, ` +
          `${items === undefined ? "" : `${items} records, `}${milliseconds} ms`
      )

const runLine = ({ created, finished, name, notice, runId, started, status, updated }: FlowRunEnd): string =>
  `${time(started)}  ${runId}  ${name} ${status}${finished === undefined ? "" : `, ended ${time(finished)}`}, ` +
  `${created} created, ${updated} updated${notice === undefined ? "" : `: ${printable(notice)}`}`

const writeLines = (writes: LastWrites | undefined): ReadonlyArray<string> => {
  if (writes === undefined) return []
  const { confirmed, requests, run, runs } = writes
  return [
    ...(confirmed === undefined
      ? []
      : [
          `confirmed ${time(confirmed)}${run === undefined ? ", in a run that the run log does not hold" : ` in run ${run}`}`
        ]),
    ...requests.map(
      ({ at, operation, requestId, status }) =>
        `${time(at)}  ${operation} ${status ?? "without an answer"}${requestId === undefined ? "" : `  x-request-id ${requestId}`}`
    ),
    ...runs.map(runLine)
  ]
}

/** The verdict first, then all that stands behind it. */
export const inspectionLines = (found: ShownInspection): ReadonlyArray<string> => {
  const { cdf, deadLetters, differences, externalId, flow, kind, ledger, pending, plex, sentence, verdict, writes } =
    found
  return [
    `${verdict}: ${printable(sentence)}`,
    "",
    `id    ${printable(externalId)}`,
    ...(kind === undefined ? [] : [`kind  ${kind}`]),
    ...(flow === undefined ? [] : [`flow  ${flow}`]),
    ...section(
      "Difference (CDF → Plex)",
      differences.map((one) => `${printable(fieldInWords(one))}: ${shown(one.cdf)} → ${shown(one.plex)}`)
    ),
    ...section(
      "Waits for",
      pending.map(
        ({ since, to }) => `${printable(targetInWords(to))}${since === undefined ? "" : `, since ${time(since)}`}`
      )
    ),
    ...section(
      "Dead letters",
      deadLetters.map(
        ({ attempts, firstSeen, key, lastSeen, path, reason }) =>
          `${key}: ${path === undefined ? "" : `${path}: `}${printable(reason)}; ${attempts} times, ${time(firstSeen)} to ${time(lastSeen)}`
      )
    ),
    ...section("Plex", [...calls(plex), ...plex.records.map(shown)]),
    ...section("Ledger", ledger === undefined ? ["no row"] : fields(ledgerJson(ledger))),
    ...section("CDF", cdf === undefined ? ["it does not hold it"] : fields(cdf)),
    ...section(flow === undefined ? "Writes" : `Last writes, and runs of ${flow}`, writeLines(writes))
  ]
}

const ledgerJson = ({ moment, retiredAt, ...row }: NonNullable<Inspection["ledger"]>) => ({
  ...row,
  moment: moment === undefined ? undefined : time(moment),
  retiredAt: retiredAt === undefined ? undefined : time(retiredAt)
})

/** The same for programs; moments as text. */
export const inspectionJson = ({ writes, ...found }: ShownInspection) => ({
  ...found,
  ledger: found.ledger === undefined ? null : ledgerJson(found.ledger),
  cdf: found.cdf ?? null,
  pending: found.pending.map(({ since, to }) => ({ to, since: since === undefined ? undefined : time(since) })),
  deadLetters: found.deadLetters.map(({ firstSeen, lastSeen, window, ...letter }) => ({
    ...letter,
    window: window === undefined ? undefined : { begin: time(window.begin), end: time(window.end) },
    firstSeen: time(firstSeen),
    lastSeen: time(lastSeen)
  })),
  writes:
    writes === undefined
      ? null
      : {
          ...writes,
          confirmed: writes.confirmed === undefined ? undefined : time(writes.confirmed),
          requests: writes.requests.map((request) => ({ ...request, at: time(request.at) })),
          runs: writes.runs.map((run) => ({
            ...run,
            started: time(run.started),
            finished: run.finished === undefined ? undefined : time(run.finished)
          }))
        }
})
