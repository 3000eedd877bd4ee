import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { isPlexPath, pathOf } from "../../../src/domain/plex/PlexPath.js"

describe("a path of Plex", () => {
  it("has its segments encoded", () => {
    assert.strictEqual(pathOf("mdm", "v1", "parts", "a/b?c#d é"), "/mdm/v1/parts/a%2Fb%3Fc%23d%20%C3%A9")
  })

  it("is none when an id is empty, leads elsewhere or is not text", () => {
    for (const id of ["", ".", "..", "\ud800"]) assert.strictEqual(pathOf("mdm", id, "x"), undefined)
  })

  it("stays below its parent, whatever the id", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary" }), (id) => {
        const path = pathOf("mdm", "v1", id)
        if (path === undefined) return
        assert.isTrue(isPlexPath(path))
        const { pathname, search } = new URL(`https://plex.test${path}`)
        assert.strictEqual(pathname.split("/").length, 4)
        assert.isTrue(pathname.startsWith("/mdm/v1/") && search === "")
        assert.strictEqual(decodeURIComponent(pathname.slice("/mdm/v1/".length)), id)
      })
    )
  })

  it("has no query, no way up and nothing unencoded", () => {
    assert.isTrue(isPlexPath("/mdm/v1/parts"))
    for (const path of ["", "/", "mdm/v1", "/mdm/../x", "/mdm//x", "/mdm/x?y=1", "/mdm/x#y", "/mdm/x y", "//host/x"]) {
      assert.isFalse(isPlexPath(path), path)
    }
  })
})
