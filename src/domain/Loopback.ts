/** Whether a host name as `URL.hostname` gives it (or plain) stands for this machine alone. */
export const isLoopback = (hostname: string): boolean => {
  const name = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase()
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true
  return /^127(\.\d{1,3}){3}$/.test(name)
}
