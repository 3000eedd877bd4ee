/**
 * `/`: the status page.
 */
import { nameOfFacility } from "../../domain/Facility.js"
import type { FacilityStatus, ProcessStatus } from "../../domain/Status.js"
import { html } from "./Document.js"
import { Errors } from "./Errors.js"
import { Extractors } from "./Extractors.js"
import { Flows } from "./Flows.js"
import { lasting } from "./Moments.js"
import { Runs } from "./Runs.js"
import { Sweeps } from "./Sweeps.js"
import { Upstreams } from "./Upstreams.js"
import { Verdict } from "./Verdict.js"
import { Waiting } from "./Waiting.js"
import type { Viewer } from "./Viewer.js"

interface FacilityProperties {
  readonly asked: string | undefined
  readonly facility: FacilityStatus
  readonly viewer: Viewer
}

const Facility = ({ asked, facility, viewer }: FacilityProperties) => {
  const own = { ...viewer, timezone: facility.timezone }
  return (
    <>
      <Verdict facility={facility} viewer={own} />
      <Extractors asked={asked} facility={facility} viewer={own} />
      <Upstreams facility={facility} />
      <Waiting facility={facility} viewer={own} />
      <Errors facility={facility} />
      <Flows facility={facility} viewer={own} />
      <Sweeps facility={facility} viewer={own} />
      <Runs facility={facility} viewer={own} />
    </>
  )
}

/** One of several: how it is, and the way to all about it. */
const Summary = ({ facility, viewer }: Omit<FacilityProperties, "asked">) => {
  const base = `/facilities/${facility.pcn}`
  const own = { ...viewer, timezone: facility.timezone, base }
  return (
    <article aria-label={facility.name}>
      <p class="facility">
        <a href={base}>{nameOfFacility(facility)}</a>
      </p>
      <Verdict facility={facility} viewer={own} />
      <Extractors facility={facility} viewer={own} />
    </article>
  )
}

/** `asked`: what was just asked to run. Of several facilities it is shown how each is; all about one is on its own page. */
export const overview = (status: ProcessStatus, viewer: Viewer, asked?: string | undefined): string => {
  const { facilities, started, version } = status
  const [first, ...others] = facilities
  const only = others.length === 0 ? first : undefined
  return html({
    title: only === undefined ? "plex-cdf status" : `${only.name}: plex-cdf status`,
    viewer,
    version: `${version}, up for ${lasting(viewer.now - started)}`,
    facility: only === undefined ? undefined : nameOfFacility(only),
    live: true,
    children: (
      <>
        <h1 class={only === undefined ? undefined : "unseen"}>Status</h1>
        {facilities.length === 0 ? <p class="empty">No facility is worked on yet.</p> : null}
        {only === undefined ? (
          facilities.map((facility) => <Summary facility={facility} viewer={viewer} />)
        ) : (
          <Facility asked={asked} facility={only} viewer={viewer} />
        )}
      </>
    )
  })
}
