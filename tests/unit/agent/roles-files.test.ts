import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bundle, BundleRole } from '~/core/roles/bundle.ts';
import { bundled, roleText } from '~/core/roles/bundle-text.ts';
import { Bundles } from '~/agent/roles/bundles.ts';
import { BundleFiles, type BundlePlace } from '~/agent/roles/files.ts';
import { hashOf } from '~/link/hash.ts';

const folder = join(mkdtempSync(join(tmpdir(), 'coterie-bundle-')), 'roles');
const role = (name: string, text = 'return {\n}'): BundleRole => ({ name, modules: [{ name, code: { file: `roles/${name}/init.lua`, lineOffset: 0, text } }], functions: [], spaces: {}, migrations: [], conf: {} });
const bundle = (...roles: BundleRole[]): Bundle => bundled(roles, hashOf);
const there = () => readdirSync(folder).toSorted();
const namesIn = (...bundles: Bundle[]) => [...new Set(['bundle', ...bundles.flatMap(({ sums }) => sums)])].toSorted();

describe('files of bundles', () => {
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are a list and one of each role, for their owner alone, and those of a role that goes are taken away', () => {
    const files = new BundleFiles(folder);
    const [one, two] = [bundle(role('bank'), role('shop')), bundle(role('bank'), role('shop', 'return 2'))];
    const path = join(folder, 'bundle');
    expect(files.keep(one)).toEqual({ folder, hash: one.hash, sums: one.sums });
    expect(readFileSync(path, 'utf8').split('\n')).toEqual([JSON.stringify({ hash: one.hash, count: 2 }), ...one.sums, '']);
    expect(one.sums.map((sum) => hashOf(readFileSync(join(folder, sum), 'utf8')))).toEqual(one.sums);
    expect(JSON.parse(readFileSync(join(folder, one.sums[0]!), 'utf8'))).toEqual(role('bank'));
    expect(there().map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    const written = statSync(join(folder, one.sums[0]!)).ino;
    files.keep(two);
    expect(readFileSync(path, 'utf8')).toContain(two.hash);
    expect(there()).toEqual(namesIn(two));
    expect(statSync(join(folder, one.sums[0]!)).ino).toBe(written);
  });

  it('that are lent are gone afterwards, also where the use of one fails, are one for each, and leave what is in force', async () => {
    const before = bundle(role('bank'));
    new BundleFiles(folder).keep(before);
    const files = new BundleFiles(folder);
    const [one, two] = [bundle(role('bank', 'return 1')), bundle(role('bank', 'return 2'))];
    const look = async ({ sums }: BundlePlace) => {
      await Promise.resolve();
      return [sums, there()] as const;
    };
    const lent = await Promise.all([files.lend(one, look), files.lend(two, look)]);
    expect(lent).toEqual([[one.sums, namesIn(before, one, two)], [two.sums, namesIn(before, one, two)]]);
    // The newest stays, as it is mostly kept next.
    expect(there()).toEqual(namesIn(before, two));
    const three = bundle(role('bank', 'return 3'));
    await expect(files.lend(three, () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    expect(there()).toEqual(namesIn(before, three));
  });

  it('of an agent before this one are written again: a machine that was cut off may have lost a part of them', () => {
    const one = bundle(role('bank'));
    new BundleFiles(folder).keep(one);
    writeFileSync(join(folder, one.sums[0]!), '');
    writeFileSync(join(folder, '0123.new'), 'left over');
    new BundleFiles(folder).keep(one);
    expect(readFileSync(join(folder, one.sums[0]!), 'utf8')).toBe(roleText(one.roles[0]!));
    expect(there()).toEqual(namesIn(one));
  });
});

describe('the bundle of a configuration', () => {
  it('is worked out once, and is the same for instances of one replicaset', () => {
    const config = {
      format: 1, name: 'test', expelled: {}, failover: { mode: 'disabled' },
      instances: { a: { replicaset: 'rs' }, b: { replicaset: 'rs' }, c: { replicaset: 'other' } }, replicasets: { rs: { roles: ['bank'] }, other: { roles: ['storage'] } },
      sections: { 'roles/bank/role.yml': 'functions:\n  bank.one: {body: "function() end"}\n' },
    } as never;
    const [a, b, c] = [new Bundles('a'), new Bundles('b'), new Bundles('c')];
    expect(a.of(config)).toBe(a.of(config));
    expect(a.of(config).hash).toBe(b.of(config).hash);
    expect(a.of(config).roles.map(({ name }) => name)).toEqual(['bank']);
    expect(c.of(config).roles).toEqual([]);
  });
});
