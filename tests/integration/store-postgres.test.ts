import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapterFor } from '~/server/store/adapter.ts';
import { Rules } from '~/server/runtime/rules.ts';
import { openStore, type Store } from '~/server/store/index.ts';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
import { alertSuite } from '~/tests/unit/store/alerts-suite.ts';
import { auditSuite } from '~/tests/unit/store/audit-suite.ts';
import { failoverSuite } from '~/tests/unit/store/failover-suite.ts';
import { migrationSuite, storeSuite } from '~/tests/unit/store/suite.ts';
import { committed, entry, event, instances, run, t0 } from '~/tests/unit/store/values.ts';
import { startWriter } from './store-processes.ts';

let postgres: Postgres;
let databases = 0;
const newUrl = () => postgres.createDatabase(`t${++databases}`);

beforeAll(async () => void (postgres = await startPostgres()));
afterAll(() => postgres.stop());

const open = async () => {
  const store = await openStore(newUrl());
  return { store, end: () => store.close() };
};

storeSuite('PostgreSQL', open);
alertSuite('PostgreSQL', open);
auditSuite('PostgreSQL', open);
failoverSuite('PostgreSQL', open);

migrationSuite('PostgreSQL', newUrl);

describe('several servers on one PostgreSQL', () => {
  let url: string;
  let stores: [Store, Store];
  beforeAll(async () => {
    url = newUrl();
    // Both start at once, on an empty database.
    stores = await Promise.all([openStore(url), openStore(url)]);
  });
  afterAll(() => Promise.all(stores.map((store) => store.close())));

  it('race for each version, and exactly one wins, 200 times', async () => {
    const wins = [0, 0];
    for (let version = 1; version <= 200; version += 1) {
      const answers = await Promise.all(stores.map((store, n) => store.versions.append(committed(version, `{"by":${n}}`))));
      expect(answers.toSorted(), `version ${version}`).toEqual(['appended', 'stale']);
      const winner = answers.indexOf('appended');
      wins[winner]! += 1;
      expect((await stores[1 - winner]!.versions.latest())?.text).toBe(`{"by":${winner}}`);
    }
    expect(wins[0]! + wins[1]!).toBe(200);
  });

  it('decide one of two runs, and one run once', async () => {
    for (let version = 201; version <= 230; version += 1) {
      await Promise.all(stores.map((store, n) => store.runs.begin(run(`v${version}-${n}`, version), `s${n}`)));
      const tries = stores.flatMap((store, n) => [0, 1].map(() => store.runs.decide(`v${version}-${n}`, { owner: `s${n}`, at: 1, version: committed(version), instances, audit: null })));
      expect((await Promise.all(tries)).filter((answer) => answer === 'decided'), `version ${version}`).toHaveLength(1);
    }
    const decided = (await stores[0].runs.unfinished()).filter((stored) => stored.run.state === 'decided');
    expect(decided.map((stored) => stored.run.version)).toEqual(Array.from({ length: 30 }, (_, n) => 201 + n));
  });

  it('take over a run that its server left behind, one of them', async () => {
    for (const { run: left, owner } of await stores[0].runs.unfinished()) {
      const takers = await Promise.all(stores.map((store, n) => store.runs.takeOver(left.id, owner, `taker${n}`)));
      expect(takers.filter(Boolean)).toHaveLength(1);
    }
  });

  it('hold a lock one at a time', async () => {
    for (let round = 0; round < 30; round += 1) {
      const answers = await Promise.all(stores.flatMap((store, n) => [0, 1].map((m) => store.locks.take(`l${round}`, `s${n}-${m}`, 60_000))));
      expect(answers.filter(({ held }) => held)).toHaveLength(1);
    }
  });

  it('have the same rules: one that is made, changed or taken away at one server holds at the other', async () => {
    const [one, other] = stores.map((store) => new Rules({ store, now: () => t0 }, { name: 'demo' })) as [Rules, Rules];
    await Promise.all([one.load(), other.load()]);
    const rule = { name: 'busy', watch: 'count', kind: 'action', per: 'object', count: 3, minutes: 10, severity: 'warning', todo: '', enabled: true } as const;
    const shown = async () => [await other.look(), other.find('busy')?.rule.count ?? null];
    await one.put({ rule, by: 'ann', at: t0 });
    expect(await shown()).toEqual([true, 3]);
    await one.put({ rule: { ...rule, count: 7 }, by: 'ann', at: t0 });
    expect(await shown()).toEqual([true, 7]);
    expect(await shown()).toEqual([false, 7]);
    await Promise.all(stores.map((store, n) => store.rules.put({ rule: { ...rule, count: 10 + n }, by: `s${n}`, at: t0 })));
    const kept = (await stores[0].rules.list()).filter(({ rule: { name } }) => name === 'busy');
    expect(kept).toHaveLength(1);
    await Promise.all([one.look(), other.look()]);
    expect([one.find('busy'), other.find('busy')].map((known) => known?.by)).toEqual([kept[0]!.by, kept[0]!.by]);
    await one.remove('busy');
    expect(await shown()).toEqual([true, null]);
  });

  it('find the same by their rules, each event once, in whatever order the events become visible', async () => {
    const rules = stores.map((store) => new Rules({ store, now: () => t0 + 60_000 }, { name: 'demo' })) as [Rules, Rules];
    await rules[0].put({ rule: { name: 'burst', watch: 'count', kind: 'action', per: 'object', count: 6, minutes: 60, severity: 'warning', todo: '', enabled: true }, by: 'ann', at: t0 });
    await Promise.all(rules.map((each) => each.load()));
    const acted = (n: number) => event(n, { kind: 'action', object: { kind: 'instance', id: 'i', name: 'i' } });
    const looks = async () => {
      await Promise.all(rules.map((each) => each.look()));
      return rules.map((each) => each.findings().filter(({ rule }) => rule.name === 'burst').length);
    };
    // Its number is taken now, and it is seen only when it is committed: after others with higher numbers.
    const adapter = await adapterFor(url).connect();
    const late = await adapter.startTransaction();
    await late.executeRaw({ sql: `INSERT INTO "Event" ("at", "kind", "severity", "objectKind", "objectId", "objectName", "sentence", "data") VALUES (${t0}, 'action', 'info', 'instance', 'i', 'i', 'late', '{}')`, args: [], argTypes: [] });
    await Promise.all(stores.flatMap((store, n) => [0, 1].map((m) => store.events.append([acted(2 * n + m)]))));
    expect(await looks()).toEqual([0, 0]);
    expect(await looks()).toEqual([0, 0]);
    await stores[1].events.append([acted(9)]);
    expect(await looks()).toEqual([0, 0]);
    await late.executeRaw({ sql: 'COMMIT', args: [], argTypes: [] });
    await late.commit();
    await adapter.dispose();
    expect(await looks()).toEqual([1, 1]);
    const again = new Rules({ store: stores[1], now: () => t0 + 60_000 }, { name: 'demo' });
    await again.load();
    expect(again.findings().filter(({ rule }) => rule.name === 'burst')).toHaveLength(1);
    await rules[0].remove('burst');
  });

  it('as two processes, started on an empty database at once', async () => {
    const empty = newUrl();
    const [one, two] = await Promise.all([startWriter(empty, 'one', 60).won, startWriter(empty, 'two', 60).won]);
    const store = await openStore(empty);
    const versions = (await store.versions.list({ limit: 1000, offset: 0 })).map(({ version }) => version);
    expect([...one, ...two].toSorted((a, b) => b - a)).toEqual(versions);
    expect(versions).toEqual(Array.from({ length: versions.length }, (_, n) => versions.length - n));
    await store.close();
  });

  it('keep versions and audit entries as they are, whoever asks', async () => {
    await stores[0].audit.append(entry(1));
    const adapter = await adapterFor(url).connect();
    for (const sql of ['UPDATE "Audit" SET "actor" = \'x\'', 'DELETE FROM "Audit"', 'TRUNCATE "Audit"', 'UPDATE "Version" SET "author" = \'x\'', 'DELETE FROM "Version"', 'TRUNCATE "Version"']) {
      await expect(adapter.executeScript(sql), sql).rejects.toThrow('append-only');
    }
    await adapter.dispose();
    expect(await stores[0].audit.list({ limit: 9 })).toMatchObject([{ actor: 'alice' }]);
  });

  it('have migrations that Prisma knows', async () => {
    const adapter = await adapterFor(url).connect();
    const { rows } = await adapter.queryRaw({ sql: 'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1', args: [], argTypes: [] });
    await adapter.dispose();
    const written = readdirSync('prisma/postgres/migrations', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(written.length).toBeGreaterThan(3);
    expect(rows.map(([name]) => String(name))).toEqual(written.map(({ name }) => name).toSorted());
  });
});
