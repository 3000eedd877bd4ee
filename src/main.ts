#!/usr/bin/env -S node --
/**
 * The program. The build makes one file of it and all that it needs: a thousand files take a second to load.
 */
import "./cli/heapBound.js"
import { runCommandLine } from "./cli/commandLine.js"

runCommandLine()
