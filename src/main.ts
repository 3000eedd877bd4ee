#!/usr/bin/env -S node --
/**
 * The program. The build makes a few files of it and all that it needs: a thousand take a second to load, and what a command
 * does not use is not loaded at all.
 */
import "./cli/heapBound.js"
import { answerAtOnce } from "./cli/answerAtOnce.js"
import { outliveReaders } from "./cli/outliveReaders.js"

outliveReaders()
if (!answerAtOnce(process.argv.slice(2), new URL("main/commands.json", import.meta.url))) {
  const { runCommandLine } = await import("./cli/commandLine.js")
  runCommandLine()
}
