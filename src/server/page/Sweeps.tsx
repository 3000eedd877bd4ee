/**
 * The sweeps: how far each has come.
 */
import type { FacilityStatus, StatusOfSweep } from "../../domain/Status.js"
import { amount } from "./Amounts.js"
import { Badge, Sign, toneOf } from "./Badge.js"
import { FromNow, roughly } from "./Moments.js"
import { Section } from "./Section.js"
import { type Column, Table } from "./Table.js"
import { Trend } from "./Trend.js"
import { below, type Viewer } from "./Viewer.js"

const Looked = ({ sweep: { due, objects, sweep } }: { readonly sweep: StatusOfSweep }) => {
  if (objects === undefined || due === undefined) return <span class="quiet">not known</span>
  if (objects === 0) return <span class="quiet">nothing to look at yet</span>
  const done = objects - due
  return (
    <span class="gauge">
      <progress
        max={objects}
        value={done}
        aria-label={`${sweep}: ${amount(done)} of ${amount(objects)} are up to date`}
      />{" "}
      {amount(done)} of {amount(objects)}
    </span>
  )
}

const columnsFor = (viewer: Viewer): ReadonlyArray<Column<StatusOfSweep>> => [
  { head: "Sweep", cell: ({ sweep }) => sweep },
  { head: "State", wide: true, cell: ({ state }) => <Badge word={state} /> },
  { head: "Up to date", wide: true, numeric: true, cell: (row) => <Looked sweep={row} /> },
  { head: "Oldest look", numeric: true, cell: ({ age }) => (age === undefined ? null : `${roughly(age)} ago`) },
  {
    head: "Last run",
    wide: true,
    cell: ({ flow, lastRun }) =>
      lastRun === undefined ? (
        <span class="quiet">none yet</span>
      ) : (
        <>
          <Sign tone={toneOf(lastRun.status)} /> <a href={below(viewer, `/runs/${lastRun.runId}`)}>{lastRun.status}</a>{" "}
          <FromNow moment={lastRun.finished ?? lastRun.started} viewer={viewer} />
          {flow?.notice === undefined ? null : <span class="why">{flow.notice}</span>}
        </>
      )
  },
  { head: "Looked at", numeric: true, cell: ({ flow }) => (flow === undefined ? null : amount(flow.counts.looked)) },
  { head: "Durations", wide: true, cell: ({ trend }) => (trend.length === 0 ? null : <Trend trend={trend} />) }
]

export const Sweeps = ({ facility, viewer }: { readonly facility: FacilityStatus; readonly viewer: Viewer }) => (
  <Section
    id={`${facility.pcn}-sweeps`}
    title="Sweeps"
    aside="Flows of one call per object, worked off a bit at a time"
  >
    <Table
      caption="Sweeps: state, progress and last run"
      columns={columnsFor(viewer)}
      groups={[{ rows: facility.sweeps }]}
      idOf={({ sweep }) => `${facility.pcn}-sweep-${sweep}`}
    />
  </Section>
)
