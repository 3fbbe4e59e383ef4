import type { Clock } from '~/iproto/clock.ts';
import type { CallOptions, EndpointHealth } from '../provider.ts';
import type { Caller } from './caller.ts';
import type { Endpoint } from './endpoint.ts';

type Status = { readonly header?: { readonly member_id?: string }; readonly version?: string; readonly leader?: string; readonly isLearner?: boolean; readonly dbSize?: string; readonly errors?: readonly string[] };

/** Each member by its own word. Never throws. */
export async function memberHealth({ caller, clock }: { readonly caller: Caller; readonly clock: Clock }, endpoint: Endpoint, options: CallOptions & { readonly members: number | null }): Promise<EndpointHealth> {
  const startedAt = clock.now();
  try {
    const { body } = await caller.call('/v3/maintenance/status', '{}', { timeoutMs: options.timeoutMs, endpoints: [endpoint] });
    const { header, version, leader = '0', isLearner, dbSize, errors = [] } = body as Status;
    return {
      address: endpoint.address,
      role: isLearner ? 'learner' : leader === '0' ? null : leader !== header?.member_id ? 'follower' : options.members === 1 ? 'single' : 'leader',
      version: version ?? null,
      roundTripMs: clock.now() - startedAt,
      error: null,
      alarms: errors.map(sentence),
      databaseBytes: dbSize === undefined ? null : Number(dbSize),
    };
  } catch (error) {
    return { address: endpoint.address, role: null, version: null, roundTripMs: null, error: error instanceof Error ? error.message : String(error), alarms: [], databaseBytes: null };
  }
}

/** How many members there are; null: nobody says. */
export async function memberCount(caller: Caller, options: CallOptions): Promise<number | null> {
  try {
    const { body } = await caller.call('/v3/cluster/member/list', '{}', options);
    return (body as { members?: readonly unknown[] }).members?.length ?? null;
  } catch {
    return null;
  }
}

function sentence(error: string): string {
  if (/NOSPACE/.test(error)) return 'no space left (alarm NOSPACE): it takes no writes until it is compacted and defragmented, and the alarm disarmed';
  if (/CORRUPT/.test(error)) return 'its data differs from the others\' (alarm CORRUPT): replace this member';
  if (/no leader/.test(error)) return 'it sees no leader';
  return error.slice(0, 200);
}
