/**
 * Lines of control plans, plan by plan: each an inspection point.
 */
import { Effect, Schema, Stream } from "effect"
import { pathOf } from "../domain/plex/PlexPath.js"
import type { ControlPlan } from "../domain/records/ControlPlan.js"
import { ControlPlanLine, inspectionPointAsset } from "../domain/records/ControlPlanLine.js"
import { fingerprintOf, type SweepObject } from "../domain/SweepObject.js"
import { Cdf } from "../services/Cdf.js"
import type { LedgerRow } from "../services/Ledger.js"
import { FlowRun } from "./FlowRun.js"
import { flow } from "./runFlow.js"
import { map } from "./stages/map.js"
import { tallied } from "./stages/read.js"
import { SetReplacement, type ShownMembers } from "./stages/replace.js"
import { asSet, listOfObject } from "./stages/sets.js"
import { sweep } from "./stages/sweep.js"
import { toCdf } from "./stages/write.js"

const SweptPlan = Schema.parseJson(Schema.Struct({ id: Schema.String, number: Schema.NullOr(Schema.String) }))

/** A control plan as the sweep needs it. */
export const planToSweep = (plan: ControlPlan): SweepObject | undefined =>
  plan.id
    ? {
        key: plan.id,
        fingerprint: fingerprintOf(JSON.stringify(plan)),
        content: JSON.stringify({ id: plan.id, number: plan.controlPlanNo ?? null }),
        again: true
      }
    : undefined

/** The plans of inspection points, which only CDF can tell. */
const plansOf = (rows: ReadonlyArray<LedgerRow>) =>
  Effect.gen(function* () {
    const held = yield* (yield* Cdf).byids(
      "assets",
      rows.map(({ externalId }) => externalId)
    )
    return new Map(
      held.flatMap(({ externalId, metadata }) => {
        const plan = metadata["control_plan_id"]
        return externalId === undefined || plan === undefined ? [] : [[externalId, plan] as const]
      })
    )
  })

export const controlPlanLines = flow(
  "control-plan-lines",
  Effect.gen(function* () {
    const { ids } = (yield* FlowRun).facility
    const replacement = new SetReplacement()
    const shown = (
      plans: ReadonlyArray<{ readonly id: string; readonly keys: ReadonlyArray<string> }>
    ): ShownMembers => ({
      kind: "assets",
      sets: plans.map(({ id, keys }) => ({ key: id, keys, sequence: undefined })),
      idOf: (key) => ids.of("inspection_point", key),
      ownersOf: plansOf
    })
    yield* sweep({
      content: SweptPlan,
      read: ({ id }) =>
        tallied(listOfObject(pathOf("quality", "v1", "control-plans", id, "control-plan-lines"))).pipe(
          asSet(ControlPlanLine)
        ),
      sizeOf: ({ records }) => records.length,
      write: (sets) =>
        Effect.gen(function* () {
          yield* Stream.fromIterable(
            sets.flatMap(({ object, set }) => set.records.map((line) => ({ line, number: object.number ?? undefined })))
          ).pipe(
            map((facility) => {
              const asset = inspectionPointAsset(facility)
              return ({ line, number }) => asset(line, number)
            }),
            toCdf("assets")
          )
          return yield* replacement.members(shown(sets.map(({ object, set }) => ({ ...object, keys: set.keys }))))
        }),
      gone: (plans) => replacement.gone(shown(plans.map((plan) => ({ ...plan, keys: [] })))),
      listed: { assets: "inspection_point" }
    })
  }),
  { optional: true, sweep: true }
)
