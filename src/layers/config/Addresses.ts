/**
 * Formats of addresses: hosts that get our credentials, proxies, collectors, databases.
 */
import { Either } from "effect"
import { isLoopback } from "../../domain/Loopback.js"
import type { Format } from "./Variable.js"

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined)

const refuse = (hint: string): Either.Either<never, string> => Either.left(hint)

const checkCredentialsSafe = (url: URL): string | undefined => {
  if (url.protocol !== "https:" && url.protocol !== "http:") return "its scheme is neither https nor http"
  if (url.username !== "" || url.password !== "") return "it holds user information"
  if (url.hash !== "") return "it holds a fragment"
  if (url.protocol === "http:" && !isLoopback(url.hostname)) return "http would send credentials in the clear"
  return undefined
}

/** An address that is sent credentials: https, or http on loopback, without user information. */
export const endpoint: Format<URL> = {
  expected: "an https URL (http on loopback only) without user information",
  secret: false,
  parse: (text) => {
    const url = parsed(text)
    if (url === undefined) return refuse("it is not a URL")
    const wrong = checkCredentialsSafe(url)
    return wrong === undefined ? Either.right(url) : refuse(wrong)
  }
}

/** The same for an API; a path is kept, as some stand behind a gateway. */
export const host: Format<URL> = {
  expected: "an https URL (http on loopback only), without user information or query",
  secret: false,
  parse: (text) =>
    Either.flatMap(endpoint.parse(text), (url) => (url.search === "" ? Either.right(url) : refuse("it holds a query")))
}

/** Where telemetry goes: a collector beside us often speaks plain http. */
export const collector: Format<URL> = {
  expected: "an http or https URL without user information",
  secret: false,
  parse: (text) => {
    const url = parsed(text)
    if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:"))
      return refuse("it is not such a URL")
    return url.username === "" && url.password === "" ? Either.right(url) : refuse("it holds user information")
  }
}

/** A forward proxy; a name and port without scheme, as other programs take it, means http. */
export const proxy: Format<URL> = {
  expected: "an http or https URL of a proxy, such as http://proxy.example.com:3128",
  secret: false,
  parse: (text) => {
    const url = parsed(text.includes("://") ? text : `http://${text}`)
    return url !== undefined && (url.protocol === "http:" || url.protocol === "https:")
      ? Either.right(url)
      : refuse("it is not such a URL")
  }
}

/** Where the state lives. */
export const stateUrl: Format<string> = {
  expected: "file:PATH, :memory:, or postgres://USER:PASSWORD@HOST/DATABASE",
  secret: false,
  parse: (text) => {
    if (text === ":memory:") return Either.right(text)
    if (text.startsWith("file:"))
      return text.length > "file:".length ? Either.right(text) : refuse("the path is missing")
    return databaseUrl(text, ["postgres:", "postgresql:"])
  }
}

/** A Redis server. */
export const redisUrl: Format<string> = {
  expected: "redis://HOST:PORT or rediss://HOST:PORT",
  secret: false,
  parse: (text) => databaseUrl(text, ["redis:", "rediss:"])
}

const databaseUrl = (text: string, schemes: ReadonlyArray<string>): Either.Either<string, string> => {
  const url = parsed(text)
  if (url === undefined) return refuse("it is not a URL; characters such as @ or / in a password are written %40, %2F")
  if (!schemes.includes(url.protocol)) return refuse("its scheme is another")
  return url.hostname === "" ? refuse("the host is missing") : Either.right(text)
}
