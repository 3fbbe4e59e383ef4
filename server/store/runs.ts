import type { ApplyRun, InstanceApply } from '~/contract/shapes/plan.ts';
import { auditAlongside } from './audit.ts';
import type { Db } from './database.ts';
import type { Direct } from './direct.ts';
import type { RunStore, StoredRun } from './types.ts';
import { appendIn } from './versions.ts';

const unfinishedMax = 100;

/**
 * Apply runs. A run's state only moves forward, and each move names the state that it leaves. What every change of the
 * configuration waits for is SQL: made by the query engine, it takes several times what the database takes.
 */
export function runStore(db: Db, direct: Direct): RunStore {
  const move = async (id: string, from: ApplyRun['state'][], data: object) => (await db.run.updateMany({ where: { id, state: { in: from } }, data })).count === 1;
  return {
    begin: async (run, owner) => {
      const { id, version, baseVersion, state, author, surface, reason, startedAt, instances } = rowOf(run, owner);
      await direct.$executeRaw`INSERT INTO "Run" ("id", "version", "baseVersion", "state", "owner", "author", "surface", "reason", "startedAt", "instances") VALUES (${id}, ${version}, ${baseVersion}, ${state}, ${owner}, ${author}, ${surface}, ${reason}, ${startedAt}, ${instances})`;
    },
    decide: (id, { owner, at, version, instances, audit }) =>
      direct.$transaction(async (tx) => {
        // The head first: the row on which all deciders queue, whatever run they decide.
        if (!(await appendIn(tx, version))) return 'stale';
        const moved = await tx.$executeRaw`UPDATE "Run" SET "state" = 'decided', "decidedAt" = ${BigInt(at)}, "instances" = ${JSON.stringify(instances)} WHERE "id" = ${id} AND "owner" = ${owner} AND "state" = 'preparing' AND "version" = ${version.meta.version}`;
        if (moved !== 1) throw new Gone();
        if (audit !== null) await auditAlongside(tx, audit);
        return 'decided' as const;
      }).catch((error: unknown) => {
        if (error instanceof Gone) return 'gone';
        throw error;
      }),
    abort: (id, { at, error, instances }) => move(id, ['preparing'], { state: 'aborted', finishedAt: BigInt(at), error, instances: JSON.stringify(instances) }),
    progress: async (id, instances) => (await db.run.updateMany({ where: { id }, data: { instances: JSON.stringify(instances) } })).count === 1,
    finish: async (id, { at, state, instances }) =>
      (await direct.$executeRaw`UPDATE "Run" SET "state" = ${state}, "finishedAt" = ${BigInt(at)}, "instances" = ${JSON.stringify(instances)} WHERE "id" = ${id} AND "state" IN ('decided', ${state === 'done' ? 'partial' : 'decided'})`) === 1,
    takeOver: async (id, from, to) => (await db.run.updateMany({ where: { id, owner: from, state: { in: ['preparing', 'decided'] } }, data: { owner: to } })).count === 1,
    unfinished: async () => (await db.run.findMany({ where: { state: { in: ['preparing', 'decided'] } }, orderBy: { startedAt: 'asc' }, take: unfinishedMax })).map(storedOf),
    get: async (id) => {
      const row = await db.run.findUnique({ where: { id } });
      return row && storedOf(row);
    },
    list: async ({ state, limit, offset }) =>
      (await db.run.findMany({ where: state === undefined ? {} : { state }, orderBy: [{ startedAt: 'desc' }, { id: 'desc' }], take: limit, skip: offset })).map((row) => storedOf(row).run),
  };
}

/** Rolls the appended version back together with the transaction. */
class Gone extends Error {}

const bigOrNull = (time: number | null) => (time === null ? null : BigInt(time));
const numberOrNull = (time: bigint | null) => (time === null ? null : Number(time));

function rowOf({ id, version, baseVersion, state, author, surface, reason, error, ...run }: ApplyRun, owner: string) {
  return { id, version, baseVersion, state, author, surface, reason, error, owner, startedAt: BigInt(run.startedAt), decidedAt: bigOrNull(run.decidedAt), finishedAt: bigOrNull(run.finishedAt), instances: JSON.stringify(run.instances) };
}

type Row = Omit<ReturnType<typeof rowOf>, 'state'> & { state: string };

function storedOf({ owner, startedAt, decidedAt, finishedAt, instances, state, ...rest }: Row): StoredRun {
  const run: ApplyRun = {
    ...rest,
    // Both were written from an ApplyRun by this file.
    state: state as ApplyRun['state'],
    instances: JSON.parse(instances) as InstanceApply[],
    startedAt: Number(startedAt),
    decidedAt: numberOrNull(decidedAt),
    finishedAt: numberOrNull(finishedAt),
  };
  return { run, owner };
}
