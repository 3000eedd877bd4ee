import { percentDecoded } from "./Arguments.js"

/** What a path matched, and the decoded texts at its `{names}`. */
export interface Match<A> {
  readonly route: A
  readonly captured: ReadonlyMap<string, string>
}

interface Compiled<A> {
  readonly route: A
  readonly segments: ReadonlyArray<string>
}

const captures = (segment: string): boolean => segment.startsWith("{")

const captured = (pattern: ReadonlyArray<string>, path: ReadonlyArray<string>): Map<string, string> | undefined => {
  const found = new Map<string, string>()
  for (const [at, expected] of pattern.entries()) {
    const actual = path[at]
    if (actual === undefined || actual === "") return undefined
    if (captures(expected)) {
      found.set(expected.slice(1, -1), percentDecoded(actual))
    } else if (expected !== actual) {
      return undefined
    }
  }
  return found
}

/** Matches paths against patterns like `/scheduling/v1/jobs/{id}/operations`; literal patterns win over captures. */
export const makeRoutes = <A extends { readonly path: string }>(
  routes: ReadonlyArray<A>
): ((path: string) => Match<A> | undefined) => {
  const byLength = new Map<number, Array<Compiled<A>>>()
  for (const route of routes.toSorted(
    (one, other) => Number(one.path.includes("{")) - Number(other.path.includes("{"))
  )) {
    const segments = route.path.split("/").slice(1)
    const alike = byLength.get(segments.length) ?? []
    alike.push({ route, segments })
    byLength.set(segments.length, alike)
  }
  return (path) => {
    const segments = path.split("/").slice(1)
    for (const { route, segments: pattern } of byLength.get(segments.length) ?? []) {
      const found = captured(pattern, segments)
      if (found !== undefined) return { route, captured: found }
    }
    return undefined
  }
}
