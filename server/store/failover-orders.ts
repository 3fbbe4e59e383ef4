import type { Order } from '~/contract/shapes/failover-status.ts';
import type { Db } from './database.ts';
import type { FailoverOrderStore } from './failover-types.ts';

/** Orders of people, kept so that every server shows them. The server that carries one out changes it; where it falls silent whoever notices first ends it, and its own word counts again when it is back. */
export function failoverOrderStore(db: Db): FailoverOrderStore {
  const rowOf = (order: Order) => ({ startedAt: BigInt(order.startedAt), finishedAt: order.finishedAt === null ? null : BigInt(order.finishedAt), document: JSON.stringify(order) });
  return {
    list: async ({ endedSince, limit }) => {
      const rows = await db.failoverOrder.findMany({ where: { OR: [{ finishedAt: null }, { finishedAt: { gte: BigInt(Math.max(0, endedSince)) } }] }, orderBy: [{ startedAt: 'desc' }, { id: 'desc' }], take: limit });
      // Written by `begin`, `change` and `end` below.
      return rows.map(({ server, beat, document }) => ({ server, beat, order: JSON.parse(document) as Order }));
    },
    begin: async (order, server) => {
      // It may be there already, where the answer to the first try was lost.
      await db.failoverOrder.upsert({ where: { id: order.id }, create: { id: order.id, server, beat: 0, ...rowOf(order) }, update: {} });
    },
    change: async (order, { server, beat }) => (await db.failoverOrder.updateMany({ where: { id: order.id, server, beat: { lt: beat } }, data: { beat, ...rowOf(order) } })).count === 1,
    end: async (order, { server, beat }) => (await db.failoverOrder.updateMany({ where: { id: order.id, server, beat, finishedAt: null }, data: rowOf(order) })).count === 1,
    prune: async (endedBefore) => (await db.failoverOrder.deleteMany({ where: { finishedAt: { lt: BigInt(Math.max(0, endedBefore)) } } })).count,
  };
}
