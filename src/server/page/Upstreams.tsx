/**
 * Plex and CDF as they are called: breaker and rate budget.
 */
import type { FacilityStatus, StatusOfUpstream } from "../../domain/Status.js"
import { amount, counted } from "./Amounts.js"
import { Badge } from "./Badge.js"
import { lasting } from "./Moments.js"
import { upstreamName, upstreamNames } from "./Problems.js"
import { Empty, Section } from "./Section.js"

const Budget = ({ limit, name, used }: StatusOfUpstream) =>
  limit === undefined ? (
    <p>
      {counted(used, "call")} in the last minute <span class="quiet">no limit a minute</span>
    </p>
  ) : (
    <p class="budget">
      <meter
        min={0}
        max={limit}
        high={limit * 0.9}
        optimum={0}
        value={Math.min(used, limit)}
        aria-label={`Rate budget of ${upstreamName(name)}: ${amount(used)} of ${amount(limit)} calls in the last minute`}
      />
      <span>
        {amount(used)} of {amount(limit)} calls a minute
      </span>
    </p>
  )

const Card = ({ id, upstream }: { readonly id: string; readonly upstream: StatusOfUpstream }) => {
  const { breaker, held, name, waiting } = upstream
  return (
    <li id={id} class={`card${breaker === "closed" ? "" : " bad"}`}>
      <div class="heading">
        <h3>{upstreamName(name)}</h3>
        <p>
          <span class="quiet">breaker</span> <Badge word={breaker} />
        </p>
      </div>
      <Budget {...upstream} />
      <p class="quiet">
        {waiting === 0 ? "Nobody waits for a turn" : `${counted(waiting, "caller")} waiting for a turn`}
        {held === undefined ? "" : `; everybody waits ${lasting(held)}, as ${upstreamName(name)} asked`}.
      </p>
    </li>
  )
}

const order = Object.keys(upstreamNames)

const inOrder = (upstreams: ReadonlyArray<StatusOfUpstream>): ReadonlyArray<StatusOfUpstream> =>
  upstreams.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name))

export const Upstreams = ({ facility: { pcn, upstreams } }: { readonly facility: FacilityStatus }) => (
  <Section id={`${pcn}-upstreams`} title="Upstreams" aside="Calls of the last minute">
    {upstreams.length === 0 ? (
      <Empty>Nothing has been called yet.</Empty>
    ) : (
      <ul class="cards">
        {inOrder(upstreams).map((upstream) => (
          <Card id={`${pcn}-upstream-${upstream.name}`} upstream={upstream} />
        ))}
      </ul>
    )}
  </Section>
)
