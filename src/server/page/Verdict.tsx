/**
 * The first look: whether CDF is true to Plex, since when, and if not, why.
 */
import type { FacilityStatus } from "../../domain/Status.js"
import { Sign, type Tone } from "./Badge.js"
import { Moment } from "./Moments.js"
import { type Problem, problemsOf } from "./Problems.js"
import type { Viewer } from "./Viewer.js"

/** Since when each extractor that is on has come to its end at least once; nothing where one has not yet. */
const trueUpTo = ({ extractors }: FacilityStatus): number | undefined => {
  const on = extractors.filter(({ state }) => state !== "off")
  const ends = on.flatMap(({ lastSuccess }) => lastSuccess ?? [])
  return ends.length === 0 || ends.length < on.length ? undefined : Math.min(...ends)
}

export interface Headline {
  readonly tone: Tone
  readonly words: string
}

/** In one sentence, without a time in it: it changes only when the verdict does. */
export const headlineOf = (facility: FacilityStatus, problems: ReadonlyArray<Problem>): Headline => {
  const upTo = trueUpTo(facility)
  if (problems.some(({ tone }) => tone === "bad")) return { tone: "bad", words: "CDF may be behind Plex" }
  if (facility.role === "standby") return { tone: "idle", words: "Standing by: another process does the work" }
  if (facility.role === "starting") return { tone: "busy", words: "Starting: Plex, CDF and the lease are asked for" }
  if (facility.extractors.every(({ state }) => state === "off")) return { tone: "idle", words: "No extractor is on" }
  if (upTo === undefined) return { tone: "busy", words: "The first runs are under way" }
  return problems.length > 0
    ? { tone: "warn", words: "CDF follows Plex, with exceptions" }
    : { tone: "good", words: "CDF is true to Plex" }
}

const Detail = ({ facility, tone, viewer }: VerdictProperties & { readonly tone: Tone }) => {
  const upTo = trueUpTo(facility)
  if (facility.role === "standby") {
    const { holder } = facility
    return (
      <p>
        {holder === undefined ? "Another process" : `Process ${holder.pid} on ${holder.host}`} has the lease of this
        facility. This one takes over when it is gone.
      </p>
    )
  }
  if (upTo === undefined) {
    const waiting = facility.extractors.filter(({ lastSuccess, state }) => state !== "off" && lastSuccess === undefined)
    return <p>Not succeeded yet: {waiting.map(({ name }) => name).join(", ") || "none is on"}.</p>
  }
  return (
    <p>
      {tone === "bad" ? "Not every extractor has succeeded since" : "Every extractor has succeeded since"}{" "}
      <Moment moment={upTo} viewer={viewer} />.
    </p>
  )
}

interface VerdictProperties {
  readonly facility: FacilityStatus
  readonly viewer: Viewer
}

export const Verdict = ({ facility, viewer }: VerdictProperties) => {
  const problems = problemsOf(facility, viewer.now)
  const { tone, words } = headlineOf(facility, problems)
  const id = `${facility.pcn}-verdict`
  return (
    <section id={id} class={`verdict ${tone}`} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} class="unseen">
        Verdict
      </h2>
      <p class="headline" role="status">
        <Sign tone={tone} /> {words}
      </p>
      <Detail facility={facility} tone={tone} viewer={viewer} />
      {facility.dryRun ? <p>This is a dry run: everything is done but the writes.</p> : null}
      {problems.length === 0 ? null : (
        <ul class="problems">
          {problems.map(({ advice, key, section, tone, what, why }) => (
            <li id={`${facility.pcn}-problem-${key}`}>
              <p>
                <Sign tone={tone} /> <strong>{what}</strong>
                {why === undefined ? null : <span class="why">: {why}</span>}
              </p>
              <p class="quiet">
                {advice} See “{section}” in docs/operations.md.
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
