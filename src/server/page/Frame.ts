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

export const statusStep: Step = { name: "Status", href: "/" }

/** A page that is what it is until it is asked for again. */
export const still = (
  { facility, version, viewer }: Frame,
  title: string,
  way: ReadonlyArray<Step> = [statusStep]
): Omit<DocumentProperties, "children"> => ({ title, viewer, version, facility, way, live: false })
