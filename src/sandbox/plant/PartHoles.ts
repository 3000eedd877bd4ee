import { RawNumber } from "./RawNumber.js"
import type { HoleName } from "./Holes.js"

/** What a hole does to a part: fields of its record to replace; `undefined` takes the field out. */
export interface PartHole {
  readonly hole: HoleName
  readonly fields: Readonly<Record<string, unknown>>
}

/** 11,500 bytes in 4,600 characters: a cut inside a character shows. */
const longNote = "Kühlkette prüfen 冷凍 ❄️ ".repeat(400)

/** One part each in a demo plant, three each in a bigger one. */
export const partHoles: ReadonlyArray<PartHole> = [
  { hole: "part-without-name", fields: { name: null } },
  { hole: "part-name-absent", fields: { name: undefined } },
  { hole: "part-without-number", fields: { number: null, revision: null } },
  { hole: "part-obsolete", fields: { status: "Obsolete" } },
  { hole: "part-name-too-long", fields: { name: `${"Tropical fruit medley, extra fine cut, ".repeat(4)}5 kg` } },
  { hole: "part-description-too-long", fields: { description: "Individually quick frozen. ".repeat(24) } },
  { hole: "part-note-too-long", fields: { note: longNote } },
  { hole: "text-emoji", fields: { name: "Mango 🥭 mix 👩‍👩‍👧‍👦 2 kg", description: "🍓🫐🍍" } },
  { hole: "text-quotes", fields: { name: `Berry "Deluxe" 'mix' \\ 3/4" <b>&amp;</b>`, description: "a\tb\r\nc" } },
  { hole: "text-nul", fields: { name: "Cherry\u0000pitted", note: "before\u0000after" } },
  { hole: "text-lone-surrogate", fields: { name: "Papaya \ud83d cubes", description: "\udc00 tail" } },
  { hole: "text-rtl", fields: { name: "תות שדה קפוא", description: "فراولة مجمدة ‏(5 kg)" } },
  { hole: "number-as-text", fields: { leadTimeDays: "12.5" } },
  { hole: "number-long-integer", fields: { leadTimeDays: new RawNumber("9007199254740993") } },
  { hole: "number-long-decimal", fields: { leadTimeDays: new RawNumber("12345678901234.56789") } },
  {
    hole: "fields-unknown",
    fields: { traceClass: "T2", custom: { colour: "red", tags: ["x", { deep: null }] }, $v: 3 }
  },
  {
    hole: "fields-absent",
    fields: { description: undefined, group: undefined, note: undefined, createdById: undefined, allergens: undefined }
  },
  { hole: "fields-null", fields: { description: null, type: null, group: null, modifiedDate: null, allergens: null } }
]
