/**
 * What is said where a page cannot be shown.
 */
import { html } from "./Document.js"
import { type Frame, still } from "./Frame.js"

/** `why` says what to do, too. */
export const apologyPage = (title: string, why: string, frame: Frame): string =>
  html({
    ...still(frame, title),
    children: (
      <>
        <h1>{title}</h1>
        <p>{why}</p>
      </>
    )
  })
