import { encode } from '~/iproto/index.ts';
import type { DataSpace } from '~/contract/shapes/data.ts';
import type { DataHandlers } from '~/agent/data-calls.ts';
import { CoterieError } from '~/contract/errors.ts';

/** One space with one row, on an agent without a Tarantool: enough to see that all surfaces say the same. */

const orders: DataSpace = {
  id: 512, name: 'orders', engine: 'memtx', system: false, temporary: false, localOnly: false, rows: 1,
  columns: [{ name: 'id', type: 'unsigned', nullable: false }, { name: 'item', type: 'string', nullable: true }],
  indexes: [{ id: 0, name: 'pk', type: 'TREE', unique: true, ordered: true, parts: [{ field: 1, type: 'unsigned', path: null, collation: null, nullable: false }] }],
  sharding: null,
};
const text = (...values: (string | number)[]) => encode(values).toString('base64');

export function fakeData(): DataHandlers {
  const known = (space: string) => {
    if (space !== 'orders') throw new CoterieError('NOT_FOUND', `There is no space ${space} here.`);
    return orders;
  };
  return {
    dataSpace: async ({ space }) => known(space),
    dataSpaces: async () => ({ spaces: [orders], complete: true }),
    dataPage: async ({ space }) => ({ rows: known(space) && [{ row: text(1, 'tea'), place: text(1), at: null }], looked: 1, collations: [null], place: null, offset: null, buckets: null }),
    dataLook: async ({ space, kind }) => ({ definition: known(space), epoch: 0, readOnly: false, bucket: null, owns: true, state: null, before: kind === 'insert' ? null : text(1, 'tea'), after: kind === 'delete' ? null : text(1, 'cake'), fault: null }),
    dataWrite: async () => ({ after: null }),
  };
}
