/**
 * The Layers of what `check` looks at; none of them opens the state for writing.
 */
import { Layer } from "effect"
import * as CdfLive from "../layers/cdf/CdfLive.js"
import * as CdfProjectLive from "../layers/cdf/CdfProjectLive.js"
import { CdfTokens } from "../layers/cdf/Token.js"
import { dataSource } from "../layers/FacilityLive.js"
import * as HttpAgent from "../layers/http/HttpAgent.js"
import { Upstreams } from "../layers/http/Upstreams.js"
import * as PlexLive from "../layers/plex/PlexLive.js"
import * as WorkplaceLive from "../layers/WorkplaceLive.js"

/** Plex, CDF and the place where a run would work. */
export const surroundings = Layer.mergeAll(
  CdfLive.layer,
  CdfProjectLive.layer,
  PlexLive.layer,
  dataSource,
  WorkplaceLive.layer
).pipe(Layer.provide(Layer.merge(CdfTokens.layer, Upstreams.layer)), Layer.provide(HttpAgent.layer))
