/**
 * `/dead-letters`: what could not be delivered, and why; `/dead-letters/letter`: one of them with what is kept of it.
 */
import type { FlowName } from "../../domain/Flow.js"
import type { KeptDeadLetter, LetterId, ListedLetter } from "../../services/DeadLetters.js"
import { amount } from "./Amounts.js"
import { html } from "./Document.js"
import { type Frame, stepsTo, still } from "./Frame.js"
import { FromNow, Moment } from "./Moments.js"
import { Pages, type PageOf, pageSize } from "./Pages.js"
import { Empty } from "./Section.js"
import { type Column, Table } from "./Table.js"
import { below, type Viewer } from "./Viewer.js"

const path = "/dead-letters"
const title = "Dead letters"

/** By which people name a letter: its key, else the beginning of its digest. */
const nameOf = ({ digest, key }: LetterId): string => (key === "" ? `#${digest.slice(0, 12)}` : key)

const hrefOf = ({ digest, flow, key }: LetterId, viewer: Viewer): string =>
  below(viewer, `${path}/letter?${new URLSearchParams({ flow, key, digest })}`)

/** Why, without what the record holds: that is for who may see its contents. */
const withoutValues = (reason: string): string => reason.replace(/, actual .*?(?=; [\w.]+: |$)/gs, "")

const columnsFor = (viewer: Viewer): ReadonlyArray<Column<ListedLetter>> => [
  {
    head: "Key",
    cell: (letter) => (
      <span class="free">
        {viewer.admin === "yes" ? <a href={hrefOf(letter, viewer)}>{nameOf(letter)}</a> : nameOf(letter)}
      </span>
    )
  },
  { head: "Flow", wide: true, cell: ({ flow }) => flow },
  {
    head: "Reason",
    wide: true,
    cell: ({ path, reason }) => (
      <>
        <span class="free">{viewer.admin === "yes" ? reason : withoutValues(reason)}</span>
        {path === undefined ? null : (
          <span class="why">
            at <code>{path}</code>
          </span>
        )}
      </>
    )
  },
  {
    head: "First seen",
    wide: true,
    numeric: true,
    cell: ({ firstSeen }) => <FromNow moment={firstSeen} viewer={viewer} />
  },
  {
    head: "Last seen",
    wide: true,
    numeric: true,
    cell: ({ lastSeen }) => <FromNow moment={lastSeen} viewer={viewer} />
  },
  { head: "Attempts", numeric: true, cell: ({ attempts }) => amount(attempts) }
]

/** How many letters each flow has, the most first. */
const byFlow = (letters: ReadonlyArray<ListedLetter>): ReadonlyArray<readonly [FlowName, number]> => {
  const counts = new Map<FlowName, number>()
  for (const { flow } of letters) counts.set(flow, (counts.get(flow) ?? 0) + 1)
  return [...counts].toSorted(([, one], [, other]) => other - one)
}

const listHref = (flow: FlowName | undefined, page: number, viewer: Viewer): string => {
  const query = new URLSearchParams({
    ...(flow === undefined ? {} : { flow }),
    ...(page === 1 ? {} : { page: String(page) })
  }).toString()
  return below(viewer, query === "" ? path : `${path}?${query}`)
}

interface Chosen {
  readonly flow: FlowName | undefined
  readonly page: number
}

const Flows = ({
  chosen,
  letters,
  viewer
}: {
  readonly chosen: FlowName | undefined
  readonly letters: ReadonlyArray<ListedLetter>
  readonly viewer: Viewer
}) => (
  <nav class="pages" aria-label="Dead letters by flow">
    <a href={below(viewer, path)} aria-current={chosen === undefined ? "page" : undefined}>
      all ({amount(letters.length)})
    </a>
    {byFlow(letters).map(([flow, count]) => (
      <a href={listHref(flow, 1, viewer)} aria-current={chosen === flow ? "page" : undefined}>
        {flow} ({amount(count)})
      </a>
    ))}
  </nav>
)

const contentHint: Readonly<Record<Viewer["admin"], string>> = {
  yes: "A key leads to what is kept of the record.",
  token: "Sign in with the admin token to see what is kept of a record.",
  never: "Where HTTP_ADMIN_TOKEN is set, its bearer sees here what is kept of a record."
}

/** `letters`: all of them, those seen last first. */
export const deadLettersPage = (letters: ReadonlyArray<ListedLetter>, chosen: Chosen, frame: Frame): string => {
  const ofFlow = letters.filter(({ flow }) => chosen.flow === undefined || flow === chosen.flow)
  const page: PageOf = { page: chosen.page, total: ofFlow.length }
  const shown = ofFlow.slice((page.page - 1) * pageSize, page.page * pageSize)
  return html({
    ...still(frame, title),
    children: (
      <>
        <h1>{title}</h1>
        {letters.length === 0 ? (
          <Empty>There are none: every record could be delivered.</Empty>
        ) : (
          <div>
            <p>
              Records that cannot be read or mapped, and resources that CDF refuses. They are delivered as soon as they
              come again and can be read; <code>plex-cdf dead-letters retry</code> tries at once.{" "}
              {contentHint[frame.viewer.admin]}
            </p>
            <Flows chosen={chosen.flow} letters={letters} viewer={frame.viewer} />
          </div>
        )}
        {letters.length === 0 ? null : (
          <div>
            {shown.length === 0 ? (
              <Empty>There are none here.</Empty>
            ) : (
              <Table
                caption={chosen.flow === undefined ? title : `${title} of ${chosen.flow}`}
                columns={columnsFor(frame.viewer)}
                groups={[{ rows: shown }]}
                idOf={({ digest, flow, key }) => `letter-${flow}-${encodeURIComponent(key)}-${digest}`}
              />
            )}
            <Pages
              {...page}
              hrefOf={(number) => listHref(chosen.flow, number, frame.viewer)}
              label="Pages of dead letters"
            />
          </div>
        )}
      </>
    )
  })
}

/** For the bearer of the admin token alone. */
export const deadLetterPage = (letter: KeptDeadLetter, frame: Frame): string => {
  const { viewer } = frame
  const { attempts, content, firstSeen, flow, lastSeen, path: where, reason, version, what } = letter
  return html({
    ...still(frame, nameOf(letter), [...stepsTo(frame), { name: title, href: below(viewer, path) }]),
    children: (
      <>
        <h1>
          {flow}: {nameOf(letter)}
        </h1>
        <dl class="facts">
          <dt>Reason</dt>
          <dd>{reason}</dd>
          {where === undefined ? null : (
            <>
              <dt>Where</dt>
              <dd>
                <code>{where}</code>
              </dd>
            </>
          )}
          <dt>First seen</dt>
          <dd>
            <Moment moment={firstSeen} viewer={viewer} />
          </dd>
          <dt>Last seen</dt>
          <dd>
            <Moment moment={lastSeen} viewer={viewer} />
          </dd>
          <dt>Attempts</dt>
          <dd>
            {amount(attempts)}, the last by version {version}
          </dd>
        </dl>
        <section aria-labelledby="content-title">
          <div class="heading">
            <h2 id="content-title">The {what ?? "record"}</h2>
          </div>
          <pre tabIndex={0} aria-labelledby="content-title" role="region">
            {typeof content === "string" ? content : JSON.stringify(content, undefined, 2)}
          </pre>
        </section>
      </>
    )
  })
}
