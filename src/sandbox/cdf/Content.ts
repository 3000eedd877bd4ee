import { AssetTree } from "./AssetTree.js"
import { makeAssets } from "./Assets.js"
import { Collection } from "./Collection.js"
import { makeCrud } from "./Crud.js"
import type { Crud } from "./Crud.js"
import { Datapoints } from "./Datapoints.js"
import { makeDataSets } from "./DataSets.js"
import { makeEvents } from "./Events.js"
import { ExtractionRuns, makeExtractionPipelines } from "./ExtractionPipelines.js"
import { makeLabels } from "./Labels.js"
import type { Project } from "./Project.js"
import { makeRelationships } from "./Relationships.js"
import type { Resource } from "./Resource.js"
import { SequenceRows } from "./SequenceRows.js"
import { makeSequences } from "./Sequences.js"
import { makeTimeSeries } from "./TimeSeries.js"

/** All that one project holds. */
export interface CdfContent {
  readonly assets: Resource
  readonly events: Resource
  readonly timeSeries: Resource
  readonly sequences: Resource
  readonly relationships: Resource
  readonly labels: Resource
  readonly dataSets: Resource
  readonly extractionPipelines: Resource
  readonly resources: ReadonlyArray<Resource>
  readonly datapoints: Datapoints
  readonly rows: SequenceRows
  readonly runs: ExtractionRuns
  readonly crud: Crud
}

/** An empty project. */
export const makeContent = (project: Project): CdfContent => {
  const tree = new AssetTree()
  const assetStore = new Collection("id", tree.changed)
  const dataSetStore = new Collection("id")
  const labelStore = new Collection("creation")
  const pipelineStore = new Collection("id")
  const seriesStore: Collection = new Collection("id", (previous, next) => datapoints.changed(previous, next))
  const sequenceStore: Collection = new Collection("id", (previous, next) => rows.changed(previous, next))
  const datapoints = new Datapoints(project, seriesStore)
  const rows = new SequenceRows(project, sequenceStore)

  const resources = {
    assets: makeAssets(project, assetStore, tree, dataSetStore),
    events: makeEvents(new Collection("creation"), assetStore, tree, dataSetStore),
    timeSeries: makeTimeSeries(seriesStore, assetStore, tree, dataSetStore),
    sequences: makeSequences(project, sequenceStore, assetStore, tree, dataSetStore),
    relationships: makeRelationships(new Collection("creation"), dataSetStore),
    labels: makeLabels(labelStore, dataSetStore),
    dataSets: makeDataSets(dataSetStore),
    extractionPipelines: makeExtractionPipelines(pipelineStore)
  }
  return {
    ...resources,
    resources: Object.values(resources),
    datapoints,
    rows,
    runs: new ExtractionRuns(project, pipelineStore),
    crud: makeCrud(project, dataSetStore, labelStore)
  }
}
