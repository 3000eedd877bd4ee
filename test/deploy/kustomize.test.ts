/**
 * What kustomize makes of `deploy/kubernetes`, where `kubectl` is installed.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Anything, documentsOf, filesBelow } from "./Documents.js"
import { CronJob, Deployment, podOf } from "./Workload.js"

const kubectl = spawnSync("kubectl", ["kustomize", "--help"]).status === 0

const folder = mkdtempSync(join(tmpdir(), "kustomize-"))
cpSync("deploy/kubernetes", folder, { recursive: true })
// The secrets as somebody would have filled them in.
for (const path of filesBelow(folder).filter((name) => name.endsWith(".env.example"))) {
  copyFileSync(path, path.replace(/\.example$/, ""))
}
afterAll(() => rmSync(folder, { recursive: true }))

const Resource = Schema.Struct({ kind: Schema.String }, Anything)

/** What is made of an overlay, by kind. */
const made = (overlay: string): ReadonlyMap<string, typeof Resource.Type> => {
  const text = execFileSync("kubectl", ["kustomize", join(folder, overlay)], { encoding: "utf8" })
  return new Map(documentsOf(Resource)(text).map((resource) => [resource.kind, resource]))
}

const as = <A, I>(schema: Schema.Schema<A, I>, value: unknown): A => Schema.decodeUnknownSync(schema)(value)

const Secret = Schema.Struct({
  metadata: Schema.Struct({ name: Schema.String }),
  data: Schema.Record({ key: Schema.String, value: Schema.String })
})
const Selecting = Schema.Struct({
  spec: Schema.Struct({ selector: Schema.Record({ key: Schema.String, value: Schema.Unknown }) })
})
const Budget = Schema.Struct({
  spec: Schema.Struct({
    minAvailable: Schema.optional(Schema.Number),
    maxUnavailable: Schema.optional(Schema.Number),
    selector: Schema.Struct({ matchLabels: Schema.Record({ key: Schema.String, value: Schema.String }) })
  })
})
const Egress = Schema.Struct({
  spec: Schema.Struct({
    egress: Schema.Array(Schema.Struct({ ports: Schema.Array(Schema.Struct({ port: Schema.Number })) }))
  })
})

describe.skipIf(!kubectl)("kustomize", () => {
  it("makes one process with its volume, service, budget and policy of the base", () => {
    const base = made("base")
    assert.sameMembers(
      [...base.keys()],
      [
        "ConfigMap",
        "Deployment",
        "NetworkPolicy",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "Secret",
        "Service",
        "ServiceAccount"
      ]
    )
    const { container, labels } = podOf(as(Deployment, base.get("Deployment")).spec.template)
    assert.deepStrictEqual(as(Selecting, base.get("Service")).spec.selector, labels)
    assert.deepStrictEqual(as(Budget, base.get("PodDisruptionBudget")).spec.selector.matchLabels, labels)
    // The pods are made anew when a secret changes.
    assert.deepStrictEqual(
      container.envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []),
      [as(Secret, base.get("Secret")).metadata.name]
    )
    assert.match(as(Secret, base.get("Secret")).metadata.name, /^plex-cdf-\w{10}$/)
  })

  it("makes passes on a schedule, and nothing that stays, of the cronjob overlay", () => {
    const overlay = made("overlays/cronjob")
    assert.sameMembers(
      [...overlay.keys()],
      ["ConfigMap", "CronJob", "NetworkPolicy", "PersistentVolumeClaim", "Secret", "ServiceAccount"]
    )
    const { container } = podOf(as(CronJob, overlay.get("CronJob")).spec.jobTemplate.spec.template)
    assert.match(container.envFrom[0]?.configMapRef?.name ?? "", /^plex-cdf-\w{10}$/)
  })

  it("makes two processes without a volume, of which one may always be taken, of the postgres overlay", () => {
    const overlay = made("overlays/postgres")
    assert.notInclude([...overlay.keys()], "PersistentVolumeClaim")
    const { spec } = as(Deployment, overlay.get("Deployment"))
    const { container, pod } = podOf(spec.template)
    assert.strictEqual(spec.replicas, 2)
    assert.strictEqual(spec.strategy.type, "RollingUpdate")
    assert.deepStrictEqual(
      pod.volumes.map(({ name }) => name),
      ["tmp"]
    )
    assert.deepStrictEqual(
      container.volumeMounts.map(({ name }) => name),
      ["tmp"]
    )
    // A standby, of which /readyz says 503, must count as one that can take over: else the leader could never be moved.
    assert.strictEqual(container.readinessProbe?.httpGet.path, "/livez")
    const { maxUnavailable, minAvailable } = as(Budget, overlay.get("PodDisruptionBudget")).spec
    assert.deepStrictEqual({ maxUnavailable, minAvailable }, { maxUnavailable: undefined, minAvailable: 1 })
    const { data } = as(Secret, overlay.get("Secret"))
    assert.includeMembers(Object.keys(data), ["STATE_URL", "PLEX_API_KEY"])
    const ports = as(Egress, overlay.get("NetworkPolicy")).spec.egress.flatMap((rule) => rule.ports)
    const { port } = new URL(Buffer.from(data["STATE_URL"] ?? "", "base64").toString())
    assert.include(
      ports.map((one) => one.port),
      Number(port)
    )
  })
})
