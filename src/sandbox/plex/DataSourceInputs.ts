import { Either, Predicate } from "effect"
import { parseInstant } from "./Arguments.js"
import type { DataSource, DataSourceType, Inputs, InputValue } from "./DataSource.js"

/** One entry of an error answer. */
export interface DataSourceProblem {
  readonly code: string
  readonly message: string
}

const problem = (code: string, message: string): DataSourceProblem => ({ code: `DATA_SOURCE_INPUT_${code}`, message })

const integer = (limit: number) => (value: unknown) =>
  (typeof value === "number" || (typeof value === "string" && /^-?\d+$/.test(value))) &&
  Number.isInteger(Number(value)) &&
  Math.abs(Number(value)) <= limit
    ? Number(value)
    : undefined

/** What can be converted is converted, as the API does; dates are looked at apart. */
const converters: Record<DataSourceType, (value: unknown) => InputValue | undefined> = {
  string: (value) =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined,
  bool: (value) => {
    if (value === true || value === 1 || value === "true") return true
    return value === false || value === 0 || value === "false" ? false : undefined
  },
  date: (value) => (typeof value === "string" ? value : undefined),
  int16: integer(32_767),
  int32: integer(2_147_483_647),
  decimal: (value) =>
    typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value))
      ? Number(value)
      : undefined
}

const convert = (name: string, type: DataSourceType, value: unknown): Either.Either<InputValue, DataSourceProblem> => {
  const converted = converters[type](value)
  if (converted === undefined) {
    return Either.left(problem("TYPE_MISMATCH", `The input '${name}' cannot be converted to ${type}.`))
  }
  if (type !== "date") return Either.right(converted)
  return Either.fromNullable(parseInstant(String(converted)), () =>
    problem("FORMAT_INVALID", `The input '${name}' must be formatted as YYYY-MM-DDThh:mm:ssZ.`)
  )
}

/** Reads the inputs of a call, names compared exactly; everything that is wrong is told at once. */
export const readInputs = (
  source: DataSource,
  sent: unknown
): Either.Either<Inputs, ReadonlyArray<DataSourceProblem>> => {
  if (!Predicate.isRecord(sent) || Array.isArray(sent)) {
    return Either.left([problem("FORMAT_INVALID", "The inputs must be an object.")])
  }
  const values = new Map<string, InputValue>()
  const problems = source.inputs
    .filter(({ name, required }) => required && !Object.hasOwn(sent, name))
    .map(({ name }) => problem("REQUIRED", `The input '${name}' is required.`))
  for (const [name, value] of Object.entries(sent)) {
    const declared = source.inputs.find((each) => each.name === name)
    if (declared === undefined) {
      problems.push(problem("NOT_FOUND", `The input '${name}' was not found.`))
    } else if (declared.automatic) {
      problems.push(problem("NOT_ACCESSIBLE", `The input '${name}' is set automatically.`))
    } else if (value === null) {
      if (!declared.nullable) problems.push(problem("NOT_NULLABLE", `The input '${name}' cannot be null.`))
    } else {
      Either.match(convert(name, declared.type, value), {
        onLeft: (wrong) => problems.push(wrong),
        onRight: (right) => values.set(name, right)
      })
    }
  }
  return problems.length > 0 ? Either.left(problems) : Either.right(values)
}
