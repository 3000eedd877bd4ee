/**
 * Bounds the heap of the program; to be loaded before anything else.
 */
import { setFlagsFromString } from "node:v8"
import { containerMemory } from "./containerMemory.js"

/** Below so many bytes for all of the process, memory counts more than time. */
const little = 512 * 1024 ** 2

// Left to itself the collector lets the heap grow to several times what lives in it, by what the host has and not by what is needed.
// This costs 10 to 20 % of processor time and halves the memory; a limit on the heap would cost more near it, and end the process beyond it.
setFlagsFromString("--heap-growing-percent=30")
// New objects get no more room than at the start: a tenth to a sixth less memory for two fifths more processor time.
if ((containerMemory() ?? Infinity) < little) setFlagsFromString("--semi-space-growth-factor=1")
