/**
 * A part of a page: a landmark with its heading.
 */
import type { ComponentChildren } from "preact"

interface SectionProperties {
  readonly id: string
  readonly title: string
  /** Said beside the heading. */
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
}

export const Section = ({ aside, children, id, title }: SectionProperties) => (
  <section id={id} aria-labelledby={`${id}-title`}>
    <div class="heading">
      <h2 id={`${id}-title`}>{title}</h2>
      {aside === undefined ? null : <p class="quiet">{aside}</p>}
    </div>
    {children}
  </section>
)

/** What is said where there is nothing to show yet. */
export const Empty = ({ children }: { readonly children: ComponentChildren }) => <p class="empty">{children}</p>
