/**
 * The shape of the workloads of `deploy/kubernetes`: what the tests look at.
 */
import { Schema } from "effect"

const Reference = Schema.Struct({ name: Schema.String })

const HttpGet = Schema.Struct({
  path: Schema.String,
  port: Schema.String,
  httpHeaders: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String }))
})

const Probe = Schema.optional(Schema.Struct({ httpGet: HttpGet }))

const Container = Schema.Struct({
  image: Schema.String,
  args: Schema.optional(Schema.Array(Schema.String)),
  envFrom: Schema.Array(
    Schema.Struct({ configMapRef: Schema.optional(Reference), secretRef: Schema.optional(Reference) })
  ),
  ports: Schema.optionalWith(Schema.Array(Schema.Struct({ name: Schema.String, containerPort: Schema.Number })), {
    default: () => []
  }),
  startupProbe: Probe,
  livenessProbe: Probe,
  readinessProbe: Probe,
  resources: Schema.Record({
    key: Schema.String,
    value: Schema.Record({ key: Schema.String, value: Schema.String })
  }),
  securityContext: Schema.Struct({
    allowPrivilegeEscalation: Schema.Boolean,
    readOnlyRootFilesystem: Schema.Boolean,
    capabilities: Schema.Struct({ drop: Schema.Array(Schema.String) })
  }),
  volumeMounts: Schema.Array(Schema.Struct({ name: Schema.String, mountPath: Schema.String }))
})

const Pod = Schema.Struct({
  metadata: Schema.Struct({ labels: Schema.Record({ key: Schema.String, value: Schema.String }) }),
  spec: Schema.Struct({
    automountServiceAccountToken: Schema.Boolean,
    enableServiceLinks: Schema.Boolean,
    serviceAccountName: Schema.String,
    terminationGracePeriodSeconds: Schema.Number,
    securityContext: Schema.Struct({
      runAsNonRoot: Schema.Boolean,
      runAsUser: Schema.Number,
      fsGroup: Schema.Number,
      seccompProfile: Schema.Struct({ type: Schema.String })
    }),
    containers: Schema.Tuple(Container),
    volumes: Schema.Array(Reference)
  })
})

export const Deployment = Schema.Struct({
  kind: Schema.Literal("Deployment"),
  spec: Schema.Struct({
    replicas: Schema.Number,
    strategy: Schema.Struct({ type: Schema.String }),
    template: Pod
  })
})

export const CronJob = Schema.Struct({
  kind: Schema.Literal("CronJob"),
  spec: Schema.Struct({
    concurrencyPolicy: Schema.String,
    jobTemplate: Schema.Struct({ spec: Schema.Struct({ backoffLimit: Schema.Number, template: Pod }) })
  })
})

/** A pod and its only container. */
export const podOf = ({ metadata, spec }: typeof Pod.Type) => ({
  labels: metadata.labels,
  pod: spec,
  container: spec.containers[0]
})
