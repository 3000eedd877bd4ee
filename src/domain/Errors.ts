/**
 * What can go wrong with Plex, CDF or our own state, in the words a pipeline acts on.
 */
import { Data } from "effect"
import type { FlowName } from "./Flow.js"

/**
 * What to do about a failure. `transient`: trying again can help; `configuration`: only a person can mend it (it says what to
 * check); `data`: the records sent or asked for are the cause, the stage handles it.
 */
export type Category = "transient" | "configuration" | "data"

/** Why a call failed; its category follows from it. */
export type Reason =
  /** No connection, no headers or no progress in time. */
  | "Timeout"
  /** The connection could not be made or was lost. */
  | "Transport"
  /** 429. */
  | "RateLimited"
  /** 408, 500 and above. */
  | "Unavailable"
  /** An answer that is not what the endpoint gives: HTML, empty, cut, another shape, an unexpected encoding. */
  | "WrongBody"
  /** 401: key, tenant or token. */
  | "Unauthenticated"
  /** 401 of Plex on a path whose product the key is not subscribed to (the tenants list answers). */
  | "NotSubscribed"
  /** 403: no right, no grant, unknown project. */
  | "Forbidden"
  /** 3xx: never followed, it would carry the key elsewhere. */
  | "Redirected"
  /** 404. */
  | "NotFound"
  /** The endpoint exists but this tenant cannot use it (container moves: 400 REQUEST_MALFORMED without errors). */
  | "NotAvailable"
  /** Other 400, 405, 409, 422. */
  | "Refused"

const categories: Record<Reason, Category> = {
  Timeout: "transient",
  Transport: "transient",
  RateLimited: "transient",
  Unavailable: "transient",
  WrongBody: "transient",
  Unauthenticated: "configuration",
  NotSubscribed: "configuration",
  Forbidden: "configuration",
  Redirected: "configuration",
  NotFound: "data",
  NotAvailable: "data",
  Refused: "data"
}

const isReason = (name: string): name is Reason => name in categories

/** All of them. */
export const reasons: ReadonlyArray<Reason> = Object.keys(categories).filter(isReason)

/** What to do about a failure for this reason. */
export const categoryOf = (reason: Reason): Category => categories[reason]

/** What every failed call tells. `retryAfter` is in milliseconds: how long the server asked us to wait. */
interface Failure {
  readonly operation: string
  readonly reason: Reason
  readonly detail: string
  readonly status?: number | undefined
  readonly retryAfter?: number | undefined
}

const describe = (system: string, { detail, operation, reason }: Failure): string =>
  `${system} ${operation}: ${reason} (${detail})`

/** A call to Plex (REST or data source) that did not give what it should. Never holds a secret or a whole body. */
export class PlexError extends Data.TaggedError("PlexError")<Failure> {
  override get message(): string {
    return describe("Plex", this)
  }
  get category(): Category {
    return categoryOf(this.reason)
  }
}

/** One thing that CDF says is missing or already there: an external id or a numeric id. */
export interface CdfReference {
  readonly externalId?: string | undefined
  readonly id?: number | undefined
}

/** A call to CDF that did not give what it should. Never holds a secret or the payload. */
export class CdfError extends Data.TaggedError("CdfError")<
  Failure & {
    /** What a 400 says does not exist; may name only a part, or nothing. */
    readonly missing: ReadonlyArray<CdfReference>
    /** What a 409 or 422 says exists already; may name only a part, or nothing. */
    readonly duplicated: ReadonlyArray<CdfReference>
    /** CDF's `x-request-id`. */
    readonly requestId?: string | undefined
  }
> {
  override get message(): string {
    return describe("CDF", this)
  }
  get category(): Category {
    return categoryOf(this.reason)
  }
}

/** A call to either system that failed. */
export type RemoteError = PlexError | CdfError

/** The state (ledger, watermarks, dead letters) could not be opened, read or written. Never holds the password of its address. */
export class StateError extends Data.TaggedError("StateError")<{
  readonly operation: string
  readonly detail: string
}> {
  override get message(): string {
    return `state ${this.operation}: ${this.detail}`
  }
}

/** The process that has a lease. */
interface OtherHolder {
  readonly host: string
  readonly pid: number
}

const nameOf = (holder: OtherHolder | undefined): string =>
  holder === undefined ? "another process" : `another process (pid ${holder.pid} on ${holder.host})`

/** Another process works on this facility with the same state, and was seen to do so. */
export class LeaseHeld extends Data.TaggedError("LeaseHeld")<{ readonly holder: OtherHolder | undefined }> {
  override get message(): string {
    return `${nameOf(this.holder)} works on this facility with the same state: stop it, or let it go on alone`
  }
}

/** Another process took this one's place: it took this one for gone, as it had not renewed its lease in time. */
export class LeaseLost extends Data.TaggedError("LeaseLost")<{ readonly holder: OtherHolder | undefined }> {
  override get message(): string {
    return `the lease of this facility was lost to ${nameOf(this.holder)}`
  }
}

/** Nothing moved in a flow for longer than anything that it waits for may take. */
export class FlowStuck extends Data.TaggedError("FlowStuck")<{
  readonly flow: FlowName
  /** Where what it holds did not come out again. */
  readonly stage: string
  /** How long it had run when something moved last, in milliseconds. */
  readonly after: number
}> {
  override get message(): string {
    return `${this.flow} is stuck since ${Math.round(this.after / 60_000)} min in: ${this.stage}`
  }
}

/** What can end a flow. */
export type FlowError = RemoteError | StateError

/** Settings that cannot be used; each problem names the variable and what is expected, never a secret's value. */
export class ConfigurationError extends Data.TaggedError("ConfigurationError")<{
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.problems.join("\n")
  }
}
