import { randomUUID } from "node:crypto"
import type { Reply, SandboxRequest } from "../Reply.js"
import { json } from "../Reply.js"
import type { KnobBoard } from "./Knobs.js"

const oauthError = (status: number, error: string, description: string): Reply =>
  json(status, { error, error_description: description, error_uri: `https://login.example/errors/${error}` })

const basicCredentials = (header: string | undefined): readonly [string, string] | undefined => {
  const encoded = /^Basic (.+)$/i.exec(header ?? "")?.[1]
  if (encoded === undefined) {
    return undefined
  }
  const plain = Buffer.from(encoded, "base64").toString()
  const colon = plain.indexOf(":")
  return colon < 0 ? undefined : [decodeURIComponent(plain.slice(0, colon)), decodeURIComponent(plain.slice(colon + 1))]
}

/** The identity provider: hands out tokens and knows which are still good. */
export class Tokens {
  private readonly expiries = new Map<string, number>()

  constructor(
    private readonly clientId: string,
    private readonly clientSecret: string,
    private readonly knobs: KnobBoard,
    private readonly now: () => number
  ) {}

  /** Every token handed out so far is worthless from now on. */
  revokeAll(): void {
    this.expiries.clear()
  }

  /** Whether an `authorization` header carries a token that is still good. */
  accepts(authorization: string | undefined): boolean {
    const token = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1]
    const expiry = token === undefined ? undefined : this.expiries.get(token)
    return expiry !== undefined && this.now() < expiry
  }

  /** `POST /oauth2/token`: client credentials, in the body or as HTTP Basic. */
  issue(request: SandboxRequest): Reply {
    const form = new URLSearchParams(request.body)
    const { tokenLifetimeSeconds, expiresIn, scopes, audience } = this.knobs.now()
    if (!(request.headers["content-type"] ?? "").includes("application/x-www-form-urlencoded")) {
      return oauthError(400, "invalid_request", "The body must be application/x-www-form-urlencoded")
    }
    if (form.get("grant_type") !== "client_credentials") {
      return oauthError(400, "unsupported_grant_type", "Only client_credentials is supported")
    }
    const [clientId, clientSecret] = basicCredentials(request.headers["authorization"]) ?? [
      form.get("client_id"),
      form.get("client_secret")
    ]
    if (clientId !== this.clientId || clientSecret !== this.clientSecret) {
      return oauthError(401, "invalid_client", "Invalid client id or client secret")
    }
    const asked = (form.get("scope") ?? "").split(" ").filter((scope) => scope !== "")
    if (scopes !== null && (asked.length === 0 || !asked.every((scope) => scopes.includes(scope)))) {
      return oauthError(400, "invalid_scope", `The scope ${asked.join(" ")} is not valid`)
    }
    if (audience !== null && form.get("audience") !== audience) {
      return oauthError(400, "invalid_request", "The audience is not valid")
    }
    const token = `${randomUUID()}${randomUUID()}`.replaceAll("-", "")
    this.expiries.set(token, this.now() + tokenLifetimeSeconds * 1000)
    const whole = Math.floor(tokenLifetimeSeconds)
    return json(200, {
      access_token: token,
      token_type: "Bearer",
      expires_in: expiresIn === "missing" ? undefined : expiresIn === "text" ? `${whole}` : whole
    })
  }
}
