import { tableKeys } from "../../../src/sandbox/plant/Plant.js"
import type { HistoryName, TableName } from "../../../src/sandbox/plant/Plant.js"
import { historyTimes } from "../../../src/sandbox/plant/Plant.js"

export const isTableName = (name: string): name is TableName => name in tableKeys

export const isHistoryName = (name: string): name is HistoryName => name in historyTimes
