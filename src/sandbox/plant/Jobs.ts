import { dateText, day, hour } from "./Instant.js"
import { completedJobHoles, openJobHoles } from "./JobHoles.js"
import type { JobHole } from "./JobHoles.js"
import type { Row } from "./Plant.js"
import { RawNumber } from "./RawNumber.js"
import type { Random } from "./Random.js"
import type { OpenJob, Part, Run, Workcenter, World } from "./World.js"
import { nextNumber } from "./World.js"

interface Times {
  readonly created: number
  readonly due: number
  readonly earliest: number
  readonly completed: number | null
}

const priorities = ["Low", "Medium", "Medium", "High"]
const openStatuses = ["Open", "Open", "Scheduled", "In Progress"]

/** Completed jobs come first in the list and lead up to J004217, the demo tenant's first open job. */
const firstNumber = (world: World): number => {
  const completed = world.options.size.jobs - world.options.size.openJobs
  return completed < 4_000 ? 4_216 - completed : 100_000
}

const jobNumber = (world: World): string => `J${String(nextNumber(world, "job", firstNumber(world))).padStart(6, "0")}`

const jobRow = (random: Random, job: OpenJob, status: string, times: Times): Row => ({
  id: job.id,
  externalJobCode: null,
  jobNumber: job.number,
  createdDate: dateText(times.created),
  partId: job.part.id,
  partNumber: job.part.number,
  partRevision: job.part.revision,
  partNumberRevision: job.part.numberRevision,
  dueDate: dateText(times.due),
  completedDate: times.completed === null ? null : dateText(times.completed),
  quantity: job.quantity,
  quantityCompleted: job.done,
  jobStatus: status,
  buildingId: job.part.building.id,
  buildingCode: job.part.building.code,
  jobType: "Stock",
  earliestStartDateTime: dateText(times.earliest),
  priority: random.pick(priorities)
})

const queue = (world: World, job: OpenJob): void => {
  for (const step of job.part.steps) {
    const at = world.queues.get(step.workcenter.id) ?? []
    at.push({ part: job.part, step, job })
    world.queues.set(step.workcenter.id, at)
  }
}

/** How a new job differs from any other. */
interface JobWish {
  readonly hole?: JobHole | undefined
  readonly quantity?: number
  readonly done?: number
}

/** A new open job at `at`, and its record. */
export const addJob = (world: World, random: Random, at: number, part: Part, wish: JobWish = {}): OpenJob => {
  const given = jobNumber(world)
  const number = wish.hole !== undefined && wish.hole.fields["jobNumber"] === null ? null : given
  const quantity = wish.quantity ?? random.int(2, 60) * 100
  const job: OpenJob = { id: random.uuid(), number, part, quantity, done: wish.done ?? 0 }
  const times = {
    created: at,
    due: at + random.int(3, 20) * day,
    earliest: at + random.int(0, 48) * hour,
    completed: null
  }
  const status = job.done > 0 ? "In Progress" : random.pick(openStatuses)
  world.openJobs.set(job.id, job)
  queue(world, job)
  if (world.holes.enabled && nextNumber(world, "open job") % 8 === 4) {
    world.unassigned.add(job.id)
    world.holes.note("job-operation-without-workcenter", "jobOperations", job.id)
  }
  world.tables.jobs.put({ ...jobRow(random, job, status, times), ...wish.hole?.fields })
  if (wish.hole !== undefined) world.holes.note(wish.hole.hole, "jobs", job.id)
  return job
}

const completedJob = (world: World, random: Random, completed: number, hole: JobHole | undefined): void => {
  const part = random.pick(world.made)
  const quantity = random.int(2, 60) * 100
  const job: OpenJob = { id: random.uuid(), number: jobNumber(world), part, quantity, done: quantity }
  const created = completed - random.int(2, 20) * day - random.int(0, 24) * hour
  const times = {
    created,
    due: completed + random.int(-2, 5) * day,
    earliest: created + random.int(0, 24) * hour,
    completed
  }
  world.tables.jobs.put({ ...jobRow(random, job, "Completed", times), ...hole?.fields })
  if (hole !== undefined) world.holes.note(hole.hole, "jobs", job.id)
}

/** A change of a job's record, if it is still listed; a field's odd type (quantity as text) is replaced as Plex would. */
const patch = (world: World, id: string, fields: Row): void => {
  const row = world.tables.jobs.get(id)
  if (row !== undefined) world.tables.jobs.put({ ...row, ...fields })
}

