/**
 * The newest runs, each with a way to all that is kept of it.
 */
import type { FacilityStatus, StatusOfRun } from "../../domain/Status.js"
import { amount } from "./Amounts.js"
import { Badge } from "./Badge.js"
import { lasting, Moment } from "./Moments.js"
import { Empty, Section } from "./Section.js"
import { type Column, Table } from "./Table.js"
import { below, type Viewer } from "./Viewer.js"

const columnsFor = (viewer: Viewer): ReadonlyArray<Column<StatusOfRun>> => [
  { head: "Run", cell: ({ name, runId }) => <a href={below(viewer, `/runs/${runId}`)}>{name}</a> },
  {
    head: "State",
    wide: true,
    cell: ({ notice, status }) => (
      <>
        <Badge word={status} />
        {notice === "" ? null : <span class="why">{notice}</span>}
      </>
    )
  },
  { head: "Began", wide: true, numeric: true, cell: ({ started }) => <Moment moment={started} viewer={viewer} /> },
  {
    head: "Took",
    numeric: true,
    cell: ({ duration, finished }) => `${lasting(duration)}${finished === undefined ? " so far" : ""}`
  },
  { head: "Requests", numeric: true, cell: ({ requests }) => (requests === undefined ? null : amount(requests)) },
  { head: "Errors", numeric: true, cell: ({ errors }) => (errors === undefined ? null : amount(errors)) },
  { head: "Because of", cell: ({ trigger }) => trigger }
]

/** Whether there is something to see in it: runs that had nothing to do come often. */
const didSomething = ({ errors, requests, status }: StatusOfRun): boolean =>
  status !== "succeeded" || requests !== 0 || errors !== 0

export const Runs = ({ facility, viewer }: { readonly facility: FacilityStatus; readonly viewer: Viewer }) => (
  <Section id={`${facility.pcn}-runs`} title="Recent runs" aside="Without those that had nothing to ask">
    {facility.recentRuns.length === 0 ? (
      <Empty>
        {facility.stateError === undefined
          ? "No run is kept yet, or the run log is switched off (ETL_META)."
          : "The run log cannot be read."}
      </Empty>
    ) : (
      <Table
        caption="The newest runs: state, duration, requests and errors"
        columns={columnsFor(viewer)}
        groups={[{ rows: facility.recentRuns.filter(didSomething) }]}
        idOf={({ runId }) => `${facility.pcn}-run-${runId}`}
      />
    )}
  </Section>
)
