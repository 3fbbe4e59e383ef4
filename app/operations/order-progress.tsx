'use client';
import { Group, Loader, Text } from '@mantine/core';
import Link from 'next/link';
import failover from '~/app/failover/failover.module.css';
import { MoveRow, OrderRow } from '~/app/failover/orders.tsx';
import { underWay } from '~/app/lib/failover.ts';
import type { MutationName, OutcomeOf } from '~/app/lib/operation-types.ts';
import { incidentsOf } from '~/app/lib/incidents.ts';
import { useFailover } from '~/app/live/use-failover.ts';
import { Move } from '~/contract/shapes/failover-status.ts';

/** Changes of masters that people have ordered: the server tells of each step. */
export const isOrder = (operation: MutationName): boolean => operation === 'failover.switch' || operation === 'failover.promote' || operation === 'failover.evacuate';

/** What is being moved while the answer is awaited, and what the coordinator does for it. */
export function OrderProgress() {
  const { status } = useFailover();
  const orders = status === null ? [] : underWay(status.orders);
  const working = status?.replicasets.filter((set) => set.working !== null) ?? [];
  return (
    <div role="status" data-testid="order-progress">
      {orders.length === 0 ? <Group gap="sm"><Loader size="xs" /><Text size="sm" c="dimmed">Under way…</Text></Group> : <ul className={failover.orders}>{orders.map((order) => <OrderRow key={order.id} order={order} />)}</ul>}
      {working.map(({ uuid, alias, working: does }) => <Text key={uuid} size="sm" c="dimmed">{alias}: {does}</Text>)}
    </div>
  );
}

/** What became of each replicaset, and where it is told. */
export function FailoverOutcome({ data }: { data: OutcomeOf['data'] }) {
  if (data === null) return null;
  const moves = Move.array().safeParse(data.moves).data ?? [];
  const changed = typeof data.replicaset === 'string' && typeof data.epoch === 'number' ? data.replicaset : null;
  return (
    <>
      {moves.length > 0 && <ul className={failover.moves}>{moves.map((move) => <MoveRow key={move.replicaset.uuid} move={move} />)}</ul>}
      {(changed !== null || moves.length > 0) && <Text size="sm"><Link href={changed === null ? '/failover?tab=incidents' : incidentsOf(changed)}>{changed === null ? 'The incidents' : `Incidents of ${changed}`}</Link></Text>}
    </>
  );
}
