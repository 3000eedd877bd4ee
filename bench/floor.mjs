/**
 * The floor: the same bodies from the same servers, parsed, their fields copied, written in chunks of the same size. It decodes
 * nothing, links nothing, remembers nothing, and keeps no promise.
 *
 * FLOOR_JOB is the path of a JSON file: what to read, with which headers, and how many requests at a time.
 */
import { readFileSync } from "node:fs"
import { request } from "undici"

const job = JSON.parse(readFileSync(process.env.FLOOR_JOB, "utf8"))

const granted = await request(job.tokenUrl, {
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: job.tokenForm
})
const { access_token: token } = await granted.body.json()

const copied = (record, externalId) => {
  const metadata = {}
  for (const [name, value] of Object.entries(record)) {
    if (value !== null && typeof value !== "object") metadata[name] = String(value).slice(0, 500)
  }
  return { externalId, name: externalId, dataSetId: job.dataSetId, metadata }
}

const write = async (items) => {
  const { body, statusCode } = await request(job.assetsUrl, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ items })
  })
  const text = await body.text()
  if (statusCode >= 300) throw new Error(`${statusCode} ${text.slice(0, 300)}`)
  JSON.parse(text)
}

const read = async ({ url }, number) => {
  const { body, statusCode } = await request(url, { headers: job.headers })
  const records = JSON.parse(await body.text())
  if (statusCode >= 300 || !Array.isArray(records)) return
  if (!job.writes) return
  for (let at = 0; at < records.length; at += 1000) {
    await write(records.slice(at, at + 1000).map((record, i) => copied(record, `floor_${number}_${at + i}`)))
  }
}

const waiting = job.reads.map((one, number) => () => read(one, number))
await Promise.all(
  Array.from({ length: job.concurrency }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next()
  })
)
