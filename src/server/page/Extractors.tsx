/**
 * The extractors: how each is, how it ran and when it runs next.
 */
import type { FacilityStatus, StatusOfExtractor, StatusOfRun } from "../../domain/Status.js"
import { Badge, Sign, toneOf } from "./Badge.js"
import { fromNow, FromNow, lasting } from "./Moments.js"
import { RunNow } from "./RunNow.js"
import { Section } from "./Section.js"
import { Trend } from "./Trend.js"
import { below, type Viewer } from "./Viewer.js"

interface CardProperties {
  /** Whether somebody just asked it to run. */
  readonly asked: boolean
  readonly extractor: StatusOfExtractor
  readonly id: string
  readonly viewer: Viewer
}

const condition = ({ failures, staleSince, state }: StatusOfExtractor) =>
  state === "off" ? undefined : staleSince !== undefined ? "stale" : failures > 0 ? "failing" : undefined

const LastRun = ({ run, viewer }: { readonly run: StatusOfRun | undefined; readonly viewer: Viewer }) =>
  run === undefined ? (
    <>none yet</>
  ) : (
    <>
      <Sign tone={toneOf(run.status)} /> <a href={below(viewer, `/runs/${run.runId}`)}>{run.status}</a>{" "}
      <FromNow moment={run.finished ?? run.started} viewer={viewer} />, took {lasting(run.duration)}
    </>
  )

const NextRun = ({ extractor: { current, nextRun, state }, viewer }: Pick<CardProperties, "extractor" | "viewer">) => {
  if (state === "off") return <>never: it is not enabled</>
  if (state === "standing by") return <>when this process takes over</>
  if (current !== undefined) return <>runs for {lasting(current.duration)}</>
  if (nextRun === undefined) return <>as soon as the process has begun</>
  return nextRun <= viewer.now ? <>due, waits for others to end</> : <FromNow moment={nextRun} viewer={viewer} />
}

const Card = ({ asked, extractor, id, viewer }: CardProperties) => {
  const { interval, lastRun, lastSuccess, name, state, trend } = extractor
  const worse = condition(extractor)
  return (
    <li id={id} class={`card${worse === undefined ? "" : " bad"}${state === "off" ? " off" : ""}`}>
      <div class="heading">
        <h3>{name}</h3>
        <p class="badges">
          {worse === undefined ? null : <Badge word={worse} />} <Badge word={state} />
        </p>
      </div>
      {state === "off" ? (
        <p class="quiet">Not enabled. Flows of it are neither read nor written.</p>
      ) : (
        <>
          <dl>
            <dt>Last run</dt>
            <dd>
              <LastRun run={lastRun} viewer={viewer} />
            </dd>
            {lastRun !== undefined && lastRun.finished !== lastSuccess ? (
              <>
                <dt>Last success</dt>
                <dd>{lastSuccess === undefined ? "none yet" : <FromNow moment={lastSuccess} viewer={viewer} />}</dd>
              </>
            ) : null}
            <dt>{state === "running" ? "Now" : "Next run"}</dt>
            <dd>
              <NextRun extractor={extractor} viewer={viewer} /> <span class="quiet">every {lasting(interval)}</span>
            </dd>
          </dl>
          {asked ? (
            <p class="told" role="status" id={`${id}-asked`}>
              Asked to run: it begins as soon as there is a place for it.
            </p>
          ) : null}
          <div class="foot">
            {trend.length === 0 ? <span /> : <Trend trend={trend} />}
            {state === "standing by" ? null : <RunNow extractor={name} viewer={viewer} />}
          </div>
        </>
      )}
    </li>
  )
}

const soonest = ({ extractors }: FacilityStatus, now: number): string | undefined => {
  const next = extractors.flatMap(({ nextRun }) => (nextRun === undefined || nextRun <= now ? [] : [nextRun]))
  return next.length === 0 ? undefined : `The next run begins ${fromNow(Math.min(...next), now)}.`
}

interface ExtractorsProperties {
  readonly facility: FacilityStatus
  readonly viewer: Viewer
  /** What was just asked to run. */
  readonly asked?: string | undefined
}

export const Extractors = ({ asked, facility, viewer }: ExtractorsProperties) => (
  <Section id={`${facility.pcn}-extractors`} title="Extractors" aside={soonest(facility, viewer.now)}>
    <ul class="cards">
      {facility.extractors.map((extractor) => (
        <Card
          asked={asked === extractor.name}
          extractor={extractor}
          id={`${facility.pcn}-${extractor.name}`}
          viewer={viewer}
        />
      ))}
    </ul>
    <p class="quiet legend">
      Bars: how long the last 20 runs took, the latest at the right. Below them ▲ degraded, ✕ failed, – interrupted or
      abandoned.
    </p>
  </Section>
)
