/**
 * Paths of Plex: ids that go into one are checked and encoded, so that none can lead elsewhere.
 */

const isSegment = (text: string): boolean => text !== "" && text !== "." && text !== ".." && text.isWellFormed()

/**
 * The path of these segments, each encoded: `pathOf("mdm", "v1", "parts", id)` is `/mdm/v1/parts/…`. Nothing when one of
 * them is empty, `.`, `..` or not well-formed text: such an id names no record.
 */
export const pathOf = (...segments: ReadonlyArray<string>): string | undefined =>
  segments.length > 0 && segments.every(isSegment)
    ? segments.map((segment) => `/${encodeURIComponent(segment)}`).join("")
    : undefined

/** Whether a path is one that {@link pathOf} could have made: absolute, without query, and going only down. */
export const isPlexPath = (path: string): boolean =>
  /^(?:\/[A-Za-z0-9\-_.!~*'()%]+)+$/.test(path) && path.split("/").slice(1).every(isSegment)
