'use client';
import { countText } from '~/app/lib/format.ts';
import type { Mark } from '~/app/lib/health.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { FailoverStatus, Move, Order } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';

const moveMarks = { waiting: 'off', moving: 'unknown', done: 'ok', refused: 'critical', skipped: 'off' } as const satisfies Record<Move['state'], Mark>;

/** What people have ordered: under way, or over since a moment. */
export function Orders({ status: { orders } }: { status: Pick<FailoverStatus, 'orders'> }) {
  if (orders.length === 0) return null;
  return <section className={styles.section} aria-label="Orders"><h2>Ordered</h2><ul className={styles.orders} data-testid="orders">{orders.map((order) => <OrderRow key={order.id} order={order} />)}</ul></section>;
}

export function OrderRow({ order: { kind, sentence, by, reason, startedAt, finishedAt, moves } }: { order: Order }) {
  const done = moves.filter(({ state }) => state !== 'waiting' && state !== 'moving').length;
  return (
    <li data-order={kind} data-finished={finishedAt !== null || undefined}>
      <div>{sentence} <span className={styles.quiet}>by {by}, <Ago at={startedAt} />{reason === null ? '' : `: ${reason}`}</span></div>
      {finishedAt === null && moves.length > 1 && <div className={styles.more}>{done} of {countText(moves.length, 'replicaset')}</div>}
      <ul className={styles.moves}>{moves.map((move) => <MoveRow key={move.replicaset.uuid} move={move} alone={moves.length === 1 && finishedAt !== null} />)}</ul>
    </li>
  );
}

/** `alone`: what became of it has been said. */
export function MoveRow({ move: { replicaset, from, to, state, sentence }, alone = false }: { move: Move; alone?: boolean }) {
  return (
    <li data-move={replicaset.alias} data-state={state}>
      <HealthMark health={moveMarks[state]} size={13}>{`${replicaset.alias}: ${from?.alias ?? 'nobody'} → ${to?.alias ?? 'the best one'}`}</HealthMark>
      {!alone && <span className={styles.quiet}>{sentence}</span>}
    </li>
  );
}
