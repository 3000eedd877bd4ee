/**
 * The bodies of OTLP over HTTP in JSON, as the protocol publishes them (opentelemetry-proto 1.x, "JSON Protobuf Encoding"): ids are
 * hexadecimal, 64-bit integers are decimal text, enums are numbers, and a field that is not known is an error here.
 */
import { Schema } from "effect"

const hex = (bytes: number) => Schema.String.pipe(Schema.pattern(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)))
const TraceId = hex(16)
const SpanId = hex(8)
const uint64 = Schema.Union(Schema.String.pipe(Schema.pattern(/^\d{1,20}$/)), Schema.NonNegativeInt)
const int64 = Schema.Union(Schema.String.pipe(Schema.pattern(/^-?\d{1,19}$/)), Schema.Int)
const uint32 = Schema.NonNegativeInt
const enumOf = (most: number) => Schema.Int.pipe(Schema.between(0, most))
const many = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.Array(schema))

interface AnyValue {
  readonly stringValue?: string | null | undefined
  readonly boolValue?: boolean | null | undefined
  readonly intValue?: string | number | null | undefined
  readonly doubleValue?: number | null | undefined
  readonly arrayValue?: { readonly values: ReadonlyArray<AnyValue> } | null | undefined
  readonly kvlistValue?: { readonly values: ReadonlyArray<KeyValue> } | null | undefined
  readonly bytesValue?: string | null | undefined
}
interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

const absent = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const AnyValue: Schema.Schema<AnyValue> = Schema.Struct({
  stringValue: absent(Schema.String),
  boolValue: absent(Schema.Boolean),
  intValue: absent(int64),
  doubleValue: absent(Schema.Number),
  arrayValue: absent(Schema.Struct({ values: Schema.Array(Schema.suspend(() => AnyValue)) })),
  kvlistValue: absent(Schema.Struct({ values: Schema.Array(Schema.suspend(() => KeyValue)) })),
  bytesValue: absent(Schema.String)
}).pipe(
  Schema.filter((value) => Object.values(value).filter((one) => one !== null && one !== undefined).length <= 1, {
    message: () => "a value is of one kind"
  })
)
const KeyValue: Schema.Schema<KeyValue> = Schema.Struct({ key: Schema.NonEmptyString, value: AnyValue })

const attributes = { attributes: many(KeyValue), droppedAttributesCount: Schema.optional(uint32) }
const Resource = Schema.Struct(attributes)
const Scope = Schema.Struct({ name: Schema.String, version: Schema.optional(Schema.String), ...attributes })
const schemaUrl = { schemaUrl: Schema.optional(Schema.String) }

const Span = Schema.Struct({
  traceId: TraceId,
  spanId: SpanId,
  traceState: Schema.optional(Schema.String),
  parentSpanId: Schema.optional(Schema.Union(SpanId, Schema.Literal(""))),
  flags: Schema.optional(uint32),
  name: Schema.NonEmptyString,
  kind: enumOf(5),
  startTimeUnixNano: uint64,
  endTimeUnixNano: uint64,
  ...attributes,
  events: many(Schema.Struct({ timeUnixNano: uint64, name: Schema.String, ...attributes })),
  droppedEventsCount: Schema.optional(uint32),
  links: many(
    Schema.Struct({ traceId: TraceId, spanId: SpanId, traceState: Schema.optional(Schema.String), ...attributes })
  ),
  droppedLinksCount: Schema.optional(uint32),
  status: Schema.optional(Schema.Struct({ message: Schema.optional(Schema.String), code: Schema.optional(enumOf(2)) }))
})

const LogRecord = Schema.Struct({
  timeUnixNano: Schema.optional(uint64),
  observedTimeUnixNano: Schema.optional(uint64),
  severityNumber: Schema.optional(enumOf(24)),
  severityText: Schema.optional(Schema.String),
  body: Schema.optional(AnyValue),
  ...attributes,
  flags: Schema.optional(uint32),
  traceId: Schema.optional(TraceId),
  spanId: Schema.optional(SpanId),
  eventName: Schema.optional(Schema.String)
})

const point = {
  attributes: many(KeyValue),
  startTimeUnixNano: Schema.optional(uint64),
  timeUnixNano: uint64,
  flags: Schema.optional(uint32)
}
const NumberPoint = Schema.Struct({ ...point, asDouble: absent(Schema.Number), asInt: absent(int64) })
const HistogramPoint = Schema.Struct({
  ...point,
  count: uint64,
  sum: Schema.optional(Schema.Number),
  bucketCounts: many(uint64),
  explicitBounds: many(Schema.Number),
  min: Schema.optional(Schema.Number),
  max: Schema.optional(Schema.Number)
})
const SummaryPoint = Schema.Struct({
  ...point,
  count: uint64,
  sum: Schema.Number,
  quantileValues: many(Schema.Struct({ quantile: Schema.Number, value: Schema.Number }))
})

const Metric = Schema.Struct({
  name: Schema.NonEmptyString,
  description: Schema.optional(Schema.String),
  unit: Schema.optional(Schema.String),
  metadata: many(KeyValue),
  gauge: Schema.optional(Schema.Struct({ dataPoints: Schema.Array(NumberPoint) })),
  sum: Schema.optional(
    Schema.Struct({
      dataPoints: Schema.Array(NumberPoint),
      aggregationTemporality: enumOf(2),
      isMonotonic: Schema.optional(Schema.Boolean)
    })
  ),
  histogram: Schema.optional(
    Schema.Struct({ dataPoints: Schema.Array(HistogramPoint), aggregationTemporality: enumOf(2) })
  ),
  summary: Schema.optional(Schema.Struct({ dataPoints: Schema.Array(SummaryPoint) }))
})

const TraceRequest = Schema.Struct({
  resourceSpans: Schema.Array(
    Schema.Struct({
      resource: Resource,
      scopeSpans: Schema.Array(Schema.Struct({ scope: Scope, spans: Schema.Array(Span), ...schemaUrl })),
      ...schemaUrl
    })
  )
})
const LogRequest = Schema.Struct({
  resourceLogs: Schema.Array(
    Schema.Struct({
      resource: Resource,
      scopeLogs: Schema.Array(Schema.Struct({ scope: Scope, logRecords: Schema.Array(LogRecord), ...schemaUrl })),
      ...schemaUrl
    })
  )
})
const MetricRequest = Schema.Struct({
  resourceMetrics: Schema.Array(
    Schema.Struct({
      resource: Resource,
      scopeMetrics: Schema.Array(Schema.Struct({ scope: Scope, metrics: Schema.Array(Metric), ...schemaUrl })),
      ...schemaUrl
    })
  )
})

const strict = { onExcessProperty: "error" } as const

/** Fail where a body is not one of the protocol. */
export const readTraces = Schema.decodeUnknownSync(Schema.parseJson(TraceRequest), strict)
export const readLogs = Schema.decodeUnknownSync(Schema.parseJson(LogRequest), strict)
export const readMetrics = Schema.decodeUnknownSync(Schema.parseJson(MetricRequest), strict)
