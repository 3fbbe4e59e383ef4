import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ConfigKeeper } from '~/agent/config/keeper.ts';
import { ConfigStore } from '~/agent/config/store.ts';
import { openFolder } from '~/agent/data/folder.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { OutcomeAnswer } from '~/core/apply/answers.ts';
import { refOf } from '~/core/apply/version.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { hashOf } from '~/link/hash.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { clusterOf } from '../core-topology/support.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} } as unknown as Logger;
async function* nobody(): AsyncGenerator<{ peer: string; answer: OutcomeAnswer }> {}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A keeper on a disk of its own, whose instance has nothing to do for any version. */
async function kept() {
  const applied: boolean[] = [];
  const told: (number | undefined)[] = [];
  const keeper: ConfigKeeper = new ConfigKeeper({
    store: new ConfigStore(openFolder(mkdtempSync(join(tmpdir(), 'coterie-keeper-')))), log, now: Date.now,
    objection: async () => null, askPeers: nobody, pullFrom: async () => null, onCandidate: () => {},
    onApply: ({ textOnly }) => {
      applied.push(textOnly);
      keeper.tell({ kind: 'applied', version: keeper.state.committed!.meta.version, message: null });
    },
    onChange: () => told.push(keeper.state.committed?.meta.version),
  });
  stops.push(() => keeper.stop());
  await keeper.start();
  const prepare = async (config: ClusterConfig, ttlMs = 60_000) => {
    const base = keeper.state.committed;
    const version = (base?.meta.version ?? 0) + 1;
    const [runId, text] = [`run ${version} ${ttlMs}`, canonicalText(config)];
    const candidate = { meta: { version, hash: hashOf(text), author: 'a', surface: 'cli' as const, reason: null, at: Date.now(), base: base?.meta.version ?? null }, text };
    expect(await keeper.prepare({ runId, owner: 'o', base: base && refOf(base), candidate, ttlMs })).toEqual({ ok: true });
    return { runId, version, hash: candidate.meta.hash };
  };
  const bring = async (config: ClusterConfig) => {
    const run = await prepare(config);
    expect(await keeper.commit({ ...run, waitMs: 5000 })).toMatchObject({ committed: true, applied: true });
    return keeper.committed?.config;
  };
  return { keeper, applied, told, prepare, bring };
}

const plain = clusterOf({ s1: { members: { a1: {}, a2: {} } } });
const withSections = (sections: Record<string, string>, from = plain): ClusterConfig => ({ ...from, sections });
const role = { 'roles/bank/role.yml': 'summary: a bank\n', 'roles/bank/init.lua': 'return {}\n' };

it('says of a version whether only sections are others, and none of them is code', async () => {
  const { applied, bring } = await kept();
  const renamed = clusterOf({ s2: { members: { a1: {}, a2: {} } } });
  for (const config of [plain, withSections({ notes: 'x' }), withSections({ notes: 'y', more: 'z' }), renamed, withSections({ notes: 'x' }, renamed), withSections({ notes: 'x', ...role }, renamed), withSections({ notes: 'y', ...role }, renamed), withSections({ notes: 'y' }, renamed), withSections({}, renamed)]) {
    expect(await bring(config)).toEqual(config);
  }
  expect(applied).toEqual([false, true, true, false, true, false, false, false, true]);
});

it('tells others of a version once it is in effect, and not of a candidate', async () => {
  const { told, prepare, bring } = await kept();
  await bring(plain);
  const before = told.length;
  expect(told.at(-1)).toBe(1);
  await prepare(withSections({ notes: 'x' }));
  expect(told.length).toBe(before);
});

it('ends a lock in its time, whatever was waited for before it', async () => {
  const { keeper, prepare, bring } = await kept();
  await bring(plain);
  await prepare(withSections({ notes: 'x' }), 200);
  expect(keeper.state.candidate).not.toBeNull();
  await waitFor(() => keeper.state.candidate === null, { timeoutMs: 10_000, what: 'the end of the lock' });
  await prepare(withSections({ notes: 'y' }), 400);
  await waitFor(() => keeper.state.candidate === null, { timeoutMs: 10_000, what: 'the end of the next lock' });
  expect(keeper.state.committed?.meta.version).toBe(1);
});
