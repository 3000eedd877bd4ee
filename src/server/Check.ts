/**
 * Named checks, as probes of orchestrators and people read them.
 */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** Why it is not; or what it is. */
  readonly detail?: string | undefined
  /** The facility that it is about, where there are several. */
  readonly facility?: string | undefined
}

/** 200 where all are well, else 503; the body names each. */
export const answerOf = (checks: ReadonlyArray<Check>): HttpServerResponse.HttpServerResponse => {
  const ok = checks.every((check) => check.ok)
  return HttpServerResponse.unsafeJson({ status: ok ? "ok" : "failing", checks }, { status: ok ? 200 : 503 })
}
