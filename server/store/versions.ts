import type { ConfigMeta, Surface } from '~/contract/shapes/config.ts';
import type { Committed } from '~/link/protocol.ts';
import type { Db } from './database.ts';
import type { Direct, Statements } from './direct.ts';
import type { VersionStore } from './types.ts';

/** Configuration versions. The head counter is moved first: of several writers exactly one moves it from n to n + 1. */
export function versionStore(db: Db, direct: Direct): VersionStore {
  return {
    latest: async () => committed(await db.version.findFirst({ orderBy: { version: 'desc' } })),
    // Asked each second, so it is SQL and not made by the query engine.
    head: async () => {
      const [row] = await direct.$queryRaw<{ version: number | bigint; hash: string }[]>`SELECT "version", "hash" FROM "Version" ORDER BY "version" DESC LIMIT 1`;
      return row === undefined ? null : { version: Number(row.version), hash: row.hash };
    },
    get: async (version) => committed(await db.version.findUnique({ where: { version } })),
    list: async ({ limit, offset }) => (await db.version.findMany({ orderBy: { version: 'desc' }, take: limit, skip: offset, omit: { document: true } })).map(metaOf),
    append: (version) => direct.$transaction(async (tx) => ((await appendIn(tx, version)) ? 'appended' : 'stale')),
    adopt: (version) =>
      db.$transaction(async (tx) => {
        const head = await tx.head.findUnique({ where: { name: 'config' } });
        if (head === null || head.value >= version.meta.version || !(await moveHead(tx, head.value, version.meta.version))) return 'not ahead';
        await insert(tx, version);
        return 'adopted';
      }),
  };
}

/** False when `version` is not the newest + 1; then nothing has changed. */
export async function appendIn(tx: Statements, version: Committed): Promise<boolean> {
  if (!(await moveHead(tx, version.meta.version - 1, version.meta.version))) return false;
  await insert(tx, version);
  return true;
}

async function moveHead(tx: Statements, from: number, to: number): Promise<boolean> {
  return (await tx.$executeRaw`UPDATE "Head" SET "value" = ${to} WHERE "name" = 'config' AND "value" = ${from}`) === 1;
}

async function insert(tx: Statements, { meta, text }: Committed): Promise<void> {
  const { version, hash, author, surface, reason, at, base } = meta;
  // As SQL: the query engine would copy a document of megabytes several times on its way.
  await tx.$executeRaw`INSERT INTO "Version" ("version", "hash", "author", "surface", "reason", "at", "base", "document") VALUES (${version}, ${hash}, ${author}, ${surface}, ${reason}, ${BigInt(at)}, ${base}, ${text})`;
}

type MetaRow = { version: number; hash: string; author: string; surface: string; reason: string | null; at: bigint; base: number | null };

function metaOf(row: MetaRow): ConfigMeta {
  const { version, hash, author, surface, reason, at, base } = row;
  // Written from a ConfigMeta, and never changed since.
  return { version, hash, author, surface: surface as Surface, reason, at: Number(at), base };
}

const committed = (row: (MetaRow & { document: string }) | null): Committed | null => row && { meta: metaOf(row), text: row.document };
