/**
 * The flows: how each ended, how far CDF may be behind in it, and what it did.
 */
import type { FacilityStatus, StatusOfFlow } from "../../domain/Status.js"
import { amount } from "./Amounts.js"
import { Badge } from "./Badge.js"
import { At, lasting, roughly } from "./Moments.js"
import { Empty, Section } from "./Section.js"
import { type Column, type Group, Table } from "./Table.js"
import type { Viewer } from "./Viewer.js"

/** A flow with what its extractor says of it; one that runs by itself has none. */
interface Row extends StatusOfFlow {
  readonly interval?: number | undefined
}

/** How stale a flow is, as a part of the two intervals after which it counts as stale. */
const Freshness = ({ flow: { flow, freshness, interval } }: { readonly flow: Row }) => {
  if (freshness === undefined) return <span class="quiet">not known</span>
  if (interval === undefined) return <>{roughly(freshness)}</>
  const most = 2 * interval
  return (
    <span class="gauge">
      <meter
        min={0}
        max={most}
        high={interval * 1.5}
        optimum={0}
        value={Math.min(freshness, most)}
        aria-label={`${flow}: ${roughly(freshness)} behind, of ${lasting(most)} until it is stale`}
      />{" "}
      {roughly(freshness)}
    </span>
  )
}

const State = ({ flow }: { readonly flow: StatusOfFlow }) => (
  <>
    <Badge word={flow.status} />
    {flow.valveClosed ? <span class="why"> safety valve closed</span> : null}
    {flow.notice === undefined ? null : <span class="why">{flow.notice}</span>}
  </>
)

const columnsFor = (viewer: Viewer): ReadonlyArray<Column<Row>> => [
  { head: "Flow", cell: ({ flow }) => flow },
  { head: "Last run", wide: true, cell: (row) => <State flow={row} /> },
  { head: "Behind Plex", numeric: true, cell: (row) => <Freshness flow={row} /> },
  {
    head: "Confirmed up to",
    numeric: true,
    wide: true,
    cell: ({ watermark }) => (watermark === undefined ? null : <At moment={watermark} viewer={viewer} />)
  },
  { head: "Read", numeric: true, cell: ({ counts }) => amount(counts.read) },
  { head: "Created", numeric: true, cell: ({ counts }) => amount(counts.created) },
  { head: "Updated", numeric: true, cell: ({ counts }) => amount(counts.updated) },
  { head: "Unchanged", numeric: true, cell: ({ counts }) => amount(counts.unchanged) },
  { head: "Filtered", numeric: true, cell: ({ counts }) => amount(counts.filtered + counts.duplicates) },
  { head: "Dead letters", numeric: true, cell: ({ counts }) => amount(counts.deadLettered) },
  { head: "Retired", numeric: true, cell: ({ counts }) => amount(counts.retired + counts.retracted) }
]

const totals: ReadonlyArray<Column<Row>> = [
  { head: "Flow", cell: ({ flow }) => flow },
  { head: "Read", numeric: true, cell: ({ totals }) => amount(totals.read) },
  { head: "Created", numeric: true, cell: ({ totals }) => amount(totals.created) },
  { head: "Updated", numeric: true, cell: ({ totals }) => amount(totals.updated) },
  { head: "Unchanged", numeric: true, cell: ({ totals }) => amount(totals.unchanged) },
  { head: "Points", numeric: true, cell: ({ totals }) => amount(totals.points) },
  { head: "Links", numeric: true, cell: ({ totals }) => amount(totals.links) },
  { head: "Dead letters", numeric: true, cell: ({ totals }) => amount(totals.deadLettered) },
  { head: "Retired", numeric: true, cell: ({ totals }) => amount(totals.retired + totals.retracted) }
]

export const Flows = ({ facility, viewer }: { readonly facility: FacilityStatus; readonly viewer: Viewer }) => {
  const { extractors, ownFlows, pcn } = facility
  const apart = ownFlows.flatMap(({ ran }) => ran ?? [])
  const notRun = ownFlows.filter(({ ran }) => ran === undefined).map(({ flow }) => flow)
  const groups: ReadonlyArray<Group<Row>> = [
    ...extractors.flatMap(({ flows, interval, name }) =>
      flows.length === 0 ? [] : [{ name, rows: flows.map((flow) => ({ ...flow, interval })) }]
    ),
    ...(apart.length === 0 ? [] : [{ name: "own flows, by themselves", rows: apart }])
  ]
  return (
    <Section id={`${pcn}-flows`} title="Flows" aside="What each did in its last run">
      {groups.length === 0 ? (
        <Empty>A flow is shown here when the first run of its extractor has ended.</Empty>
      ) : (
        <>
          <Table
            caption="Flows by extractor: how the last run ended, freshness, watermark and counts"
            columns={columnsFor(viewer)}
            groups={groups}
            idOf={({ flow }) => `${pcn}-flow-${flow}`}
          />
          <details id={`${pcn}-totals`}>
            <summary>Counts since the process began</summary>
            <Table
              caption="Flows by extractor: counts since the process began"
              columns={totals}
              groups={groups}
              idOf={({ flow }) => `${pcn}-total-${flow}`}
            />
          </details>
        </>
      )}
      {notRun.length === 0 ? null : <p class="quiet">Own flows that have not run yet: {notRun.join(", ")}.</p>}
    </Section>
  )
}
