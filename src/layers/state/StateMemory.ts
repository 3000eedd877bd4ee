/**
 * Ledger and dead letters that live as long as the process: for tests, and for applications that keep no state.
 */
import { Layer } from "effect"
import type { AppConfig } from "../../services/AppConfig.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import type { Lease } from "../../services/Lease.js"
import type { Ledger } from "../../services/Ledger.js"
import { layerLeaseAlone } from "../LeaseAlone.js"
import * as DeadLettersSql from "./DeadLettersSql.js"
import * as LedgerSql from "./LedgerSql.js"
import { openState, StateDatabase } from "./StateDatabase.js"

/** One per facility. */
export const layerStateMemory: Layer.Layer<DeadLetters | Lease | Ledger, never, AppConfig> = Layer.merge(
  DeadLettersSql.layer,
  LedgerSql.layer
).pipe(
  Layer.provideMerge(layerLeaseAlone),
  Layer.provide(Layer.scoped(StateDatabase, openState(":memory:"))),
  Layer.orDie
)
