/**
 * How a secret looks where others have written it down.
 */

/** A text as it is, and as JSON, a form, a URL or a Basic header would show it. */
export const secretForms = (text: string): ReadonlyArray<string> => [
  ...new Set([
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    new URLSearchParams({ _: text }).toString().slice(2),
    Buffer.from(text).toString("base64"),
    Buffer.from(text).toString("base64url")
  ])
]
