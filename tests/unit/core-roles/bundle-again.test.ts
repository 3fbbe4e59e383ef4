import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { bundleFor, type Bundle } from '~/core/roles/bundle.ts';
import { bundleOf, bundleText } from '~/core/roles/bundle-text.ts';

/** What was read before is not made again: what changes has to show all the same. */

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const first = {
  'roles/a/role.yml': 'sections: [limits.yml]\nfunctions: {a.f: {mode: read}}\n',
  'roles/a/functions/a.f.lua': 'function() return 1 end',
  'roles/b/role.yml': 'summary: b\n',
  'roles/b/init.lua': 'return {}',
  'limits.yml': 'max: 1',
};
const of = (sections: Record<string, string>): Bundle =>
  bundleFor({ sections, instances: { i: { replicaset: 's' } }, replicasets: { s: { roles: ['a', 'b'] } } } as unknown as ClusterConfig, 'i', { hashOf });

test('a role that stays is the same value, and the bundle of another one is another', () => {
  const before = of({ ...first });
  const after = of({ ...first, 'roles/b/init.lua': 'return {1}' });
  expect(after.roles[0]).toBe(before.roles[0]);
  expect(after.roles[1]?.modules[0]?.code.text).toBe('return {1}');
  expect(after.hash).not.toBe(before.hash);
  expect(of({ ...first })).toEqual(before);
});

test.each([
  ['its text', { 'roles/a/functions/a.f.lua': 'function() return 2 end' }],
  ['its definition', { 'roles/a/role.yml': 'sections: [limits.yml]\nfunctions: {a.f: {mode: write}}\n' }],
  ['a section that it reads', { 'limits.yml': 'max: 2' }],
])('%s makes a role another one', (_, change) => {
  const before = of({ ...first });
  const after = of({ ...first, ...change });
  expect(after.hash).not.toBe(before.hash);
  expect(after.roles[0]).not.toEqual(before.roles[0]);
  expect(after.roles[1]).toBe(before.roles[1]);
});

test('a bundle is as it was after its way, and one that has lost a role is refused', () => {
  const bundle = of({ ...first });
  expect(bundleOf(bundleText(bundle), hashOf)).toEqual(bundle);
  expect(() => bundleOf(bundleText(bundle).split('\n').slice(0, -2).join('\n'), hashOf)).toThrow('a bundle of 2 roles has come with 1');
});
