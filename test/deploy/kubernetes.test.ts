import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { loadSettings } from "../../src/layers/config/AppConfigLive.js"
import { knownNames, variables } from "../../src/layers/config/Variables.js"
import { least } from "../layers/config/operator.js"
import { documentAt, filesBelow, packageVersion, plainVariables, read } from "./Documents.js"
import { textsOf } from "./Dockerfile.js"
import { CronJob, Deployment, podOf } from "./Workload.js"

const folder = "deploy/kubernetes"
const base = join(folder, "base")
const deployment = documentAt(join(base, "deployment.yaml"), Deployment)
const cronJob = documentAt(join(folder, "overlays/cronjob/cronjob.yaml"), CronJob)
const resident = podOf(deployment.spec.template)
const pass = podOf(cronJob.spec.jobTemplate.spec.template)

const Kustomization = Schema.Struct({
  kind: Schema.Literal("Kustomization"),
  resources: Schema.Array(Schema.String),
  patches: Schema.optionalWith(Schema.Array(Schema.Struct({ path: Schema.optional(Schema.String) })), {
    default: () => []
  }),
  configMapGenerator: Schema.optional(
    Schema.Array(Schema.Struct({ name: Schema.String, envs: Schema.Array(Schema.String) }))
  ),
  secretGenerator: Schema.Array(Schema.Struct({ name: Schema.String, envs: Schema.Array(Schema.String) })).pipe(
    Schema.optional
  ),
  images: Schema.optional(Schema.Array(Schema.Struct({ name: Schema.String, newTag: Schema.String })))
})

const kustomizations = filesBelow(folder)
  .filter((path) => path.endsWith("kustomization.yaml"))
  .map((path) => ({ path, ...documentAt(path, Kustomization) }))

const settings = plainVariables(read(join(base, "config.env")))
const examples = filesBelow(folder).filter((path) => path.endsWith(".env.example"))
const secretNames = examples.flatMap((path) => Object.keys(plainVariables(read(path))))
const isSecret = (name: string) => variables.some((variable) => variable.name === name && variable.format.secret)

describe("the kustomizations", () => {
  it("name only files that exist, and secrets that git ignores and an example shows", () => {
    const ignored = read(".gitignore").split("\n")
    for (const { configMapGenerator = [], patches, path, resources, secretGenerator = [] } of kustomizations) {
      const files = [
        ...resources,
        ...patches.flatMap((patch) => patch.path ?? []),
        ...configMapGenerator.flatMap(({ envs }) => envs)
      ]
      for (const file of files) assert.isTrue(existsSync(join(dirname(path), file)), `${path}: ${file}`)
      for (const file of secretGenerator.flatMap(({ envs }) => envs)) {
        assert.include(ignored, `/${join(dirname(path), file)}`)
        assert.isTrue(existsSync(join(dirname(path), `${file}.example`)), `${path}: ${file}.example`)
      }
    }
  })

  it("take every manifest of their folder", () => {
    for (const { patches, path, resources } of kustomizations) {
      const taken = [...resources, ...patches.flatMap((patch) => patch.path ?? [])]
      const there = filesBelow(dirname(path)).filter((file) => /(?<!kustomization)\.yaml$/.test(file))
      assert.deepStrictEqual(
        there.filter((file) => !taken.some((name) => join(dirname(path), name) === file)),
        []
      )
    }
  })

  it("run the image of this version", () => {
    const images = kustomizations.flatMap((one) => one.images ?? [])
    assert.deepStrictEqual(images, [{ name: resident.container.image, newTag: packageVersion }])
    assert.strictEqual(pass.container.image, resident.container.image)
  })
})

