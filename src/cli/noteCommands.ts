/**
 * The last step of the build: notes all that can be typed in the file that is named, for `answerAtOnce`.
 */
import { writeFileSync } from "node:fs"
import { known } from "./commandLine.js"

for (const file of process.argv.slice(2)) writeFileSync(file, JSON.stringify(known))
