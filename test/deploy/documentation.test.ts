import { assert, describe, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { copiedByBuild } from "./Dockerfile.js"
import { filesBelow, read } from "./Documents.js"

const page = read("docs/deployment.md")

describe("docs/deployment.md", () => {
  it("names only files that exist, or that an example shows", () => {
    const named = [...page.matchAll(/\bdeploy\/[\w./-]*\w/g)].map(([path]) => path)
    assert.isAbove(named.length, 8)
    assert.deepStrictEqual(
      named.filter((path) => !existsSync(path) && !existsSync(`${path}.example`)),
      []
    )
  })

  it("puts beside the program of systemd what the image holds of node_modules", () => {
    const [command = ""] = /sudo cp --recursive[^\n]*\\\n[^\n]*/.exec(page) ?? []
    const copied = command.match(/node_modules\/[\w@/-]+/g) ?? []
    for (const path of copiedByBuild.filter((one) => one.startsWith("node_modules/"))) {
      assert.isTrue(
        copied.some((folder) => path === folder || path.startsWith(`${folder}/`)),
        path
      )
    }
  })

  it("tells of every way to run that there is", () => {
    for (const path of filesBelow("deploy/kubernetes/overlays").filter((file) => file.endsWith("kustomization.yaml"))) {
      assert.include(page, path.replace(/^deploy\/kubernetes\/(.*)\/kustomization\.yaml$/, "`$1`"))
    }
    for (const file of filesBelow("deploy/systemd")) assert.include(page, file.replace("deploy/systemd/", ""))
  })
})
