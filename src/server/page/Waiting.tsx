/**
 * What could not be delivered or linked yet, and other counts of the facility.
 */
import type { ComponentChildren } from "preact"
import type { FacilityStatus } from "../../domain/Status.js"
import { amount } from "./Amounts.js"
import { Section } from "./Section.js"
import { below, type Viewer } from "./Viewer.js"

interface FigureProperties {
  readonly name: string
  readonly value: number | undefined
  /** Where more is said about it. */
  readonly href?: string | undefined
  readonly children: ComponentChildren
}

const Figure = ({ children, href, name, value }: FigureProperties) => (
  <div class="figure">
    <dt>{href === undefined ? name : <a href={href}>{name}</a>}</dt>
    <dd>
      <span class="value">{value === undefined ? "not known" : amount(value)}</span>
      <span class="quiet">{children}</span>
    </dd>
  </div>
)

export const Waiting = ({ facility, viewer }: { readonly facility: FacilityStatus; readonly viewer: Viewer }) => {
  const { deadLetters, idLookups, pcn, pendingLinks, retired } = facility
  const looked = idLookups.memory + idLookups.ledger + idLookups.redis + idLookups.cdf
  const answered = looked === 0 ? 0 : Math.floor(((looked - idLookups.cdf) / looked) * 100)
  return (
    <Section id={`${pcn}-waiting`} title="Set aside and waiting">
      <dl class="figures">
        <Figure name="Dead letters" value={deadLetters} href={below(viewer, "/dead-letters")}>
          {deadLetters === 0 ? "every record could be delivered" : "records that could not be delivered"}
        </Figure>
        <Figure name="Pending links" value={pendingLinks} href={below(viewer, "/pending-links")}>
          {pendingLinks === 0 ? "every link found its asset" : "links whose asset does not exist yet"}
        </Figure>
        <Figure name="Retired" value={retired}>
          objects, since the process began
        </Figure>
        <Figure name="Ids looked up" value={looked}>
          {looked === 0
            ? "since the process began"
            : `${answered} % without asking CDF; ${amount(idLookups.misses)} have no asset`}
        </Figure>
      </dl>
    </Section>
  )
}
