/**
 * Plex's Data Source API, read-only.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Chunk, Effect, Either, Layer, Redacted, Stream } from "effect"
import { PlexError } from "../../domain/Errors.js"
import { toPlexTime } from "../../domain/Instant.js"
import type { TimeSlice } from "../../domain/TimeSlice.js"
import { AppConfig, type CallSettings, type PlexDataSourceSettings } from "../../services/AppConfig.js"
import {
  type DataSource,
  type DataSourceAnswer,
  type DataSourceInputs,
  dataSources,
  PlexDataSource
} from "../../services/PlexDataSource.js"
import { inPlaces } from "../../services/SettingPlaces.js"
import { type Answer, type Call, makeRemote } from "../http/RemoteCall.js"
import { makeRenewableSecret } from "../http/RenewableSecret.js"
import { type Upstream, Upstreams } from "../http/Upstreams.js"
import { dataSourceAnswer, dataSourceInputs } from "./DataSourceBody.js"
import { parseJson } from "./ListReader.js"
import { dataSourceError, refusalOf } from "./PlexRefusal.js"

const minute = 60_000

const nameOf = (source: DataSource): string => `data source ${dataSources[source]} (${source})`

/** The same slice in two, on a whole minute; nothing for one that is not longer than a minute. */
const halves = ({ begin, end }: TimeSlice): readonly [TimeSlice, TimeSlice] | undefined => {
  if (end - begin <= minute) return undefined
  const middle = begin + Math.max(1, Math.floor((end - begin) / 2 / minute)) * minute
  return [
    { begin, end: middle },
    { begin: middle, end }
  ]
}

/** One call; `period` is told to whoever observes it. */
type Execute = (
  source: DataSource,
  inputs: DataSourceInputs,
  period?: TimeSlice
) => Effect.Effect<DataSourceAnswer, PlexError>

/** `window` over any `execute`: periods whose answer Plex cut are halved until it does not. */
const windowOver =
  (execute: Execute): PlexDataSource["Type"]["window"] =>
  (source, slice, inputs) => {
    const rowsOf = (part: TimeSlice): Stream.Stream<unknown, PlexError> =>
      Stream.unwrap(
        Effect.map(execute(source, inputs(part), part), ({ rows, truncated }) => {
          if (!truncated) return Stream.fromChunk(Chunk.fromIterable(rows))
          const parts = halves(part)
          if (parts !== undefined)
            return Stream.concat(
              rowsOf(parts[0]),
              Stream.suspend(() => rowsOf(parts[1]))
            )
          const detail = `more rows than Plex's limit between ${toPlexTime(part.begin)} and ${toPlexTime(part.end)}`
          return Stream.fail(new PlexError({ operation: nameOf(source), reason: "Refused", detail }))
        })
      )
    return rowsOf(slice)
  }

