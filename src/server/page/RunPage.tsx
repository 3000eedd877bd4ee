/**
 * `/runs/{id}`: one run with all that is kept of it.
 */
import type { EndpointMetrics, LoggedEntity, LoggedRequest, RunRecord } from "../../services/RunLog.js"
import { amount, counted } from "./Amounts.js"
import { Badge } from "./Badge.js"
import { html } from "./Document.js"
import { type Frame, still } from "./Frame.js"
import { At, lasting, Moment } from "./Moments.js"
import { upstreamName } from "./Problems.js"
import { Empty, Section } from "./Section.js"
import { type Column, Table } from "./Table.js"
import type { Viewer } from "./Viewer.js"

const Facts = ({ run, viewer }: { readonly run: RunRecord; readonly viewer: Viewer }) => {
  const { endNotes, finished, metrics, notes, runId, started, status, trigger } = run
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>
        <Badge word={status} />
      </dd>
      {endNotes === "" ? null : (
        <>
          <dt>Because</dt>
          <dd>{endNotes}</dd>
        </>
      )}
      <dt>Began</dt>
      <dd>
        <Moment moment={started} viewer={viewer} />
        {trigger === "" ? "" : `, trigger ${trigger}`}
        {notes === "" ? "" : `, ${notes}`}
      </dd>
      <dt>{finished === undefined ? "Runs for" : "Took"}</dt>
      <dd>{lasting((finished ?? viewer.now) - started)}</dd>
      <dt>Requests</dt>
      <dd>
        {amount(metrics.requests)}, {counted(metrics.items, "item")}, {counted(metrics.errors, "error")},{" "}
        {amount(metrics.throttled)} throttled, {lasting(metrics.duration)} in calls
        {metrics.lost === 0 ? "" : `; ${counted(metrics.lost, "request")} could not be kept`}
      </dd>
      <dt>Run id</dt>
      <dd>
        <code>{runId}</code>
      </dd>
    </dl>
  )
}

const flowColumns = (viewer: Viewer): ReadonlyArray<Column<LoggedEntity>> => [
  { head: "Flow", cell: ({ entity }) => entity },
  {
    head: "State",
    wide: true,
    cell: ({ notice, status, valveClosed }) => (
      <>
        {status === undefined ? null : <Badge word={status} />}
        {valveClosed === true ? <span class="why">safety valve closed</span> : null}
        {notice === undefined ? null : <span class="why">{notice}</span>}
      </>
    )
  },
  { head: "Read", numeric: true, cell: ({ counts, sourceCount }) => amount(counts?.read ?? sourceCount ?? 0) },
  { head: "Created", numeric: true, cell: ({ counts }) => amount(counts?.created ?? 0) },
  { head: "Updated", numeric: true, cell: ({ counts }) => amount(counts?.updated ?? 0) },
  { head: "Unchanged", numeric: true, cell: ({ counts }) => amount(counts?.unchanged ?? 0) },
  {
    head: "Filtered",
    numeric: true,
    cell: ({ counts }) => amount((counts?.filtered ?? 0) + (counts?.duplicates ?? 0))
  },
  { head: "Dead letters", numeric: true, cell: ({ counts }) => amount(counts?.deadLettered ?? 0) },
  { head: "Pending links", numeric: true, cell: ({ counts }) => amount(counts?.pendingLinks ?? 0) },
  { head: "Points", numeric: true, cell: ({ counts }) => amount(counts?.points ?? 0) },
  { head: "Retired", numeric: true, cell: ({ counts }) => amount((counts?.retired ?? 0) + (counts?.retracted ?? 0)) },
  {
    head: "Confirmed up to",
    wide: true,
    numeric: true,
    cell: ({ watermarkAfter }) => (watermarkAfter === undefined ? null : <At moment={watermarkAfter} viewer={viewer} />)
  }
]