/** Something of the job was made: at its last step it counts as completed quantity, else the job is at least under way. */
export const progress = (world: World, run: Run, quantity: number): void => {
  const job = run.job
  if (job === undefined || !world.openJobs.has(job.id)) return
  const last = run.step === run.part.steps.at(-1)
  if (last) job.done = Number((job.done + quantity).toFixed(5))
  const status = String(world.tables.jobs.get(job.id)?.["jobStatus"] ?? "")
  const started = status === "Open" || status === "Scheduled" ? { jobStatus: "In Progress" } : {}
  if (last || "jobStatus" in started)
    patch(world, job.id, { ...(last ? { quantityCompleted: job.done } : {}), ...started })
}

/** The job is done: it leaves the queues, its record gets an end. */
export const completeJob = (world: World, job: OpenJob, at: number): void => {
  world.openJobs.delete(job.id)
  for (const step of job.part.steps) {
    const left = (world.queues.get(step.workcenter.id) ?? []).filter((run) => run.job !== job)
    world.queues.set(step.workcenter.id, left)
  }
  patch(world, job.id, {
    completedDate: dateText(at),
    jobStatus: "Completed",
    quantityCompleted: Math.max(job.done, job.quantity)
  })
}

const shift = 8 * hour

const runKey = (workcenter: Workcenter, at: number): string => `${workcenter.id}/${Math.floor(at / shift)}`

/** What a workcenter works on at an instant, a shift at a time; `undefined` where no part is ever made. */
export const runAt = (world: World, workcenter: Workcenter, at: number): Run | undefined => {
  const key = runKey(workcenter, at)
  const current = world.runs.get(key)
  if (current !== undefined && (current.job === undefined || world.openJobs.has(current.job.id))) return current
  const random = world.random.fork(`run/${key}`)
  const waiting = world.queues.get(workcenter.id) ?? []
  const steps = world.stepsAt.get(workcenter.id) ?? []
  if (waiting.length === 0 && steps.length === 0) return undefined
  const run = waiting.length > 0 ? random.pick(waiting) : { ...random.pick(steps), job: undefined }
  world.runs.set(key, run)
  return run
}

/** The first workcenter is on the first open job in the present shift and the next. */
const runFirstJob = (world: World): void => {
  const [workcenter] = world.workcenters
  const run = world.queues.get(workcenter?.id ?? "")?.[0]
  if (workcenter === undefined || run === undefined) return
  for (const at of [world.options.startedAt, world.options.startedAt + shift])
    world.runs.set(runKey(workcenter, at), run)
}

const sharedNumber = (world: World): void => {
  const [, one, other] = [...world.openJobs.values()]
  if (one === undefined || other === undefined) return
  const row = world.tables.jobs.get(other.id)
  if (row === undefined) return
  world.tables.jobs.put({ ...row, jobNumber: one.number })
  world.holes.note("job-number-shared", "jobs", one.id)
  world.holes.note("job-number-shared", "jobs", other.id)
}

const endsBeforeStart = (world: World): void => {
  const done = world.tables.jobs.rows.findLast(
    (row) => row["jobStatus"] === "Completed" && typeof row["completedDate"] === "string"
  )
  if (done === undefined) return
  const completed = Date.parse(String(done["completedDate"]))
  const later = { createdDate: dateText(completed + hour), earliestStartDateTime: dateText(completed + 5 * hour) }
  world.tables.jobs.put({ ...done, ...later })
  world.holes.note("job-ends-before-start", "jobs", done["id"])
}

/** Completed jobs up to yesterday, `jobsPerDay` of them a day (where there are none a day, one), then the open ones. */
export const makeJobs = (world: World): void => {
  const random = world.random.fork("jobs")
  const { jobs, openJobs } = world.options.size
  const jobsPerDay = world.options.size.jobsPerDay || 1
  const { startedAt } = world.options
  const completed = jobs - openJobs
  const holes = world.holes.enabled
  for (let i = 0; i < completed; i++) {
    const fromLast = completed - 1 - i
    const at = startedAt - Math.round(((fromLast + 0.5) / jobsPerDay) * day) - random.int(0, hour)
    completedJob(world, random, at, holes && fromLast > 0 ? completedJobHoles[fromLast - 1] : undefined)
  }
  if (holes && completed > 0) endsBeforeStart(world)
  const [first] = world.made
  // the job that the documentation shows: J004217 in a demo plant
  if (first !== undefined && openJobs > 0)
    addJob(world, random, startedAt - 2 * day, first, { quantity: 1200, done: 450 })
  for (let i = 1; i < openJobs; i++) {
    const hole = holes ? openJobHoles[i - 4] : undefined
    addJob(world, random, startedAt - random.int(1, 20) * day - random.int(0, day), random.pick(world.made), { hole })
  }
  if (holes) sharedNumber(world)
  runFirstJob(world)
  if (world.options.poison && first !== undefined) {
    const job = addJob(world, random, startedAt - day, first)
    patch(world, job.id, { quantity: new RawNumber("1e400") })
    world.holes.note("poison", "jobs", job.id)
  }
}
