/**
 * What a page below the status page knows of the process.
 */
import type { DocumentProperties, Step } from "./Document.js"
import type { Viewer } from "./Viewer.js"

export interface Frame {
  readonly viewer: Viewer
  readonly version: string
  /** The facility, as far as who asks may know it. */
  readonly facility?: string | undefined
}

/** The pages above one of a facility: the status page, and of several facilities that of this one. */
export const stepsTo = ({ facility, viewer: { base } }: Frame): ReadonlyArray<Step> => [
  { name: "Status", href: "/" },
  ...(base === undefined || facility === undefined ? [] : [{ name: facility, href: base }])
]

/** A page that is what it is until it is asked for again. */
export const still = (
  frame: Frame,
  title: string,
  way: ReadonlyArray<Step> = stepsTo(frame)
): Omit<DocumentProperties, "children"> => {
  const { facility, version, viewer } = frame
  return { title, viewer, version, facility, way, live: false }
}
