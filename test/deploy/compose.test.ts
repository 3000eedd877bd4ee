import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { knownNames, variables } from "../../src/layers/config/Variables.js"
import { pairsOf, textsOf } from "./Dockerfile.js"
import { documentAt, packageVersion } from "./Documents.js"

const Texts = Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] })

const Service = Schema.Struct({
  image: Schema.String,
  environment: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), {
    default: () => ({})
  }),
  build: Schema.optional(Schema.Struct({ context: Schema.String })),
  env_file: Schema.optional(Schema.String),
  command: Texts,
  ports: Texts,
  volumes: Texts,
  read_only: Schema.Boolean,
  cap_drop: Texts,
  security_opt: Texts,
  mem_limit: Schema.String,
  stop_grace_period: Schema.optional(Schema.String),
  healthcheck: Schema.Struct({ test: Schema.Array(Schema.String) })
})

const Compose = Schema.Struct({
  services: Schema.Struct({ "plex-cdf": Service, prometheus: Service, grafana: Service }),
  volumes: Schema.Record({ key: Schema.String, value: Schema.Null })
})

const Scraping = Schema.Struct({
  rule_files: Schema.Array(Schema.String),
  scrape_configs: Schema.Array(
    Schema.Struct({
      job_name: Schema.String,
      static_configs: Schema.Array(Schema.Struct({ targets: Schema.Array(Schema.String) }))
    })
  )
})

const folder = "deploy/compose"
const { services, volumes } = documentAt(join(folder, "compose.yaml"), Compose)
const { "plex-cdf": program, grafana, prometheus } = services

const defaultOf = (name: string) => variables.find((variable) => variable.name === name)?.defaultText

/** What is mounted from the working folder, and where. */
const mounts = Object.values(services).flatMap((service) =>
  service.volumes.map((volume) => {
    const [source = "", target = "", mode] = volume.split(":")
    return { source, target, mode }
  })
)

describe("compose.yaml", () => {
  it("gives no service more than it needs", () => {
    for (const [name, service] of Object.entries(services)) {
      assert.isTrue(service.read_only, name)
      assert.deepStrictEqual(service.cap_drop, ["ALL"], name)
      assert.include(service.security_opt, "no-new-privileges:true", name)
      assert.match(service.mem_limit, /^\d+m$/, name)
      assert.strictEqual(service.healthcheck.test[0], "CMD", name)
    }
  })

  it("pins every image to a version, its own to the package's", () => {
    assert.strictEqual(program.image, `plex-cdf:${packageVersion}`)
    for (const { image } of Object.values(services)) assert.match(image, /:v?\d+\.\d+\.\d+$/)
  })

  it("publishes nothing beyond this host", () => {
    for (const port of Object.values(services).flatMap(({ ports }) => ports)) assert.match(port, /^127\.0\.0\.1:/)
  })

  it("mounts only what exists, read-only but for its volumes", () => {
    for (const { mode, source } of mounts) {
      if (source.startsWith(".")) {
        assert.isTrue(existsSync(join(folder, source)), source)
        assert.strictEqual(mode, "ro", source)
      } else assert.property(volumes, source)
    }
    assert.strictEqual(join(folder, program.build?.context ?? ""), ".")
    assert.strictEqual(join(folder, program.env_file ?? ""), ".env")
  })

  it("sets only variables that the program knows, and a token as it listens off loopback", () => {
    const unknown = Object.keys(program.environment).filter((name) => !knownNames.has(name))
    assert.deepStrictEqual(unknown, [])
    assert.strictEqual(program.environment["HTTP_HOST"], "0.0.0.0")
    assert.match(program.environment["HTTP_READ_TOKEN"] ?? "", /^\$\{HTTP_READ_TOKEN:\?/)
    assert.strictEqual(program.environment["HTTP_PORT"], defaultOf("HTTP_PORT"))
  })

  it("keeps the state on a volume where the image looks for it", () => {
    const path = pairsOf(textsOf("ENV", true)).get("STATE_URL")?.replace("file:", "") ?? ""
    const { source } = mounts.find(({ target }) => path.startsWith(`${target}/`)) ?? {}
    assert.property(volumes, source ?? "nothing")
  })

  it("waits longer for a stop than a stop may take", () => {
    const [, seconds = "0"] = /^(\d+)s$/.exec(program.stop_grace_period ?? "") ?? []
    assert.isAbove(Number(seconds), Number(defaultOf("GRACEFUL_SHUTDOWN_TIMEOUT")))
  })

  it("checks the program's health by the script of the image", () => {
    const check = /CMD (\[.*\])$/.exec(textsOf("HEALTHCHECK", true)[0] ?? "")?.[1] ?? "[]"
    const ofImage: unknown = JSON.parse(check)
    assert.deepStrictEqual(program.healthcheck.test.slice(1), ofImage)
  })
})

describe("the Prometheus of compose.yaml", () => {
  const { rule_files: rules, scrape_configs: jobs } = documentAt("deploy/prometheus/prometheus.yml", Scraping)

  it("scrapes the program at its name and port, under a name that the program lets pass", () => {
    const targets = jobs.filter(({ job_name: name }) => name === "plex-cdf").flatMap((job) => job.static_configs)
    assert.deepStrictEqual(targets, [{ targets: [`plex-cdf:${program.environment["HTTP_PORT"]}`] }])
    assert.match(program.environment["HTTP_ALLOWED_HOSTS"] ?? "", /:-plex-cdf\}$/)
  })

  it("reads its configuration and rules from the folder that is mounted", () => {
    const { target } = mounts.find(({ source }) => source === "../prometheus") ?? {}
    assert.include(prometheus.command, `--config.file=${target}/prometheus.yml`)
    assert.deepStrictEqual(rules, ["alerts.yml"])
  })
})

describe("the Grafana of compose.yaml", () => {
  const provisioning = "deploy/grafana/provisioning"

  it("asks the Prometheus beside it", () => {
    const Sources = Schema.Struct({
      datasources: Schema.Array(Schema.Struct({ uid: Schema.String, url: Schema.String }))
    })
    const { datasources } = documentAt(join(provisioning, "datasources/prometheus.yaml"), Sources)
    assert.deepStrictEqual(datasources, [{ uid: "prometheus", url: "http://prometheus:9090" }])
  })

  it("finds its dashboards where they are mounted", () => {
    const Providers = Schema.Struct({
      providers: Schema.Array(Schema.Struct({ options: Schema.Struct({ path: Schema.String }) }))
    })
    const { providers } = documentAt(join(provisioning, "dashboards/plex-cdf.yaml"), Providers)
    assert.deepStrictEqual(
      providers.map(({ options }) => options.path),
      mounts.filter(({ source }) => source === "../grafana/dashboards").map(({ target }) => target)
    )
    assert.match(grafana.environment["GF_SECURITY_ADMIN_PASSWORD"] ?? "", /:\?/)
  })
})
