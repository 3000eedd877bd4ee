/**
 * Failed calls of the last hour, by category.
 */
import type { Category } from "../../domain/Errors.js"
import type { CountedErrors, FacilityStatus } from "../../domain/Status.js"
import { amount } from "./Amounts.js"
import { ErrorChart, errorsInAll } from "./ErrorChart.js"
import { upstreamName } from "./Problems.js"
import { Empty, Section } from "./Section.js"
import { type Column, Table } from "./Table.js"

const meanings: Readonly<Record<Category, string>> = {
  transient: "tried again",
  configuration: "a person must mend it",
  data: "handled record by record"
}

const columns: ReadonlyArray<Column<CountedErrors>> = [
  { head: "Reason", cell: ({ reason }) => reason },
  { head: "Upstream", cell: ({ upstream }) => upstreamName(upstream) },
  {
    head: "Category",
    wide: true,
    cell: ({ category }) => (
      <span>
        <span class={`swatch ${category}`} aria-hidden="true" /> {category}{" "}
        <span class="quiet">{meanings[category]}</span>
      </span>
    )
  },
  { head: "Failed calls", numeric: true, cell: ({ count }) => amount(count) }
]

export const Errors = ({ facility: { errors, pcn } }: { readonly facility: FacilityStatus }) => (
  <Section
    id={`${pcn}-errors`}
    title="Errors"
    aside={`Attempts of calls that failed within the last hour: ${errorsInAll(errors)}`}
  >
    {errors.length === 0 ? (
      <Empty>No call has failed within the last hour.</Empty>
    ) : (
      <>
        <ErrorChart errors={errors} />
        <Table
          caption="Failed calls of the last hour by reason, upstream and category"
          columns={columns}
          groups={[{ rows: errors }]}
          idOf={({ reason, upstream }) => `${pcn}-error-${upstream}-${reason}`}
        />
      </>
    )}
  </Section>
)
