import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { misused } from "../../src/cli/exitCode.js"
import { knownNames, variables } from "../../src/layers/config/Variables.js"

const folder = "deploy/systemd"
const units = ["plex-cdf.service", "plex-cdf-once.service"] as const
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0

/** Settings of a unit in order; a name may come more than once. */
const settingsOf = (unit: string): ReadonlyArray<readonly [name: string, value: string]> =>
  readFileSync(join(folder, unit), "utf8")
    .split("\n")
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])

const values = (unit: string, name: string): ReadonlyArray<string> =>
  settingsOf(unit).flatMap(([known, value]) => (known === name ? [value] : []))

const seconds = (text: string | undefined): number => Number(/^(\d+)s$/.exec(text ?? "")?.[1])

describe.each(units)("%s", (unit) => {
  it("gives the program no rights but those that it needs", () => {
    const settings = new Map(settingsOf(unit))
    const on = ["DynamicUser", "NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictSUIDSGID"]
    for (const name of on) assert.strictEqual(settings.get(name), "yes", name)
    assert.strictEqual(settings.get("ProtectSystem"), "strict")
    assert.strictEqual(settings.get("CapabilityBoundingSet"), "")
    assert.match(settings.get("MemoryMax") ?? "", /^\d+M$/)
  })

  it("keeps the state in the folder that systemd makes for it", () => {
    const [folderName = ""] = values(unit, "StateDirectory")
    assert.include(values(unit, "Environment"), `STATE_URL=file:/var/lib/${folderName}/plex-cdf.db`)
  })

  it("sets only variables that the program or node knows", () => {
    const names = values(unit, "Environment").map((pair) => pair.slice(0, pair.indexOf("=")))
    assert.deepStrictEqual(
      names.filter((name) => name !== "NODE_ENV" && !knownNames.has(name)),
      []
    )
  })

  it("waits longer for a stop than a stop may take", () => {
    const stop = variables.find(({ name }) => name === "GRACEFUL_SHUTDOWN_TIMEOUT")?.defaultText
    assert.isAbove(seconds(values(unit, "TimeoutStopSec")[0]), Number(stop))
  })
})

describe("the units", () => {
  it("start the resident process again when it fails, but not for a wrong configuration", () => {
    assert.deepStrictEqual(values("plex-cdf.service", "Restart"), ["on-failure"])
    assert.deepStrictEqual(values("plex-cdf.service", "RestartPreventExitStatus"), [String(misused)])
    assert.deepStrictEqual(values("plex-cdf.service", "ExecStart"), ["/usr/bin/node -- /opt/plex-cdf/dist/main.js"])
  })

  it("make one pass at a time on a schedule", () => {
    assert.deepStrictEqual(values("plex-cdf-once.service", "Type"), ["oneshot"])
    assert.match(values("plex-cdf-once.service", "ExecStart")[0] ?? "", / --once$/)
  })

  it("give both ways to run the same rights", () => {
    const rights = (unit: string) =>
      settingsOf(unit).slice(settingsOf(unit).findIndex(([name]) => name === "MemoryMax"))
    assert.deepStrictEqual(
      rights("plex-cdf-once.service"),
      rights("plex-cdf.service").filter(([name]) => name !== "WantedBy")
    )
  })

  it.skipIf(!hasSystemd)("are verified by systemd", () => {
    const root = mkdtempSync(join(tmpdir(), "units-"))
    try {
      mkdirSync(join(root, "dist"))
      copyFileSync("package.json", join(root, "dist/main.js"))
      cpSync(folder, root, { recursive: true })
      // systemd looks whether the programs exist on this host.
      for (const unit of units) {
        const text = readFileSync(join(root, unit), "utf8")
        writeFileSync(
          join(root, unit),
          text.replace("/usr/bin/node", process.execPath).replaceAll("/opt/plex-cdf", root)
        )
      }
      const files = [...units, "plex-cdf-once.timer"].map((unit) => join(root, unit))
      const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...files], { encoding: "utf8" })
      assert.deepStrictEqual(
        stderr.split("\n").filter((line) => line.includes(root) || line.includes("plex-cdf")),
        []
      )
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})
