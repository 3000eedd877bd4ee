/**
 * `POST /run/{extractor}`: an operator wants it to run now.
 */
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect } from "effect"
import type { RunRequests } from "../pipelines/RunRequests.js"
import { Status } from "../services/Status.js"

const told = (status: number, body: object) => HttpServerResponse.unsafeJson(body, { status })

/** 202 where it will run: at once, or after the run that goes on. A browser is sent back to the page, which begins at `base`. */
export const runNow = (requests: RunRequests, base: string) =>
  Effect.gen(function* () {
    const { extractor } = yield* HttpRouter.params
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const { facilities } = yield* (yield* Status).snapshot
    const [found] = facilities.flatMap(({ extractors, pcn }) =>
      extractors.filter(({ name }) => name === extractor).map((one) => ({ ...one, pcn }))
    )
    if (found === undefined) return told(404, { error: `there is no extractor ${extractor ?? ""}` })
    const { name, pcn, state } = found
    if (state === "off") return told(409, { error: `${name} is switched off` })
    if (state === "standing by") return told(409, { error: "another process works on this facility: ask that one" })
    yield* requests.ask(name)
    yield* Effect.logInfo("a run was asked for").pipe(Effect.annotateLogs({ extractor: name }))
    const isForm = (headers["accept"] ?? "").includes("text/html")
    return isForm
      ? HttpServerResponse.empty({
          status: 303,
          headers: { location: `${base === "" ? "/" : base}?asked=${name}#${pcn}-${name}` }
        })
      : told(202, { extractor: name, runs: state === "running" ? "after the run that goes on" : "now" })
  })
