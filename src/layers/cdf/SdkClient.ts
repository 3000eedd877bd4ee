/**
 * Cognite's SDK with its own HTTP cut away: its token handling never ends on a 401, its retries ignore `Retry-After` and
 * network failures, it cannot be aborted, it sends indented JSON, and its errors hold what was sent.
 */
import { CogniteClient } from "@cognite/sdk"
import { CDFHttpClient, type HttpRequestOptions, type HttpResponse } from "@cognite/sdk-core"

/** One HTTP call, as the SDK wants it made. */
export interface SdkCall {
  readonly method: string
  /** From `/api/v1` on, without a trailing slash. */
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly body: unknown
}

/** What the SDK takes for the body of an answer: of the type that `JSON.parse` gives, as it trusts it. */
type Parsed = ReturnType<typeof JSON.parse>

export interface SdkAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly data: Parsed
}

/** Makes a call with our token, limits, retries and errors. */
export type Transport = (call: SdkCall) => Promise<SdkAnswer>

class OurHttp extends CDFHttpClient {
  constructor(private readonly transport: Transport) {
    super("https://unused.invalid", () => false)
  }

  protected override async rawRequest<A>(
    request: HttpRequestOptions & { readonly path: string; readonly method: string }
  ): Promise<HttpResponse<A>> {
    const { data, headers, status } = await this.transport({
      method: request.method,
      path: request.path.replace(/\/+$/, ""), // the paths of the SDK's resources end in "/"
      params: Object.fromEntries(Object.entries(request.params ?? {}).map(([name, value]) => [name, String(value)])),
      body: request.data
    })
    return { status, headers: { ...headers }, data }
  }
}

/** A client whose every call goes through `transport`; cheap enough to be made for each call. */
export const sdkClient = (project: string, transport: Transport): CogniteClient => {
  // The base constructor reads `httpClient` before a field of the subclass exists: only a closure is there by then.
  const http = new OurHttp(transport)
  return new (class extends CogniteClient {
    protected override get httpClient(): CDFHttpClient {
      return http
    }
  })({
    appId: "plex-cdf",
    project,
    oidcTokenProvider: () => Promise.reject(new Error("the transport authenticates"))
  })
}
