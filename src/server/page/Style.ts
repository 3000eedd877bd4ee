/**
 * How pages look: dark and light as the reader prefers, on any width, without motion that is not asked for.
 */
import { assetPath } from "./assetPath.js"

/** Rows as blocks of cells, each below its heading. */
const blocks = (table: string): string => `
  ${table}, ${table} :is(caption, tbody, tr, th, td) { display: block; }
  ${table} thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  ${table} tbody tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); grid-auto-flow: dense; gap: 0.1rem 0.6rem; padding: 0.5rem 0.8rem; border-top: 1px solid var(--rule); }
  ${table} tbody:first-of-type tr:first-child { border-top: 0; }
  ${table} :is(tbody th, td) { border: 0; padding: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
  ${table} :is(tbody th, td.wide) { grid-column: span 2; }
  ${table} tr.group { padding-block: 0.3rem; background: var(--ground); }
  ${table} tr.group th { grid-column: 1 / -1; }
  ${table} td::before { content: attr(data-head); display: block; color: var(--quiet); font-size: 0.8rem; }
`

/** As specific as a table with many columns. */
const anyTable = "table:is(.many, *)"

export const style = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --line: #d9dde3; --rule: #eceef2;
  --text: #1b2430; --quiet: #566173; --link: #0b57b5; --focus: #0b57b5;
  --good: #17703a; --busy: #0b57b5; --warn: #8a5200; --bad: #b3261e; --idle: #566173;
  --good-ground: #e7f4ec; --busy-ground: #e6effb; --warn-ground: #fdf1dd; --bad-ground: #fdeceb; --idle-ground: #eef0f4;
  --good-bar: #4f9d6f; --warn-bar: #d08a1d; --bad-bar: #d0473d; --idle-bar: #9aa3b2;
  --transient: #6d8fc7; --configuration: #b3261e; --data: #d08a1d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --sheet: #1a2029; --line: #333c49; --rule: #262e39;
    --text: #e4e8ee; --quiet: #a3adbb; --link: #8ab8ff; --focus: #8ab8ff;
    --good: #76cf97; --busy: #8ab8ff; --warn: #efb45a; --bad: #ff9a91; --idle: #a3adbb;
    --good-ground: #17291f; --busy-ground: #172640; --warn-ground: #2f2513; --bad-ground: #361c1b; --idle-ground: #252c37;
    --good-bar: #4f9d6f; --warn-bar: #d39a37; --bad-bar: #e0645a; --idle-bar: #6e7888;
    --transient: #6d8fc7; --configuration: #ff8a80; --data: #d39a37;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--text); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
h1 { font-size: 1.6rem; line-height: 1.25; font-weight: 650; }
main > h1 { margin-bottom: -0.9rem; }
h2 { font-size: 1.1rem; font-weight: 650; }
h3 { font-size: 1rem; font-weight: 650; }
ul { list-style: none; }
a { color: var(--link); text-underline-offset: 0.15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
.width { width: min(80rem, 100% - 2rem); margin-inline: auto; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--quiet); font-size: 0.87rem; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: 0.5rem 1rem; background: var(--sheet); z-index: 1; }
.skip:focus { top: 0.5rem; }

header { background: var(--sheet); border-bottom: 1px solid var(--line); }
header > div { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; align-items: baseline; padding-block: 0.7rem; }
.product { flex: 1 1 18rem; }
.product a { color: inherit; font-weight: 700; text-decoration: none; margin-right: 0.5rem; }
.product a:hover { text-decoration: underline; }
#live.on::before { content: "●"; color: var(--good-bar); margin-right: 0.35em; }
#live.lost { color: var(--bad); font-weight: 600; }
.way { display: flex; flex-wrap: wrap; list-style: none; margin-top: 1rem; font-size: 0.87rem; }
.way li + li::before { content: "/" / ""; color: var(--quiet); margin-inline: 0.6em; }
main { padding-block: 1.25rem 2rem; display: grid; gap: 1.75rem; grid-template-columns: minmax(0, 1fr); }
footer { border-top: 1px solid var(--line); padding-block: 1rem 2rem; display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; justify-content: space-between; }
footer ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }

