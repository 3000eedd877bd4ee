import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import { json } from "../Reply.js"
import type { Reply, SandboxRequest } from "../Reply.js"
import type { CdfContent } from "./Content.js"
import { errorReply, Refusal, badRequest, unauthorized } from "./Errors.js"
import type { KnobBoard } from "./Knobs.js"
import { bodyOfQuery, list } from "./Listing.js"
import type { Project } from "./Project.js"
import type { Resource } from "./Resource.js"
import type { Tokens } from "./Tokens.js"

/** What answers one method and path below the project. */
type Endpoint = (body: unknown, query: URLSearchParams) => Reply

const prefix = "/api/v1/projects/"

const endpointsOf = (project: Project, content: CdfContent, resource: Resource): ReadonlyArray<[string, Endpoint]> => {
  const { crud } = content
  const { path } = resource
  return [
    [`POST ${path}`, (body) => crud.create(resource, body)],
    [`POST ${path}/byids`, (body) => crud.byids(resource, body)],
    [`POST ${path}/list`, (body) => list(project, resource, body)],
    [`GET ${path}`, (_body, query) => list(project, resource, bodyOfQuery(query))],
    ...(resource.canUpdate
      ? [[`POST ${path}/update`, (body) => crud.update(resource, body)] satisfies [string, Endpoint]]
      : []),
    ...(resource.delete === undefined
      ? []
      : [[`POST ${path}/delete`, (body) => crud.remove(resource, body)] satisfies [string, Endpoint]])
  ]
}

const endpoints = (project: Project, content: CdfContent): ReadonlyMap<string, Endpoint> => {
  const { datapoints, rows, runs } = content
  return new Map<string, Endpoint>([
    ...content.resources.flatMap((resource) => endpointsOf(project, content, resource)),
    ["POST timeseries/data", (body) => datapoints.insert(body)],
    ["POST timeseries/data/list", (body) => datapoints.list(body)],
    ["POST timeseries/data/latest", (body) => datapoints.latest(body)],
    ["POST timeseries/data/delete", (body) => datapoints.remove(body)],
    ["POST sequences/data", (body) => rows.insert(body)],
    ["POST sequences/data/list", (body) => rows.list(body)],
    ["POST sequences/data/delete", (body) => rows.remove(body)],
    ["POST extpipes/runs", (body) => runs.create(body)],
    ["POST extpipes/runs/list", (body) => runs.list(body)]
  ])
}

/** Counts requests in flight and in the last minute, and refuses those above the knobs. */
class Throttle {
  private inFlight = 0
  private recent: Array<number> = []

  constructor(private readonly knobs: KnobBoard) {}

  enter(): void {
    const { maxConcurrent, requestsPerMinute, retryAfterSeconds } = this.knobs.now()
    const now = performance.now()
    if (requestsPerMinute !== null) {
      this.recent = this.recent.filter((at) => at > now - 60_000)
    }
    const refusal =
      maxConcurrent !== null && this.inFlight >= maxConcurrent
        ? `Project exceeded maximum number='${maxConcurrent}' of concurrent requests. Please try again later.`
        : requestsPerMinute !== null && this.recent.length >= requestsPerMinute
          ? "Too many requests. Please try again later."
          : undefined
    if (refusal !== undefined) {
      const headers = {
        "cdf-is-auto-retryable": "true",
        ...(retryAfterSeconds === null ? {} : { "retry-after": `${retryAfterSeconds}` })
      }
      throw new Refusal({ status: 429, message: refusal, headers })
    }
    if (requestsPerMinute !== null) {
      this.recent.push(now)
    }
    this.inFlight += 1
  }

  leave(): void {
    this.inFlight -= 1
  }
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw badRequest("Cannot parse the request body as JSON")
  }
}

export interface RouterOptions {
  readonly project: Project
  readonly content: CdfContent
  readonly tokens: Tokens
  /** What `token/inspect` says the client may do. */
  readonly capabilities: ReadonlyArray<object>
}

/** Everything the CDF answers: the token endpoint, token inspection, and the endpoints of its one project. */
export const makeRouter = ({ project, content, tokens, capabilities }: RouterOptions) => {
  const known = endpoints(project, content)
  const throttle = new Throttle(project.knobs)

  const inspection = (): Reply =>
    json(200, {
      subject: "sandbox-client",
      projects: [{ projectUrlName: project.name, groups: [1] }],
      capabilities: capabilities.map((each) => ({ ...each, projectScope: { projects: [project.name] } }))
    })

  const answer = (request: SandboxRequest): Reply => {
    if (!tokens.accepts(request.headers["authorization"])) {
      throw unauthorized()
    }
    if (request.path === "/api/v1/token/inspect" && request.method === "GET") {
      return inspection()
    }
    if (!request.path.startsWith(prefix)) {
      throw new Refusal({ status: 404, message: "Not Found" })
    }
    const [name, ...rest] = request.path.slice(prefix.length).split("/")
    if (name !== project.name) {
      const status = project.knobs.now().unknownProject
      throw status === 401 ? unauthorized() : new Refusal({ status, message: "Forbidden" })
    }
    const endpoint = known.get(`${request.method} ${rest.join("/")}`)
    if (endpoint === undefined) {
      throw new Refusal({ status: 404, message: "Not Found" })
    }
    return endpoint(request.method === "GET" ? undefined : parsed(request.body), request.query)
  }

  const throttled = async (request: SandboxRequest): Promise<Reply> => {
    throttle.enter()
    try {
      const { latencyMillis } = project.knobs.now()
      if (latencyMillis > 0) {
        await pause(latencyMillis)
      }
      return answer(request)
    } finally {
      throttle.leave()
    }
  }

  return async (request: SandboxRequest): Promise<Reply> => {
    if (request.path === "/oauth2/token") {
      return request.method === "POST" ? tokens.issue(request) : json(405, { error: "invalid_request" })
    }
    const reply = await throttled(request).catch((cause: unknown) => {
      if (cause instanceof Refusal) {
        return errorReply(cause, project.knobs.now())
      }
      throw cause
    })
    return {
      ...reply,
      headers: { server: "envoy", vary: "Accept-Encoding", "x-request-id": randomUUID(), ...reply.headers }
    }
  }
}