/** The Data Source API as one web-service user. `say`: how what we say of settings is worded. */
export const makePlexDataSource = (
  settings: PlexDataSourceSettings,
  calls: CallSettings,
  client: HttpClient.HttpClient,
  upstream: Upstream,
  say: (words: string) => string = (words) => words
): PlexDataSource["Type"] => {
  const username = makeRenewableSecret(settings.username, settings.usernameFile)
  const password = makeRenewableSecret(settings.password, settings.passwordFile)
  const base = settings.baseUrl.href.replace(/\/+$/, "")

  const basic = () =>
    Buffer.from(`${Redacted.value(username.current())}:${Redacted.value(password.current())}`).toString("base64")

  const remote = makeRemote<PlexError>({
    client,
    upstream,
    calls,
    secrets: () => [basic(), ...password.forms(), ...username.forms()],
    toError: dataSourceError(say)
  })

  const url = (source: DataSource): string => `${base}/api/datasources/${dataSources[source]}`

  const call = (
    source: DataSource,
    inputs: DataSourceInputs,
    period: TimeSlice | undefined
  ): Either.Either<Call<PlexError>, PlexError> => {
    const operation = nameOf(source)
    if (!Object.hasOwn(dataSources, source)) {
      const detail = "refused by us: it is not one of the data sources that only read"
      return Either.left(new PlexError({ operation, reason: "Refused", detail }))
    }
    return Either.right({
      operation,
      window: period === undefined ? undefined : `${toPlexTime(period.begin)}/${toPlexTime(period.end)}`,
      request: Effect.sync(() =>
        HttpClientRequest.post(`${url(source)}/execute?format=2`, {
          acceptJson: true
        }).pipe(
          HttpClientRequest.setHeader("authorization", `Basic ${basic()}`),
          // Without a charset: a client saw Plex refuse that suffix.
          HttpClientRequest.bodyText(JSON.stringify(inputs), "application/json")
        )
      )
    })
  }

  const decode =
    (operation: string) =>
    ({ status, text }: Answer): Either.Either<DataSourceAnswer, PlexError> =>
      Either.flatMap(
        Either.mapLeft(parseJson(text), ({ expected, seen }) => remote.wrongBody(operation, expected, seen)),
        (body) => {
          const answer = dataSourceAnswer(body)
          // Errors may come with a 200, beside rows or instead of them.
          if (refusalOf(body) !== undefined) {
            return Either.left(remote.failure(operation, "Refused", text, { status, body: text }))
          }
          return answer === undefined
            ? Either.left(remote.wrongBody(operation, "rows or tables", text))
            : Either.right(answer)
        }
      )

  const execute: Execute = (source, inputs, period) =>
    Effect.suspend(() => {
      const used = { username: username.current(), password: password.current() }
      const attempt = Effect.flatMap(call(source, inputs, period), (asked) =>
        remote.answer(asked, decode(asked.operation), ({ rows, transactionNo }) => ({
          items: rows.length,
          transactionNo
        }))
      )
      return Effect.catchIf(
        attempt,
        ({ status }) => status === 401,
        (refused) =>
          Effect.all([username.renewedSince(used.username), password.renewedSince(used.password)]).pipe(
            Effect.flatMap((renewed) => (renewed.includes(true) ? attempt : Effect.fail(refused)))
          )
      )
    })

  const metadata = (source: DataSource): Call<PlexError> => ({
    operation: `metadata of ${nameOf(source)}`,
    request: Effect.sync(() =>
      HttpClientRequest.get(url(source), { acceptJson: true }).pipe(
        HttpClientRequest.setHeader("authorization", `Basic ${basic()}`)
      )
    )
  })

  const inputs: PlexDataSource["Type"]["inputs"] = (source) => {
    const asked = metadata(source)
    return remote.answer(asked, ({ text }) =>
      Either.mapBoth(parseJson(text), {
        onLeft: ({ expected, seen }) => remote.wrongBody(asked.operation, expected, seen),
        onRight: dataSourceInputs
      })
    )
  }

  return { execute: (source, input) => execute(source, input), inputs, window: windowOver(execute) }
}

const absent = (source: DataSource): PlexError =>
  new PlexError({
    operation: nameOf(source),
    reason: "Unauthenticated",
    detail: "no data source credentials: set PLEX_DS_USERNAME and PLEX_DS_PASSWORD"
  })

/** `PlexDataSource` where no credentials are configured: every call says so. */
export const layerAbsent: Layer.Layer<PlexDataSource> = Layer.succeed(PlexDataSource, {
  execute: absent,
  inputs: absent,
  window: windowOver(absent)
})

/** `PlexDataSource` as the settings say; {@link layerAbsent} where they hold no credentials. */
export const layer: Layer.Layer<PlexDataSource, never, AppConfig | HttpClient.HttpClient | Upstreams> =
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const all = yield* AppConfig
      const { calls, plex } = all
      const settings = plex.dataSource
      if (settings === undefined) return layerAbsent
      const client = yield* HttpClient.HttpClient
      const upstreams = yield* Upstreams
      const upstream = yield* upstreams.get(
        "plex-ds",
        `plex-ds ${settings.baseUrl.host} ${Redacted.value(settings.username)}`,
        { perMinute: settings.rateLimit, inFlight: plex.concurrency }
      )
      return Layer.succeed(PlexDataSource, makePlexDataSource(settings, calls, client, upstream, inPlaces(all)))
    })
  )