describe("the settings of the manifests", () => {
  it.effect("load without a warning once the secrets are filled in", () =>
    Effect.gen(function* () {
      const filledIn = (name: string) =>
        least[name] ?? (name === "STATE_URL" ? "postgres://host/state" : `token-${name}`)
      const secrets = Object.fromEntries(secretNames.map((name) => [name, filledIn(name)]))
      const loaded = yield* loadSettings({ ...settings, ...secrets })
      assert.deepStrictEqual(loaded.warnings, [])
      assert.strictEqual(loaded.settings.http.port, resident.container.ports[0]?.containerPort)
    })
  )

  it("are variables that the program knows, the secret ones in the secret only", () => {
    const named = [...Object.keys(settings), ...secretNames]
    assert.deepStrictEqual(
      named.filter((name) => !knownNames.has(name)),
      []
    )
    assert.deepStrictEqual(Object.keys(settings).filter(isSecret), [])
    assert.deepStrictEqual(
      secretNames.filter((name) => !isSecret(name)),
      ["CDF_CLIENT_ID"]
    )
    for (const path of examples) {
      for (const [name, value] of Object.entries(plainVariables(read(path)))) {
        if (name !== "STATE_URL") assert.strictEqual(value, "", `${path}: ${name}`)
      }
    }
  })
})

describe.each([
  ["the resident process", resident],
  ["the pass of the CronJob", pass]
])("%s", (_, { container, pod }) => {
  it("fits the restricted pod security standard", () => {
    assert.deepStrictEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] }
    })
    const [user] = /^\d+/.exec(textsOf("USER", true)[0] ?? "") ?? []
    assert.isTrue(pod.securityContext.runAsNonRoot)
    assert.strictEqual(String(pod.securityContext.runAsUser), user)
    assert.strictEqual(String(pod.securityContext.fsGroup), user)
    assert.strictEqual(pod.securityContext.seccompProfile.type, "RuntimeDefault")
    assert.isFalse(pod.automountServiceAccountToken)
  })

  it("gets no variables of services, which look like settings", () => {
    assert.isFalse(pod.enableServiceLinks)
  })

  it("has what it asks for, and no more memory than a large plant was seen to take", () => {
    assert.deepStrictEqual(container.resources, {
      requests: { cpu: "100m", memory: "192Mi" },
      limits: { memory: "512Mi" }
    })
  })

  it("mounts only volumes that the pod has, and the state where the image keeps it", () => {
    const has = pod.volumes.map(({ name }) => name)
    assert.deepStrictEqual(
      container.volumeMounts.map(({ name }) => name),
      has
    )
    const state = container.volumeMounts.find(({ name }) => name === "state")
    assert.strictEqual(state?.mountPath, textsOf("VOLUME", true)[0])
  })

  it("may take longer for a stop than a stop may take", () => {
    const stop = variables.find(({ name }) => name === "GRACEFUL_SHUTDOWN_TIMEOUT")?.defaultText
    assert.isAbove(pod.terminationGracePeriodSeconds, Number(stop))
  })

  it("reads the settings and the secrets that the kustomization makes", () => {
    assert.deepStrictEqual(container.envFrom, [
      { configMapRef: { name: "plex-cdf" } },
      { secretRef: { name: "plex-cdf" } }
    ])
  })
})

describe("the Deployment", () => {
  it("never runs two processes on the one SQLite file", () => {
    assert.strictEqual(deployment.spec.replicas, 1)
    assert.strictEqual(deployment.spec.strategy.type, "Recreate")
  })

  it("asks /livez whether to restart and /readyz whether all is well, by a name that the program lets pass", () => {
    const { livenessProbe, readinessProbe, startupProbe } = resident.container
    const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)
    assert.deepStrictEqual(
      asked.map((get) => get?.path),
      ["/livez", "/livez", "/readyz"]
    )
    for (const get of asked) {
      assert.strictEqual(get?.port, resident.container.ports[0]?.name)
      assert.deepStrictEqual(get?.httpHeaders, [{ name: "Host", value: settings["HTTP_ALLOWED_HOSTS"] ?? "" }])
    }
  })
})

describe("the CronJob", () => {
  it("makes one pass at a time, and tries again at the next beat", () => {
    assert.deepStrictEqual(pass.container.args, ["--once"])
    assert.strictEqual(cronJob.spec.concurrencyPolicy, "Forbid")
    assert.strictEqual(cronJob.spec.jobTemplate.spec.backoffLimit, 0)
  })
})
