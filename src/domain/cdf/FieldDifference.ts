/**
 * How one object differs from another, field by field.
 */

export type FieldValue = string | number | boolean | ReadonlyArray<string>

/** An object by its fields; one that it does not have is absent. */
export type ObjectFields = ReadonlyMap<string, FieldValue>

/** Which cell of a column of rows is told, and in how many rows more the column differs. */
export interface ToldCell {
  readonly row: number
  readonly more: number
}

/** What a field is before and after; nothing where the object does not have it. */
export interface FieldDifference {
  readonly field: string
  /** Of a column of a sequence's rows. */
  readonly cell?: ToldCell | undefined
  readonly before: FieldValue | undefined
  readonly after: FieldValue | undefined
}

const isList = (value: FieldValue | undefined): value is ReadonlyArray<string> => Array.isArray(value)

const same = (one: FieldValue | undefined, other: FieldValue | undefined): boolean =>
  isList(one) && isList(other)
    ? one.length === other.length && one.every((item, at) => item === other[at])
    : Object.is(one, other)

/** What must change in `before` for it to become `after`: fields of `before` in their order, then the new ones. */
export const differenceOf = (before: ObjectFields, after: ObjectFields): ReadonlyArray<FieldDifference> => {
  const differences: Array<FieldDifference> = []
  for (const [field, value] of before) {
    const next = after.get(field)
    if (!same(value, next)) differences.push({ field, before: value, after: next })
  }
  for (const [field, value] of after)
    if (!before.has(field)) differences.push({ field, before: undefined, after: value })
  return differences
}
