import type { ObjectRef } from '~/contract/shapes/view.ts';
import { marksMax, type Mark } from '~/core/issues/marks.ts';
import type { Db } from './database.ts';
import type { IssueMarkStore } from './types.ts';

/** Acknowledgements and mutes: one of each kind and scope, the last one made. */
export function issueMarkStore(db: Db): IssueMarkStore {
  return {
    list: async () => (await db.issueMark.findMany({ orderBy: [{ at: 'asc' }, { kind: 'asc' }, { scope: 'asc' }], take: 2 * marksMax })).map(markOf),
    put: async (mark) => {
      const { kind, scope, ...rest } = rowOf(mark);
      await db.issueMark.upsert({ where: { kind_scope: { kind, scope } }, create: { kind, scope, ...rest }, update: rest });
    },
    remove: async ({ kind, scope, at }) => (await db.issueMark.deleteMany({ where: { kind, scope, at: BigInt(at) } })).count === 1,
  };
}

const rowOf = ({ kind, scope, object, by, at, until, reason }: Mark) => ({ kind, scope, objectKind: object.kind, objectId: object.id, objectName: object.name, by, at: BigInt(at), until: until === null ? null : BigInt(until), reason });

function markOf({ kind, scope, objectKind, objectId, objectName, by, at, until, reason }: Omit<ReturnType<typeof rowOf>, 'kind' | 'objectKind'> & { kind: string; objectKind: string }): Mark {
  // Both words were written from a Mark by this file.
  return { kind: kind as Mark['kind'], scope, object: { kind: objectKind as ObjectRef['kind'], id: objectId, name: objectName }, by, at: Number(at), until: until === null ? null : Number(until), reason };
}
