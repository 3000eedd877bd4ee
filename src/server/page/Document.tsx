/**
 * What every page has in common: head, banner, way, main part, foot.
 */
import type { ComponentChildren, VNode } from "preact"
import { render } from "preact-render-to-string"
import { scriptPath } from "./Script.js"
import { stylePath } from "./Style.js"
import { At } from "./Moments.js"
import type { Viewer } from "./Viewer.js"

export interface Step {
  readonly name: string
  readonly href: string
}

export interface DocumentProperties {
  readonly title: string
  readonly viewer: Viewer
  readonly version: string
  /** The facility, as far as who asks may know it. */
  readonly facility?: string | undefined
  /** Pages above this one, the status page first; it is that itself where there are none. */
  readonly way?: ReadonlyArray<Step> | undefined
  /** Whether it changes while somebody looks. */
  readonly live: boolean
  readonly children: ComponentChildren
}

/** Seconds after which a browser without JavaScript asks again. */
const refresh = 120

const Account = ({ viewer: { admin, signedIn } }: { readonly viewer: Viewer }) =>
  signedIn ? (
    <form method="post" action="/sign-out">
      <button type="submit" class="plain">
        Sign out
      </button>
    </form>
  ) : admin === "token" ? (
    <a href="/sign-in">Sign in to run extractors</a>
  ) : null

const Document = ({ children, facility, live, title, version, viewer, way }: DocumentProperties) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href={stylePath} />
      {live ? <script src={scriptPath} defer /> : null}
      {live ? (
        <noscript>
          <meta http-equiv="refresh" content={String(refresh)} />
        </noscript>
      ) : null}
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <div class="width">
          <p class="product">
            <a href="/">plex-cdf</a> {facility === undefined ? null : <span class="quiet">{facility}</span>}
          </p>
          <p class="seen">
            {live ? (
              <>
                <span id="live" data-own="" />{" "}
                <span class="quiet">
                  As of <At moment={viewer.now} viewer={viewer} /> ({viewer.timezone})
                </span>{" "}
                <a href="">Reload</a>
              </>
            ) : null}
          </p>
          <Account viewer={viewer} />
        </div>
      </header>
      {way === undefined ? null : (
        <nav aria-label="Way here" class="width">
          <ol class="way">
            {way.map(({ href, name }) => (
              <li>
                <a href={href}>{name}</a>
              </li>
            ))}
            <li aria-current="page">{title}</li>
          </ol>
        </nav>
      )}
      <main id="main" class="width" tabIndex={-1}>
        {children}
      </main>
      <footer class="width quiet">
        <p>plex-cdf {version}</p>
        <ul>
          <li>
            <a href="/status">Status as JSON</a>
          </li>
          <li>
            <a href="/readyz">Readiness</a>
          </li>
          <li>
            <a href="/metrics">Metrics</a>
          </li>
        </ul>
      </footer>
    </body>
  </html>
)

/** A whole page as HTML. What is in it is escaped, wherever it came from. */
export const html = (properties: DocumentProperties): string =>
  `<!doctype html>${render((<Document {...properties} />) satisfies VNode)}`
