/**
 * Variables in texts: `${NAME}` stands for what the environment holds under that name, `$${` for `${` itself.
 */
import type { Environment } from "./EnvFile.js"

export interface Filled {
  readonly text: string
  /** What is wrong, worded to follow the place of the text; never a value. */
  readonly problem: string | undefined
  /** The names that it holds, set or not. */
  readonly used: ReadonlyArray<string>
}

const reference = /\$\$\{|\$\{([^}]*)(\}?)/g

/** The text with its variables filled in; what is filled in is not looked at again. */
export const fillIn = (written: string, environment: Environment): Filled => {
  const used: Array<string> = []
  const problems: Array<string> = []
  const text = written.replaceAll(reference, (all, name: string | undefined, end: string | undefined) => {
    if (name === undefined) return "${"
    if (end === "" || !/^[A-Za-z_]\w*$/.test(name)) {
      problems.push("holds a ${ without the name of a variable and a }. Write $${ where the text itself has it.")
      return all
    }
    used.push(name)
    const value = environment[name]
    if (value === undefined || value.trim() === "") {
      problems.push(`takes its value from the variable ${name}, which is not set. Set it, or correct its name.`)
      return all
    }
    return value
  })
  return { text, problem: problems[0], used }
}
