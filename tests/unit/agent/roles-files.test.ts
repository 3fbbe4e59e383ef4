import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bundle } from '~/core/roles/bundle.ts';
import { Bundles } from '~/agent/roles/bundles.ts';
import { BundleFiles } from '~/agent/roles/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'coterie-bundle-'));
const path = join(folder, 'roles.json');
const bundle = (hash: string): Bundle => ({ hash, roles: [{ name: 'bank', modules: [{ name: 'bank', code: { file: 'roles/bank/init.lua', lineOffset: 0, text: 'return {\n}' } }], functions: [], spaces: {}, migrations: [], conf: {} }] });

describe('files of bundles', () => {
  beforeEach(() => mkdirSync(folder, { recursive: true }));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are a line that says what is there and one for each role, for their owner alone', () => {
    const files = new BundleFiles(path);
    expect(files.keep(bundle('one'))).toBe(path);
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0]!)).toEqual({ hash: 'one', count: 1 });
    expect(JSON.parse(lines[1]!)).toEqual(bundle('one').roles[0]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    files.keep(bundle('two'));
    expect(readFileSync(path, 'utf8')).toContain('"hash":"two"');
    expect(readdirSync(folder)).toEqual(['roles.json']);
  });

  it('that are lent are gone afterwards, also where the use of one fails, and are one for each', async () => {
    const files = new BundleFiles(path);
    const lent = await Promise.all([files.lend(bundle('one'), async (file) => [file, readFileSync(file, 'utf8')]), files.lend(bundle('two'), async (file) => [file, readFileSync(file, 'utf8')])]);
    expect(lent.map(([, text]) => JSON.parse(text!.split('\n')[0]!).hash)).toEqual(['one', 'two']);
    await expect(files.lend(bundle('three'), () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    expect(readdirSync(folder)).toEqual([]);
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
