/**
 * Asks a plex-cdf in the same container whether it lives: exit 0 if `/livez` says so, else 1. Docker's and compose's health check, as the
 * image has no shell and no curl.
 */
const port = process.env.HTTP_PORT?.trim() || "9000"
const listensOn = process.env.HTTP_HOST?.trim() || "127.0.0.1"
const anywhere = ["0.0.0.0", "::", "[::]"].includes(listensOn)
const host = anywhere
  ? "127.0.0.1"
  : listensOn.includes(":") && !listensOn.startsWith("[")
    ? `[${listensOn}]`
    : listensOn

// Without a server there is nobody to ask.
if (port !== "0") {
  try {
    const answer = await fetch(`http://${host}:${port}/livez`, { signal: AbortSignal.timeout(4_000) })
    // Kept by `docker inspect` beside the verdict.
    console.log(await answer.text())
    if (!answer.ok) process.exitCode = 1
  } catch (error) {
    console.log(`no answer: ${error.cause?.message ?? error.message}`)
    process.exitCode = 1
  }
}
