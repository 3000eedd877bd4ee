/**
 * What a browser runs to keep a page up to date. Without it the page says the same, and is asked for again.
 */
import { assetPath } from "./assetPath.js"

/**
 * Listens for events, asks for the same page again, and changes what differs: elements stay, and with them focus, selection and
 * what was opened. What is `data-own` is the script's own.
 */
export const script = `"use strict"
const note = document.getElementById("live")
const tell = (state, words) => {
  if (!note || note.textContent === words) return
  note.className = state
  note.textContent = words
}

const same = (one, other) =>
  one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id ?? "") === (other.id ?? "")

const update = (from, to) => {
  if (from.isEqualNode(to) || (from.nodeType === 1 && from.hasAttribute("data-own"))) return
  if (from.nodeType !== 1) {
    from.nodeValue = to.nodeValue
    return
  }
  for (const { name } of [...from.attributes])
    if (!to.hasAttribute(name) && !(from.nodeName === "DETAILS" && name === "open")) from.removeAttribute(name)
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value)
  let next = from.firstChild
  for (const child of [...to.childNodes]) {
    const known = child.id ? [...from.children].find((one) => one.id === child.id) : undefined
    const match = known ?? (next && same(next, child) ? next : undefined)
    if (!match || !same(match, child)) from.insertBefore(document.importNode(child, true), next)
    else {
      // Elements in the way of one that is known again have gone; moving it instead would take the focus from it.
      while (next && next !== match) {
        const gone = next
        next = next.nextSibling
        gone.remove()
      }
      update(match, child)
      next = match.nextSibling
    }
  }
  while (next) {
    const gone = next
    next = next.nextSibling
    gone.remove()
  }
}

let asking = false
let again = false
const renew = async () => {
  if (asking || document.hidden) {
    again = true
    return
  }
  asking = true
  again = false
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, signal: AbortSignal.timeout(10000) })
    if (answer.status === 401) location.reload()
    if (!answer.ok) throw new Error(String(answer.status))
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    for (const part of ["header", "main", "footer"]) update(document.querySelector(part), page.querySelector(part))
    document.title = page.title
    tell("on", "Live")
  } catch {
    tell("lost", "Not answering: trying again")
  }
  asking = false
  if (again) setTimeout(renew, 1000)
}

let events
const listen = () => {
  events = new EventSource("/events")
  events.addEventListener("status", renew)
  events.onopen = () => (note && note.className === "lost" ? renew() : tell("on", "Live"))
  events.onerror = () => tell("lost", "Not answering: trying again")
}
listen()
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) renew()
})
// What was asked for is said for a while.
if (location.search !== "") setTimeout(() => history.replaceState(null, "", location.pathname), 15000)
// Ages grow without any event; and a browser gives events up for good at an answer that is none.
setInterval(() => {
  if (events.readyState === EventSource.CLOSED) listen()
  renew()
}, 30000)
`

export const scriptPath = assetPath("page", "js", script)
