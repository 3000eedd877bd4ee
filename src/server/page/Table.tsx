/**
 * A table that is read as one at any width: on narrow screens its rows become blocks of named values.
 */
import type { ComponentChildren } from "preact"

export interface Column<Row> {
  readonly head: string
  /** Aligned by digits. */
  readonly numeric?: boolean | undefined
  /** Takes a line of its own on narrow screens. */
  readonly wide?: boolean | undefined
  readonly cell: (row: Row) => ComponentChildren
}

/** Rows under a heading of their own. */
export interface Group<Row> {
  readonly name?: string | undefined
  readonly rows: ReadonlyArray<Row>
}

interface TableProperties<Row> {
  readonly caption: string
  /** Whether the caption is read only by those who do not see the heading above it. */
  readonly captionHidden?: boolean | undefined
  readonly columns: ReadonlyArray<Column<Row>>
  readonly groups: ReadonlyArray<Group<Row>>
  /** Tells a row from the others of the page, so that it is known again when the page changes. */
  readonly idOf: (row: Row) => string
}

/** Columns that medium screens have place for. */
const most = 8

/** Roles are said, as a table laid out as blocks is none to a screen reader. */
export const Table = <Row,>({ caption, captionHidden = true, columns, groups, idOf }: TableProperties<Row>) => {
  const [first, ...others] = columns
  const classOf = ({ numeric, wide }: Column<Row>, ...more: ReadonlyArray<string | false>) =>
    [numeric === true && "number", wide === true && "wide", ...more].filter(Boolean).join(" ") || undefined
  return (
    <table role="table" class={columns.length > most ? "many" : undefined}>
      <caption class={captionHidden ? "unseen" : undefined}>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th role="columnheader" scope="col" class={classOf(column)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      {groups.map(({ name, rows }) => (
        <tbody role="rowgroup">
          {name === undefined ? null : (
            <tr role="row" class="group">
              <th role="rowheader" scope="rowgroup" colSpan={columns.length} aria-colspan={columns.length}>
                {name}
              </th>
            </tr>
          )}
          {rows.map((row) => (
            <tr role="row" id={idOf(row)}>
              {first === undefined ? null : (
                <th role="rowheader" scope="row" class={classOf(first)}>
                  {first.cell(row)}
                </th>
              )}
              {others.map((column) => {
                const content = column.cell(row)
                const nothing = content === null || content === undefined || content === "" || content === "0"
                return (
                  <td role="cell" data-head={column.head} class={classOf(column, nothing && "nothing")}>
                    {content}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  )
}
