/**
 * The pages of the server: what people see of the process.
 */
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as UrlParams from "@effect/platform/UrlParams"
import { Clock, Effect, Option, Redacted } from "effect"
import type { StateError } from "../domain/Errors.js"
import { nameOfFacility } from "../domain/Facility.js"
import { isFlowName } from "../domain/Flow.js"
import { DeadLetters } from "../services/DeadLetters.js"
import { Ledger } from "../services/Ledger.js"
import { RunLog } from "../services/RunLog.js"
import { Status } from "../services/Status.js"
import type { Access, Credentials, Refusal } from "./Access.js"
import { challenge, credentials, grantedOr } from "./granted.js"
import { apologyPage } from "./page/ApologyPage.js"
import { deadLetterPage, deadLettersPage } from "./page/DeadLettersPage.js"
import type { Frame } from "./page/Frame.js"
import { overview } from "./page/Overview.js"
import { pageSize } from "./page/Pages.js"
import { pendingLinksPage } from "./page/PendingLinksPage.js"
import { runPage } from "./page/RunPage.js"
import { script, scriptPath } from "./page/Script.js"
import { signInPage } from "./page/SignInPage.js"
import { style, stylePath } from "./page/Style.js"
import type { Viewer } from "./page/Viewer.js"
import { sessionCookie, Sessions, sessionSeconds } from "./Sessions.js"

/** Pages load their own style and script, and send their own forms. Browsers hide where a form comes from under a stricter referrer policy. */
const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "referrer-policy": "same-origin"
}

const page = (html: string, status = 200): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(html, { status, contentType: "text/html; charset=utf-8", headers })

/** To another page, by GET. */
const seeOther = (location: string) => HttpServerResponse.empty({ status: 303, headers: { location } })

const asset = (text: string, contentType: string) =>
  HttpServerResponse.text(text, { contentType, headers: { "cache-control": "public, max-age=31536000, immutable" } })

/** Of somebody who may know nothing. */
const stranger: Effect.Effect<Frame> = Effect.map(Clock.currentTimeMillis, (now) => ({
  version: "",
  viewer: { now, timezone: "UTC", admin: "never", signedIn: false }
}))

/** Where a token could help, it can be given; browsers that ask for no page are told in words. */
export const refusedAsPage = ({ status, why }: Refusal) =>
  Effect.gen(function* () {
    const { headers: asked } = yield* HttpServerRequest.HttpServerRequest
    const answer = (asked["accept"] ?? "").includes("text/html")
      ? page(status === 401 ? signInPage(yield* stranger) : apologyPage("Refused", `${why}.`, yield* stranger), status)
      : HttpServerResponse.text(`${why}\n`, { status })
    return status === 401 ? HttpServerResponse.setHeaders(answer, challenge) : answer
  })

const viewerFor =
  (access: Access) =>
  (given: Credentials, now: number, timezone: string): Viewer => {
    const verdict = access.administer(given)
    return {
      now,
      timezone,
      admin: verdict === undefined ? "yes" : verdict.status === 401 ? "token" : "never",
      signedIn: given.session !== undefined
    }
  }

/** The query of the request. */
const query = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ url }) => new URL(url, "http://localhost").searchParams
)

const pageNumber = (text: string | null): number => (/^[1-9]\d{0,5}$/.test(text ?? "") ? Number(text) : 1)

/** Of a form, or of who pretends to send one. */
const formField = (name: string) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ urlParamsBody }) => urlParamsBody).pipe(
    HttpIncomingMessage.withMaxBodySize(Option.some(4_096)),
    Effect.map((form) => Option.getOrElse(UrlParams.getFirst(form, name), () => "")),
    Effect.orElseSucceed(() => "")
  )

/** The status page of all facilities. */
export const overviewOfAll = (access: Access) =>
  grantedOr(
    access.read,
    refusedAsPage
  )(
    Effect.gen(function* () {
      const seen = yield* (yield* Status).snapshot
      return page(overview(seen, viewerFor(access)(yield* credentials, seen.at, "UTC")))
    })
  )

