/**
 * The button that asks for a run now.
 */
import type { Extractor } from "../../domain/Flow.js"
import { below, type Viewer } from "./Viewer.js"

export const RunNow = ({ extractor, viewer }: { readonly extractor: Extractor; readonly viewer: Viewer }) =>
  viewer.admin === "yes" ? (
    <form method="post" action={below(viewer, `/run/${extractor}`)}>
      <button type="submit">
        Run <span class="unseen">{extractor} </span>now
      </button>
    </form>
  ) : null
