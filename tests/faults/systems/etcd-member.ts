/** How a member of etcd is started on a node, with the timings that our default lease goes with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export type EtcdMember = {
  readonly node: string;
  readonly listen: { readonly client: string; readonly peer: string };
  /** Where the others find it. */
  readonly doors: { readonly client: string; readonly peer: string };
};

export function etcdArguments(member: EtcdMember, { folder, members }: { readonly folder: string; readonly members: readonly EtcdMember[] }): string[] {
  const data = join(folder, 'etcd');
  const { node, listen, doors } = member;
  return [
    '--name', node, '--data-dir', data, '--logger', 'zap', '--heartbeat-interval', '50', '--election-timeout', '500', '--pre-vote',
    '--listen-client-urls', `http://${listen.client}`, '--advertise-client-urls', `http://${doors.client}`,
    '--listen-peer-urls', `http://${listen.peer}`, '--initial-advertise-peer-urls', `http://${doors.peer}`,
    '--initial-cluster', members.map((one) => `${one.node}=http://${one.doors.peer}`).join(','), '--initial-cluster-state', existsSync(data) ? 'existing' : 'new',
  ];
}

/** Asked from outside of the lab; null: nobody says that it leads. */
export async function leaderOf(members: readonly EtcdMember[]): Promise<string | null> {
  const answers = await Promise.all(members.map(async ({ node, listen }) => {
    const response = await fetch(`http://${listen.client}/v3/maintenance/status`, { method: 'POST', body: '{}', signal: AbortSignal.timeout(500) }).catch(() => null);
    const told = (await response?.json().catch(() => null)) as { leader?: string; header?: { member_id: string } } | null;
    return told?.leader !== undefined && told.leader === told.header?.member_id ? node : null;
  }));
  return answers.find((node) => node !== null) ?? null;
}
