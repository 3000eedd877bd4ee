import { totalmem } from "node:os"

/** What the container leaves to the process, in bytes; nothing where it sets no limit. */
export const containerMemory = (): number | undefined => {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : undefined
}
