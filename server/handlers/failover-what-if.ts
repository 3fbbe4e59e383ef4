import type { WhatIf, WhatIfKind } from '~/contract/shapes/what-if.ts';
import type { Context } from './context.ts';
import { findReplicaset } from './names.ts';

/** What would happen if something died now. Worked out from the last picture; nothing is asked of any agent but the coordinator. */
export async function whatIfNow(context: Context, { kind, replicaset }: { kind?: WhatIfKind | undefined; replicaset?: string | undefined }): Promise<WhatIf[]> {
  const { runtime } = context.services;
  const only = replicaset === undefined ? null : findReplicaset(context, replicaset).uuid;
  const all = await runtime.failover.rehearsal.run();
  return all.flatMap((one) => {
    if (kind !== undefined && one.kind !== kind) return [];
    if (only === null) return [one];
    const effects = one.effects.filter((effect) => effect.replicaset.uuid === only);
    return effects.length === 0 ? [] : [{ ...one, effects, worst: effects[0]!.outcome }];
  });
}