const endpointColumns: ReadonlyArray<Column<EndpointMetrics>> = [
  { head: "Endpoint", cell: ({ endpoint }) => <span class="free">{endpoint}</span> },
  { head: "Upstream", cell: ({ upstream }) => upstreamName(upstream) },
  { head: "Requests", numeric: true, cell: ({ requests }) => amount(requests) },
  { head: "Items", numeric: true, cell: ({ items }) => amount(items) },
  { head: "Errors", numeric: true, cell: ({ errors }) => amount(errors) },
  { head: "Throttled", numeric: true, cell: ({ throttled }) => amount(throttled) },
  { head: "In all", numeric: true, cell: ({ duration }) => lasting(duration) },
  { head: "Longest", numeric: true, cell: ({ longest }) => lasting(longest) }
]

const requestColumns = (viewer: Viewer): ReadonlyArray<Column<LoggedRequest>> => [
  {
    head: "Request",
    wide: true,
    cell: ({ operation, window }) => (
      <>
        <span class="free">{operation}</span>
        {window === undefined ? null : <span class="why">{window}</span>}
      </>
    )
  },
  { head: "Upstream", cell: ({ upstream }) => upstreamName(upstream) },
  { head: "At", wide: true, numeric: true, cell: ({ at }) => <At moment={at} viewer={viewer} /> },
  { head: "Took", numeric: true, cell: ({ duration }) => lasting(duration) },
  { head: "Items", numeric: true, cell: ({ items }) => (items === undefined ? null : amount(items)) },
  { head: "Status", numeric: true, cell: ({ status }) => (status === undefined ? null : String(status)) },
  {
    head: "Ended",
    wide: true,
    cell: ({ detail, reason, requestId, transactionNo }) => (
      <>
        {reason ?? "ok"}
        {detail === undefined ? null : <span class="why">{detail}</span>}
        {requestId === undefined ? null : <span class="why">x-request-id {requestId}</span>}
        {transactionNo === undefined ? null : <span class="why">transactionNo {transactionNo}</span>}
      </>
    )
  }
]

interface RequestsProperties {
  readonly id: string
  readonly title: string
  readonly requests: ReadonlyArray<LoggedRequest>
  readonly viewer: Viewer
}

const Requests = ({ id, requests, title, viewer }: RequestsProperties) =>
  requests.length === 0 ? null : (
    <Section id={id} title={title}>
      <Table
        caption={title}
        columns={requestColumns(viewer)}
        groups={[{ rows: requests }]}
        idOf={(request) => `${id}-${requests.indexOf(request)}`}
      />
    </Section>
  )

export const runPage = (run: RunRecord, frame: Frame): string => {
  const { viewer } = frame
  return html({
    ...still(frame, `Run of ${run.name}`),
    children: (
      <>
        <h1>Run of {run.name}</h1>
        <Facts run={run} viewer={viewer} />
        <Section id="flows" title="Flows">
          {run.entities.length === 0 ? (
            <Empty>No flow of this run has ended yet.</Empty>
          ) : (
            <Table
              caption="What each flow did in this run"
              columns={flowColumns(viewer)}
              groups={[{ rows: run.entities }]}
              idOf={({ entity }) => `flow-${entity}`}
            />
          )}
        </Section>
        <Requests id="failures" title="The last requests that failed" requests={run.failures} viewer={viewer} />
        <Section id="endpoints" title="Requests by endpoint">
          {run.endpoints.length === 0 ? (
            <Empty>No request of this run is kept.</Empty>
          ) : (
            <Table
              caption="Requests of this run by endpoint"
              columns={endpointColumns}
              groups={[{ rows: run.endpoints }]}
              idOf={({ endpoint, upstream }) => `endpoint-${upstream}-${endpoint.replaceAll(/\s+/g, "-")}`}
            />
          )}
        </Section>
        <Requests id="slowest" title="The slowest requests" requests={run.slowest} viewer={viewer} />
      </>
    )
  })
}
