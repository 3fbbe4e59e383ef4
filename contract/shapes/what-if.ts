import * as z from 'zod';
import { Named } from './failover-status.ts';

/** What would happen if something died now: an answer for each thing that may, found out by the machines that would act. */

/** Least first. */
export const whatIfOutcomes = [
  /** The master writes on, and nothing that it needs is gone. */
  'nothing',
  /** The master writes on; something that the next fault would need is gone. */
  'degraded',
  /** Another master writes, by itself, after `writesStopMs`. */
  'failsOver',
  /** No write is acknowledged until what was lost is back; then it goes on by itself. */
  'readOnly',
  /** No write is acknowledged, and a copy is there that could lead if a person says so. */
  'needsPerson',
] as const;
export const WhatIfOutcome = z.enum(whatIfOutcomes);
export type WhatIfOutcome = (typeof whatIfOutcomes)[number];

export const whatIfKinds = [
  'site', 'arbiterSite', 'siteCutOff', 'link', 'allLinks', 'arbiterSiteAndSite', 'arbiterSiteAndLink', 'host', 'instance', 'coordinator', 'providerMember', 'provider',
] as const;
export const WhatIfKind = z.enum(whatIfKinds);
export type WhatIfKind = (typeof whatIfKinds)[number];

/** Acknowledged rows that may be missing afterwards: not in the new master, but kept in lost and found where their disk survives. */
export const whatIfRisks = ['none', 'upToTheLag', 'upToALease', 'allOfOneSide'] as const;
export const WhatIfRisk = z.enum(whatIfRisks);
export type WhatIfRisk = (typeof whatIfRisks)[number];

export const WhatIfEffect = z.object({
  replicaset: Named,
  outcome: WhatIfOutcome,
  /** Who leads now. */
  master: Named.nullable(),
  /** Who would lead instead; null: nobody else. */
  newMaster: Named.nullable(),
  /** At worst. Null: until what was lost is back, or a person acts. */
  writesStopMs: z.number().nonnegative().nullable(),
  /** `needsPerson`: at risk if that person forces the copy that is left to lead. */
  rowsAtRisk: WhatIfRisk,
  /** Why. */
  sentence: z.string(),
  /** What would make it better; it has been tried in the same way, and does. Null: nothing that was tried. */
  wayOut: z.string().nullable(),
});
export type WhatIfEffect = z.output<typeof WhatIfEffect>;

export const WhatIf = z.object({
  /** Stable: the kind and what it names. */
  id: z.string(),
  kind: WhatIfKind,
  title: z.string(),
  /** What is gone with it. A link takes nothing down; it only cuts. */
  takesDown: z.object({ instances: z.array(Named), coordinators: z.array(Named), providerMembers: z.array(z.string()) }),
  worst: WhatIfOutcome,
  /** One line. */
  summary: z.string(),
  /** What was taken for granted where the configuration does not say, a sentence each. */
  assumed: z.array(z.string()),
  /** Those that notice anything at all, the worst first; the others go on as they are. */
  effects: z.array(WhatIfEffect),
  /** How many replicasets notice nothing. */
  untouched: z.number().int().nonnegative(),
});
export type WhatIf = z.output<typeof WhatIf>;
