/**
 * A file that a page loads, kept in the program; its path changes with its content, so that a browser may keep it for ever.
 */
import { createHash } from "node:crypto"

export const assetPath = (name: string, extension: string, text: string): `/assets/${string}` =>
  `/assets/${name}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.${extension}`
