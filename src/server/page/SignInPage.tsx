/**
 * `/sign-in`: a browser cannot send a bearer token by itself, so it trades one for a session.
 */
import { html } from "./Document.js"
import { type Frame, still } from "./Frame.js"

/** `wrong`: the token that was given is not one of ours. */
export const signInPage = (frame: Frame, wrong = false): string =>
  html({
    ...still(frame, "Sign in"),
    children: (
      <>
        <h1>Sign in</h1>
        <form class="sheet" method="post" action="/sign-in">
          <p>
            With the token of HTTP_READ_TOKEN to look, with that of HTTP_ADMIN_TOKEN to run extractors and to see the
            content of records too.
          </p>
          {wrong ? (
            <p class="wrong" role="alert" id="wrong">
              This token is not accepted.
            </p>
          ) : null}
          <label>
            Token
            <input
              type="password"
              name="token"
              required
              autocomplete="current-password"
              aria-invalid={wrong ? "true" : undefined}
              aria-describedby={wrong ? "wrong" : undefined}
            />
          </label>
          <p>
            <button type="submit">Sign in</button>
          </p>
        </form>
      </>
    )
  })
