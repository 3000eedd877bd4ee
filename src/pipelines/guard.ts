/**
 * Before the first write of a facility: is the key this facility's, do its data sets exist, and is what CDF holds ours?
 */
import { Chunk, Data, Effect, Option, Schema, Stream } from "effect"
import { unmet } from "../domain/cdf/Rights.js"
import type { StoredAsset } from "../domain/cdf/Stored.js"
import { dataSetVariable, enabledOf, neededRights } from "../domain/DataSetUse.js"
import { CdfError, type RemoteError, type StateError } from "../domain/Errors.js"
import { dataSetNames, type Facility } from "../domain/Facility.js"
import { Tenant } from "../domain/records/Tenant.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { inPlaces, placed } from "../services/SettingPlaces.js"
import { assetsWereLost, noteFresh, noteLostAssets } from "./cdfIsFresh.js"

/** Something is set up so that writing would do harm; says what to check. */
export class WrongFacility extends Data.TaggedError("WrongFacility")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

const decodeTenants = Schema.decodeUnknownOption(Schema.Array(Tenant))

/** The codes of the tenants that the key answers for; Plex need not tell them. */
export const tenantCodes = Effect.gen(function* () {
  const listed = yield* Stream.runCollect((yield* Plex).list("/mdm/v1/tenants"))
  const tenants = Option.getOrElse(decodeTenants(Chunk.toReadonlyArray(listed)), () => [])
  return tenants.flatMap(({ code }) => code ?? [])
})

/** One of these codes must be the one that is configured, where both are known. */
export const codeFits = (codes: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const { pcnCode } = settings.plex
    if (pcnCode === undefined || codes.length === 0) return
    if (codes.some((code) => code.toLowerCase() === pcnCode.toLowerCase())) return
    const say = inPlaces(settings)
    return yield* new WrongFacility({
      detail: `the Plex key answers for tenant ${codes.join(", ")}, but ${say("PLEX_PCN_CODE")} is ${pcnCode}: ${say("check PLEX_API_KEY, PLEX_CUSTOMER_ID and PLEX_PCN_CODE")}`
    })
  })

/** The tenant that answers must be the one that is configured, where both are known. */
export const tenantFits = Effect.flatMap(tenantCodes, codeFits)

/** Every configured data set must exist; a client that may not list data sets is trusted. */
export const dataSetsExist = (facility: Facility) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const configured = dataSetNames.flatMap((name) => {
      const id = facility.dataSets[name]
      return id === undefined ? [] : [{ name, id }]
    })
    const found = yield* cdf.dataSets([...new Set(configured.map(({ id }) => id))])
    const say = inPlaces(yield* AppConfig)
    const existing = new Set(found.map(({ id }) => id))
    const missing = configured
      .filter(({ id }) => !existing.has(id))
      .map(({ id, name }) => `${say(dataSetVariable(name))} (${id})`)
    if (missing.length > 0) {
      return yield* new WrongFacility({
        detail: `CDF has no data set for ${missing.join(", ")}: check the number and that the client may read data sets`
      })
    }
  })

/** Every kind that the enabled extractors write may be written where they write it. */
export const dataSetsWritable = Effect.gen(function* () {
  const { extractors, facility } = yield* AppConfig
  const needed = neededRights(enabledOf(extractors), facility.dataSets, ["WRITE"])
  const refused = unmet(yield* (yield* Cdf).rights, needed)
  if (refused.length > 0) {
    return yield* new WrongFacility({
      detail: `the client lacks ${refused.join("; ")}: give these rights to its group`
    })
  }
})

/** An asset under the facility's id that another system wrote is not ours to change. */
export const facilityIsOurs = (facility: Facility, held: StoredAsset | undefined) => {
  const pcn = held?.metadata["pcn"]
  return held === undefined || pcn === facility.pcn
    ? Effect.void
    : Effect.flatMap(
        placed("set EXTERNAL_ID_PREFIX or check CDF_PROJECT"),
        (advice) =>
          new WrongFacility({
            detail: `CDF holds an asset ${facility.ids.root("facility")} that is not this facility's (its pcn is ${pcn ?? "absent"}): ${advice}`
          })
      )
}

/**
 * A ledger that remembers a facility asset which CDF does not hold, or holds under another number, is of another CDF or of one that
 * was emptied: it is forgotten, as it would keep objects from being written.
 */
const ledgerIsOfThisCdf = (facility: Facility, held: StoredAsset | undefined) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const root = facility.ids.root("facility")
    const known = (yield* ledger.rows("assets", [root])).get(root)
    if (known === undefined || held?.id === known.id) return
    yield* Effect.logWarning("the state is not of this CDF any more: it is forgotten, and CDF is compared anew")
    yield* ledger.clear
    yield* noteLostAssets
  })

const mayNotList = (error: RemoteError) => error instanceof CdfError && error.reason === "Forbidden"

/** As `dataSetsExist`; a client that may not read data sets is trusted, and that is said. */
export const dataSetsChecked = (facility: Facility) =>
  Effect.catchIf(
    dataSetsExist(facility),
    (error) => error._tag !== "WrongFacility" && mayNotList(error),
    (error) =>
      Effect.logWarning("data sets were not checked: the client may not read them").pipe(
        Effect.annotateLogs({ error: error.message })
      )
  )

/** All of these, before anything is written. */
export const guard = (
  facility: Facility
): Effect.Effect<void, RemoteError | StateError | WrongFacility, AppConfig | Cdf | Ledger | Plex> =>
  Effect.gen(function* () {
    yield* tenantFits
    const [held] = yield* (yield* Cdf).byids("assets", [facility.ids.root("facility")])
    yield* facilityIsOurs(facility, held)
    yield* ledgerIsOfThisCdf(facility, held)
    if (held === undefined && !(yield* assetsWereLost)) yield* noteFresh
    yield* dataSetsChecked(facility)
  })