/** The pages of a facility, the paths of which begin with `base`. */
export const facilityPages = (access: Access, base: string) => {
  const viewerOf = (given: Credentials, now: number, timezone: string): Viewer => ({
    ...viewerFor(access)(given, now, timezone),
    ...(base === "" ? {} : { base })
  })

  const frame = Effect.gen(function* () {
    const given = yield* credentials
    const { at, facilities, version } = yield* (yield* Status).snapshot
    const [facility] = facilities
    return {
      version,
      facility: facility === undefined ? undefined : nameOfFacility(facility),
      viewer: viewerOf(given, at, facility?.timezone ?? "UTC")
    } satisfies Frame
  })

  const apology = (status: number, title: string, why: string) =>
    Effect.map(frame, (known) => page(apologyPage(title, why, known), status))

  /** A page for who may look; `html` gives nothing where there is none. */
  const shown = <R>(right: Access["read"], html: (known: Frame) => Effect.Effect<string | undefined, StateError, R>) =>
    Effect.flatMap(frame, html).pipe(
      Effect.flatMap((text) =>
        text === undefined
          ? apology(404, "Not found", "There is no such page, or no longer.")
          : Effect.succeed(page(text))
      ),
      Effect.catchTag("StateError", ({ message }) =>
        apology(503, "The state does not answer", `${message}. See “PlexCdfStateDown” in docs/operations.md.`)
      ),
      grantedOr(right, refusedAsPage)
    )

  const status = Effect.gen(function* () {
    const seen = yield* (yield* Status).snapshot
    const viewer = viewerOf(yield* credentials, seen.at, seen.facilities[0]?.timezone ?? "UTC")
    return page(overview(seen, viewer, (yield* query).get("asked") ?? undefined))
  })

  const run = shown(access.read, (known) =>
    Effect.gen(function* () {
      const { id = "" } = yield* HttpRouter.params
      const record = yield* (yield* RunLog).runRecord(id)
      return record === undefined ? undefined : runPage(record, known)
    })
  )

  const deadLetters = shown(access.read, (known) =>
    Effect.gen(function* () {
      const asked = yield* query
      const flow = asked.get("flow")
      const letters = yield* (yield* DeadLetters).list()
      return deadLettersPage(
        letters.toReversed(),
        { flow: flow !== null && isFlowName(flow) ? flow : undefined, page: pageNumber(asked.get("page")) },
        known
      )
    })
  )

  const deadLetter = shown(access.administer, (known) =>
    Effect.gen(function* () {
      const asked = yield* query
      const flow = asked.get("flow")
      const key = asked.get("key") ?? ""
      const digest = asked.get("digest") ?? ""
      if (flow === null || !isFlowName(flow)) return undefined
      const found = yield* (yield* DeadLetters).find(key === "" ? `#${digest}` : key, flow)
      const letter = found.find((one) => one.digest === digest) ?? found[0]
      return letter === undefined ? undefined : deadLetterPage(letter, known)
    })
  )

  const pendingLinks = shown(access.read, (known) =>
    Effect.gen(function* () {
      const number = pageNumber((yield* query).get("page"))
      const ledger = yield* Ledger
      const total = yield* ledger.countPendingLinks
      const links = yield* ledger.somePendingLinks({ offset: (number - 1) * pageSize, limit: pageSize })
      return pendingLinksPage(links, { page: number, total }, known)
    })
  )

  return HttpRouter.empty.pipe(
    HttpRouter.get("/", grantedOr(access.read, refusedAsPage)(status)),
    HttpRouter.get("/runs/:id", run),
    HttpRouter.get("/dead-letters", deadLetters),
    HttpRouter.get("/dead-letters/letter", deadLetter),
    HttpRouter.get("/pending-links", pendingLinks)
  )
}

/** Pages of the process, and what all pages load. */
export const sharedPages = (access: Access) => {
  const signIn = Effect.gen(function* () {
    const token = (yield* formField("token")).trim()
    const given = { ...(yield* credentials), authorization: undefined, session: Redacted.make(token) }
    const isOurs = access.signIn(given) === undefined
    if (!isOurs) return page(signInPage(yield* stranger, true), 401)
    const id = yield* (yield* Sessions).open(given.session)
    return yield* HttpServerResponse.setCookie(seeOther("/"), sessionCookie, id, {
      httpOnly: true,
      sameSite: "strict",
      path: "/",
      maxAge: `${sessionSeconds} seconds`
    })
  })

  const signOut = Effect.gen(function* () {
    const { cookies } = yield* HttpServerRequest.HttpServerRequest
    yield* (yield* Sessions).close(cookies[sessionCookie])
    return HttpServerResponse.expireCookie(seeOther("/"), sessionCookie, { path: "/" })
  })

  return HttpRouter.empty.pipe(
    HttpRouter.get(
      "/sign-in",
      grantedOr(access.ask, refusedAsPage)(Effect.map(stranger, (one) => page(signInPage(one))))
    ),
    HttpRouter.post("/sign-in", grantedOr(access.ask, refusedAsPage)(signIn)),
    HttpRouter.post("/sign-out", grantedOr(access.ask, refusedAsPage)(signOut)),
    HttpRouter.get(stylePath, Effect.succeed(asset(style, "text/css; charset=utf-8"))),
    HttpRouter.get(scriptPath, Effect.succeed(asset(script, "text/javascript; charset=utf-8")))
  )
}
