/**
 * The way through a list that is shown a page at a time.
 */
import { amount } from "./Amounts.js"

/** Entries of a page. */
export const pageSize = 50

export interface PageOf {
  /** From 1. */
  readonly page: number
  readonly total: number
}

export const lastPage = ({ total }: Pick<PageOf, "total">): number => Math.max(1, Math.ceil(total / pageSize))

interface PagesProperties extends PageOf {
  /** Of a page by its number. */
  readonly hrefOf: (page: number) => string
  readonly label: string
}

export const Pages = ({ hrefOf, label, page, total }: PagesProperties) => {
  const last = lastPage({ total })
  const first = (page - 1) * pageSize + 1
  return last === 1 ? null : (
    <nav class="pages" aria-label={label}>
      {page > 1 ? (
        <a href={hrefOf(page - 1)} rel="prev">
          Earlier page
        </a>
      ) : null}
      <span class="quiet">
        {amount(first)} to {amount(Math.min(total, page * pageSize))} of {amount(total)}
      </span>
      {page < last ? (
        <a href={hrefOf(page + 1)} rel="next">
          Next page
        </a>
      ) : null}
    </nav>
  )
}