section { min-width: 0; }
.heading { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; justify-content: space-between; }
section > .heading { margin-bottom: 0.6rem; }
.facility { font-size: 1.2rem; font-weight: 650; }
article { display: grid; gap: 1.75rem; grid-template-columns: minmax(0, 1fr); }
.empty, .told { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 0.9rem 1rem; color: var(--quiet); }
.told { color: var(--text); border-left: 4px solid var(--busy); }
.legend { margin-top: 0.5rem; }

.verdict { background: var(--sheet); border: 1px solid var(--line); border-left: 6px solid var(--tone); border-radius: 8px; padding: 1rem 1.25rem; }
.verdict.good { --tone: var(--good-bar); } .verdict.busy { --tone: var(--busy); } .verdict.warn { --tone: var(--warn-bar); }
.verdict.bad { --tone: var(--bad-bar); } .verdict.idle { --tone: var(--idle-bar); }
.headline { display: flex; align-items: baseline; gap: 0.3rem; font-size: 1.6rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
.headline .sign { font-size: 0.7em; width: 1.75em; height: 1.75em; flex: none; }
.headline + p { margin-top: 0.35rem; }
.problems { margin-top: 0.9rem; border-top: 1px solid var(--rule); }
.problems li { position: relative; padding: 0.7rem 0 0.7rem 1.9rem; border-bottom: 1px solid var(--rule); }
.problems li:last-child { border-bottom: 0; padding-bottom: 0; }
.problems .sign { position: absolute; left: 0; margin-top: 0.15rem; }
.sign { display: inline-grid; place-items: center; width: 1.35em; height: 1.35em; border-radius: 50%; font-size: 0.85em; font-weight: 700; line-height: 1; margin-right: 0.1em; vertical-align: -0.05em; }
.sign.good, .badge.good { color: var(--good); background: var(--good-ground); }
.sign.busy, .badge.busy { color: var(--busy); background: var(--busy-ground); }
.sign.warn, .badge.warn { color: var(--warn); background: var(--warn-ground); }
.sign.bad, .badge.bad { color: var(--bad); background: var(--bad-ground); }
.sign.idle, .badge.idle { color: var(--idle); background: var(--idle-ground); }
.badge { display: inline-block; padding: 0 0.55em 0 0.3em; border-radius: 1em; font-size: 0.87rem; font-weight: 550; white-space: nowrap; }
.why { color: var(--quiet); overflow-wrap: anywhere; }
[aria-current="page"] { color: var(--text); font-weight: 600; text-decoration: none; }
td .why, th .why { display: block; font-size: 0.87rem; font-weight: 400; }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 0.75rem; }
.card { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem 1rem; display: flex; flex-direction: column; gap: 0.5rem; min-width: 0; }
.card.bad { border-color: var(--bad-bar); }
.card.off h3 { color: var(--quiet); }
.card dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.1rem 0.9rem; }
.card dt { color: var(--quiet); }
.foot { display: flex; align-items: end; justify-content: space-between; gap: 1rem; margin-top: auto; }
.trend { display: block; width: 200px; max-width: 100%; height: 43px; min-width: 0; }
td .trend { width: 140px; height: auto; }
.axis { stroke: var(--line); stroke-width: 1; fill: none; vector-effect: non-scaling-stroke; }
.bar.good { fill: var(--good-bar); } .bar.warn { fill: var(--warn-bar); } .bar.bad { fill: var(--bad-bar); } .bar.idle, .bar.busy { fill: var(--idle-bar); }
.mark { stroke-width: 1.8; fill: none; } .mark.warn { fill: var(--warn); } .mark.bad { stroke: var(--bad); } .mark.idle { stroke: var(--idle); }
.errors { display: block; width: 100%; height: 72px; }
.errors .transient { fill: var(--transient); } .errors .configuration { fill: var(--configuration); } .errors .data { fill: var(--data); }
.swatch { display: inline-block; width: 0.75em; height: 0.75em; border-radius: 2px; }
.swatch.transient { background: var(--transient); } .swatch.configuration { background: var(--configuration); } .swatch.data { background: var(--data); }
figure { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1rem 0.5rem; margin-bottom: 0.75rem; }
figcaption { display: flex; justify-content: space-between; gap: 1rem; color: var(--quiet); font-size: 0.87rem; padding-top: 0.3rem; }
meter, progress { width: 7rem; height: 0.6rem; vertical-align: 0.05em; }
meter::-webkit-meter-bar { background: var(--idle-ground); border: 1px solid var(--line); border-radius: 1em; height: 0.6rem; }
meter::-webkit-meter-optimum-value { background: var(--good-bar); } meter::-webkit-meter-suboptimum-value { background: var(--warn-bar); }
.gauge { display: inline-flex; align-items: center; justify-content: end; gap: 0.6rem; white-space: nowrap; }
.gauge meter, .gauge progress { width: 4rem; }
.budget { display: grid; gap: 0.1rem; }
.budget meter { width: 100%; height: 0.8rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9.5rem, 100%), 1fr)); gap: 0.75rem; }
.figure { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem 1rem; }
.figure dd { display: grid; }
.value { font-size: 1.5rem; line-height: 1.3; font-weight: 600; }

table { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; }
caption { text-align: left; color: var(--quiet); padding-bottom: 0.4rem; }
th, td { overflow-wrap: break-word; padding: 0.4rem 0.7rem; text-align: left; vertical-align: top; border-top: 1px solid var(--rule); }
thead th { font-size: 0.8rem; font-weight: 550; color: var(--quiet); border-top: 0; vertical-align: bottom; overflow-wrap: normal; }
tbody th { font-weight: 550; white-space: nowrap; }
.free, code { overflow-wrap: anywhere; white-space: normal; }
th .free { display: inline-block; min-width: min(11rem, 100%); }
figcaption span:not(:nth-child(2)) { white-space: nowrap; }
tr.group th { background: var(--ground); color: var(--quiet); font-size: 0.87rem; font-weight: 650; }
.number { text-align: right; }
td.number { white-space: nowrap; }
td.nothing { color: var(--quiet); }
.moment { white-space: nowrap; }
details { margin-top: 0.75rem; }
summary { cursor: pointer; padding: 0.3rem 0; color: var(--link); width: fit-content; }
details[open] > summary { margin-bottom: 0.4rem; }
pre { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 0; white-space: pre-wrap; font: 0.87rem/1.5 ui-monospace, "Liberation Mono", monospace; }
code { font: 0.9em ui-monospace, "Liberation Mono", monospace; }

button, .button { font: inherit; color: var(--link); background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; padding: 0.25rem 0.8rem; cursor: pointer; white-space: nowrap; min-height: 2rem; }
button:hover { border-color: var(--link); }
button.plain { border: 0; padding: 0; min-height: 0; background: none; text-decoration: underline; text-underline-offset: 0.15em; }
form.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 1.25rem; display: grid; gap: 0.9rem; width: min(28rem, 100%); }
label { display: grid; gap: 0.25rem; font-weight: 550; }
input { font: inherit; padding: 0.4rem 0.6rem; border: 1px solid var(--quiet); border-radius: 6px; background: var(--sheet); color: var(--text); width: 100%; }
.wrong { color: var(--bad); }
.pages { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; margin-top: 0.75rem; align-items: baseline; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.2rem 1.25rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 0.9rem 1rem; }
.facts dt { color: var(--quiet); }

@media (max-width: 74rem) {
  th, td { padding-inline: 0.45rem; }
  td .gauge meter { display: none; }
  td .trend { width: 100px; }
}
@media (max-width: 62rem) {${blocks("table.many")}}
@media (max-width: 40rem) {${blocks(anyTable)}
  ${anyTable} :is(tbody th, td.wide) { grid-column: 1 / -1; }
  ${anyTable} td.wide { display: flex; gap: 0 1rem; justify-content: space-between; align-items: baseline; flex-wrap: wrap; }
  ${anyTable} td.wide .why { flex-basis: 100%; }
  ${anyTable} td.nothing { display: none; }
}
@media (max-width: 40rem) {
  html { font-size: 16px; }
  .width { width: calc(100% - 1.5rem); }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd { margin-bottom: 0.4rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media (forced-colors: active) { .bar, .errors rect { fill: CanvasText; } .mark { stroke: CanvasText; } .swatch { forced-color-adjust: none; } }
@media print { header, footer, form, .skip { display: none; } }
`

export const stylePath = assetPath("page", "css", style)
