/**
 * `/pending-links`: links whose asset does not exist yet.
 */
import type { PendingLink } from "../../services/Ledger.js"
import { html } from "./Document.js"
import { type Frame, still } from "./Frame.js"
import { FromNow } from "./Moments.js"
import { Pages, type PageOf } from "./Pages.js"
import { Empty } from "./Section.js"
import { type Column, Table } from "./Table.js"
import { below, type Viewer } from "./Viewer.js"

const title = "Pending links"
const path = "/pending-links"

/** A human key is kept with its kind before it, and its parts apart. */
const keyInWords = (kind: string, key: string): string =>
  (key.startsWith(`${kind}:`) ? key.slice(kind.length + 1) : key)
    .split("\u001F")
    .filter((part) => part !== "")
    .join(", ")

/** An external id, or the human key that the asset is awaited by. */
const Target = ({ to }: Pick<PendingLink, "to">) => {
  if (typeof to === "string") return <code>{to}</code>
  const words = <span class="free">{keyInWords(to.kind, to.key)}</span>
  return to.kind === "routing" ? (
    <>the routing of part operation {words}</>
  ) : (
    <>
      the {to.kind.replaceAll("_", " ")} known as {words}
    </>
  )
}

const columnsFor = (viewer: Viewer): ReadonlyArray<Column<PendingLink>> => [
  { head: "From", cell: ({ from }) => <code>{from}</code> },
  { head: "Kind", wide: true, cell: ({ kind }) => kind },
  { head: "Flow", wide: true, cell: ({ flow }) => flow },
  { head: "To", wide: true, cell: ({ to }) => <Target to={to} /> },
  {
    head: "Waits since",
    wide: true,
    numeric: true,
    cell: ({ since }) => (since === undefined ? null : <FromNow moment={since} viewer={viewer} />)
  }
]

/** `links`: those of this page. */
export const pendingLinksPage = (links: ReadonlyArray<PendingLink>, page: PageOf, frame: Frame): string =>
  html({
    ...still(frame, title),
    children: (
      <>
        <h1>{title}</h1>
        {page.total === 0 ? (
          <Empty>There are none: every link found its asset.</Empty>
        ) : (
          <>
            <p>
              Objects that are in CDF and refer to an asset that is not there yet; those that have waited for longest
              come first. Each is linked in the pass in which its asset comes, and given up after PENDING_LINK_DAYS.
            </p>
            <div>
              {links.length === 0 ? (
                <Empty>There are none on this page.</Empty>
              ) : (
                <Table
                  caption={title}
                  columns={columnsFor(frame.viewer)}
                  groups={[{ rows: links }]}
                  idOf={(link) => `link-${links.indexOf(link)}`}
                />
              )}
              <Pages
                {...page}
                hrefOf={(number) => below(frame.viewer, number === 1 ? path : `${path}?page=${number}`)}
                label="Pages of pending links"
              />
            </div>
          </>
        )}
      </>
    )
  })
