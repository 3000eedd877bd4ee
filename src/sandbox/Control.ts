import { Either } from "effect"
import { parseFaultRules } from "./Faults.js"
import type { FaultMatch, Faults } from "./Faults.js"
import type { Journal, JournalFilter, Outcome, ServerLabel } from "./Journal.js"
import { json } from "./Reply.js"
import type { Reply, SandboxRequest } from "./Reply.js"

const servers: ReadonlyArray<ServerLabel> = ["plex", "cdf", "datasource"]
const outcomes: ReadonlyArray<Outcome> = ["pending", "answered", "cut", "reset", "abandoned"]

const numberOf = (text: string | null): number | undefined => (text === null ? undefined : Number(text))

const filterOf = (query: URLSearchParams): JournalFilter => {
  const path = query.get("path")
  return {
    server: servers.find((server) => server === query.get("server")),
    method: query.get("method") ?? undefined,
    path: path === null ? undefined : new RegExp(path),
    status: numberOf(query.get("status")),
    outcome: outcomes.find((outcome) => outcome === query.get("outcome")),
    fault: query.get("fault") ?? undefined,
    violation: query.has("violation") ? query.get("violation") !== "false" : undefined,
    after: numberOf(query.get("after"))
  }
}

const textOf = (pattern: RegExp | string | undefined): string | undefined =>
  pattern instanceof RegExp ? pattern.source : pattern

/** A match as JSON can show it. */
const textsOf = (match: FaultMatch = {}): FaultMatch => ({
  ...match,
  path: textOf(match.path),
  query: textOf(match.query),
  body: textOf(match.body)
})

/**
 * What every sandbox server offers another process on its own listener:
 *
 * - `GET /sandbox/journal?server=&method=&path=&status=&outcome=&fault=&violation=&after=` → `{ count, entries }`,
 *   with `count=only` without the entries; `DELETE /sandbox/journal`
 * - `GET /sandbox/faults` → `{ rules }`; `POST /sandbox/faults` with one rule or an array of them; `DELETE /sandbox/faults`
 *
 * `undefined` for any other path.
 */
export const control = (journal: Journal, faults: Faults, request: SandboxRequest): Reply | undefined => {
  switch (`${request.method} ${request.path}`) {
    case "GET /sandbox/journal": {
      const found = Either.try(() => journal.entries(filterOf(request.query)))
      if (Either.isLeft(found)) {
        return json(400, { message: "path is not a regular expression" })
      }
      const count = found.right.length
      return json(200, request.query.get("count") === "only" ? { count } : { count, entries: found.right })
    }
    case "DELETE /sandbox/journal":
      journal.clear()
      return json(200, {})
    case "GET /sandbox/faults":
      return json(200, {
        rules: faults.rules().map(({ rule, struck }) => ({ rule: { ...rule, match: textsOf(rule.match) }, struck }))
      })
    case "POST /sandbox/faults":
      return Either.match(parseFaultRules(request.body), {
        onLeft: (message) => json(400, { message }),
        onRight: (rules) => {
          faults.add(...rules)
          return json(200, { added: rules.length })
        }
      })
    case "DELETE /sandbox/faults":
      faults.clear()
      return json(200, {})
    default:
      return undefined
  }
}
