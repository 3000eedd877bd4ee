import { Context, type Effect } from "effect"
import type { Right } from "../domain/cdf/Rights.js"
import type { StoredDataSet, StoredPipeline } from "../domain/cdf/Stored.js"
import type { CdfError } from "../domain/Errors.js"

/** What CDF says of this client's token. */
export interface TokenInspection {
  /** The projects that the client has to do with; none where CDF does not tell. */
  readonly projects: ReadonlyArray<string>
  /** What it may do in the configured project. */
  readonly rights: ReadonlyArray<Right>
}

/** A data set as it is made. */
export interface NewDataSet {
  readonly externalId: string
  /** At most 50 characters. */
  readonly name: string
  /** At most 500 characters. */
  readonly description: string
  readonly metadata: Readonly<Record<string, string>>
}

/** An extraction pipeline as it is made. */
export interface NewPipeline {
  readonly externalId: string
  /** At most 140 characters. */
  readonly name: string
  readonly dataSetId: number
  /** At most 500 characters. */
  readonly description: string
  readonly source: string
  readonly schedule: string
  /** Markdown, at most 10,000 characters. */
  readonly documentation: string
}

/**
 * The project in CDF that a facility is written to: who we are there, and what is made there before its first object. Only looking at
 * a project and setting it up need it.
 */
export class CdfProject extends Context.Tag("plex-cdf/CdfProject")<
  CdfProject,
  {
    /** Fails with operation `token` where there is no token to be had. */
    readonly inspection: Effect.Effect<TokenInspection, CdfError>
    /** CDF's clock (epoch milliseconds) by its `Date` header; nothing where it has sent none. */
    readonly now: Effect.Effect<number | undefined, CdfError>
    /** The data sets of these external ids; unknown ones, and those that the client may not read, are left out. */
    readonly dataSets: (externalIds: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<StoredDataSet>, CdfError>
    /** All or nothing, at most ten; one that exists fails it with `duplicated`. A data set is for ever: CDF deletes none. */
    readonly createDataSets: (
      dataSets: ReadonlyArray<NewDataSet>
    ) => Effect.Effect<ReadonlyArray<StoredDataSet>, CdfError>
    /** The extraction pipeline of this external id, where there is one that the client may read. */
    readonly pipeline: (externalId: string) => Effect.Effect<StoredPipeline | undefined, CdfError>
    /** One that exists fails it with `duplicated`. */
    readonly createPipeline: (pipeline: NewPipeline) => Effect.Effect<void, CdfError>
  }
>() {}
