/**
 * For whom a page is made: when they look, in whose time, and what they may do.
 */

/** `yes`; `token`: after signing in with the admin token; `never`: no admin token is set. */
export type Permission = "yes" | "token" | "never"

export interface Viewer {
  /** When the page is made, in epoch milliseconds. */
  readonly now: number
  /** IANA zone in which moments are shown. */
  readonly timezone: string
  /** Whether actions and contents of records are theirs. */
  readonly admin: Permission
  /** Whether they signed in, and so may sign out. */
  readonly signedIn: boolean
  /** Where the pages of the facility begin, of several facilities; else at the root. */
  readonly base?: string | undefined
}

/** A path of the facility's. */
export const below = ({ base = "" }: Pick<Viewer, "base">, path: string): string => `${base}${path}`
