/**
 * What a whole list showed: the objects of its records, and the records that could not be delivered.
 */
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { SeenKeys } from "../domain/SeenKeys.js"
import type { LedgerKey } from "../services/Ledger.js"

/** Stands for the kind where a record is known by its Plex key only. */
const asRecord = "record"

/** Filled while the list is read; memory is 11 to 22 bytes an object. */
export class Shown {
  readonly #keys = new SeenKeys()
  #unreadable = 0
  #cut = false

  object(kind: ResourceKind, externalId: ExternalId): void {
    this.#keys.add(kind, externalId)
  }
  /** A dead letter, by the key of its record as far as that can be read: the Plex key, or the one in its external id. */
  record(key: string): void {
    if (key === "") this.#unreadable++
    else this.#keys.add(asRecord, key)
  }
  /** What was read is a part only. */
  cut(): void {
    this.#cut = true
  }

  hasObject({ externalId, kind }: LedgerKey): boolean {
    return this.#keys.has(kind, externalId)
  }
  hasRecord(key: string): boolean {
    return this.#keys.has(asRecord, key)
  }
  /** Records whose key could not be read: any object may be theirs. */
  get unreadable(): number {
    return this.#unreadable
  }
  get isCut(): boolean {
    return this.#cut
  }
}
