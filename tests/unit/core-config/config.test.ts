import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change, ClusterConfig } from '~/contract/shapes/config.ts';
import { ClusterConfig as Shape } from '~/contract/shapes/config.ts';
import { canonicalJson, canonicalText } from '~/core/config/canonical.ts';
import { diffConfigs, sectionTextCharsMax } from '~/core/config/diff.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { limits, sizeOf, utf8Bytes } from '~/core/config/limits.ts';
import { parseConfig } from '~/core/config/parse.ts';
import { restoredConfig } from '~/core/config/restore.ts';
import { planChange } from '~/core/topology/plan.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { changes, configs, damaged } from '../core-topology/arbitrary.ts';
import { clusterOf, codesOf, instanceId, knownOf, reordered, replicasetId, versionOf } from '../core-topology/support.ts';

const sections = fc.dictionary(fc.constantFrom('app', 'b.lua', 'roles/bank/role.yml', 'roles/bank/init.lua', 'roles/stray'), fc.constantFrom('', 'x', 'return {}', 'summary: a bank\n', '}'), { maxKeys: 4 });

describe('canonical text', () => {
  test('is JSON with sorted keys and nothing else', () => {
    expect(canonicalText(emptyConfig('demo'))).toBe('{"expelled":{},"failover":{"mode":"disabled"},"format":1,"instances":{},"name":"demo","replicasets":{},"sections":{}}');
    expect(canonicalJson({ b: [1, undefined, { d: 'é"', c: undefined }], a: null })).toBe('{"a":null,"b":[1,null,{"d":"é\\""}]}');
  });

  test('is the same for the same configuration, however it was made, and read back it is that', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const text = canonicalText(config);
        expect(canonicalText(reordered(config))).toBe(text);
        expect(JSON.parse(text)).toEqual(config);
        expect(parseConfig(text)).toEqual({ config, refusals: [] });
      }),
    );
  });
});

describe('a configuration as text', () => {
  test.each([
    ['no JSON', '{', ['badShape']],
    ['another format', canonicalText({ ...emptyConfig('demo'), format: 2 as 1 }), ['badShape']],
    ['a field that nobody knows', canonicalText({ ...emptyConfig('demo'), extra: 1 } as ClusterConfig), ['badShape']],
    ['a shape that fits and a rule that is broken', canonicalText(clusterOf({ s1: { members: { a1: { disabled: true } } } })), ['noElectable']],
  ])('is refused for %s', (_what, text, codes) => expect(codesOf(parseConfig(text).refusals)).toEqual(codes));

  test('is accepted exactly when shape and rules are kept', () => {
    fc.assert(
      fc.property(damaged, (config) => {
        const { config: read, refusals } = parseConfig(canonicalText(config));
        expect(read !== null && refusals.length === 0).toBe(Shape.safeParse(config).success && validateConfig(config).length === 0);
      }),
    );
  });
});

describe('a configuration that follows upon another one', () => {
  const follows = (before: ClusterConfig, after: ClusterConfig) => {
    const known = parseConfig(canonicalText(before));
    const text = canonicalText(after);
    expect(parseConfig(text, known.config)).toEqual(parseConfig(text));
  };

  test('is read as it is alone', () => {
    fc.assert(fc.property(changes, ({ before, after }) => follows(before, after)));
    fc.assert(fc.property(configs, damaged, (before, after) => follows(before, after)));
    fc.assert(fc.property(damaged, sections, (before, changed) => follows(before, { ...before, sections: changed })));
  });

  test('is read as it is alone where a name is one of JavaScript', () => {
    const before = clusterOf({ s1: { members: { a1: {} } } });
    for (const name of ['__proto__', 'constructor']) {
      const text = canonicalText(before).replace('"sections":{}', `"sections":{"${name}":"x"}`);
      expect(parseConfig(text, parseConfig(canonicalText(before)).config)).toEqual(parseConfig(text));
    }
  });

  test('shares with it what is the same', () => {
    const before = parseConfig(canonicalText(clusterOf({ s1: { members: { a1: {} } } }))).config!;
    const { config } = parseConfig(canonicalText({ ...before, sections: { notes: 'x' } }), before);
    expect(config?.instances).toBe(before.instances);
    expect(config?.sections).toEqual({ notes: 'x' });
  });

  test.each([
    ['a field more', (config: ClusterConfig) => ({ ...config, extra: 1 }), ['badShape']],
    ['a section that is no text', (config: ClusterConfig) => ({ ...config, sections: { notes: 5 } }), ['badShape']],
    ['no sections', (config: ClusterConfig) => ({ ...config, sections: undefined }), ['badShape']],
    ['a role without a definition', (config: ClusterConfig) => ({ ...config, sections: { 'roles/bank/init.lua': 'return {}' } }), ['badCode']],
    ['too many sections', (config: ClusterConfig) => ({ ...config, sections: Object.fromEntries(Array.from({ length: limits.sectionsMax + 1 }, (_one, index) => [`s${index}`, ''])) }), ['limit']],
  ])('is refused for %s, as it is alone', (_what, change, codes) => {
    const before = parseConfig(canonicalText(clusterOf({ s1: { members: { a1: {} } } }))).config!;
    expect(codesOf(parseConfig(canonicalJson(change(before)), before).refusals)).toEqual(codes);
  });

  test('is refused for what was wrong with that one already', () => {
    const before = parseConfig(canonicalText(clusterOf({ s1: { members: { a1: { disabled: true } } } }))).config!;
    expect(codesOf(parseConfig(canonicalText({ ...before, sections: { notes: 'x' } }), before).refusals)).toEqual(['noElectable']);
  });
});

/** RFC 6901, on a copy. */
function applied(before: ClusterConfig, list: readonly Change[]): unknown {
  const copy = structuredClone(before) as unknown as Record<string, unknown>;
  for (const { path, kind, after } of list) {
    const keys = path.slice(1).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop() as string;
    const table = keys.reduce((row, key) => row[key] as Record<string, unknown>, copy);
    if (kind === 'removed') delete table[last];
    else table[last] = after;
  }
  return copy;
}

describe('diff', () => {
  test('is empty for the same, and laid over the one it gives the other', () => {
    fc.assert(
      fc.property(changes, ({ before, after }) => {
        const list = diffConfigs(before, after);
        expect(list.length === 0).toBe(canonicalText(before) === canonicalText(after));
        expect(applied(before, list)).toEqual(after);
        expect(applied(after, diffConfigs(after, before))).toEqual(before);
        for (const { sentence } of list) expect(sentence).not.toMatch(/undefined|[0-9a-f]{8}-0000/);
      }),
    );
  });

  test('speaks in aliases', () => {
    const before = clusterOf({ s1: { members: { a1: {}, a2: {} } } }, { sections: { app: 'old', gone: 'x' } });
    const after = structuredClone(before);
    const [s1, a1] = [after.replicasets[replicasetId(1)], after.instances[instanceId(1)]];
    if (!s1 || !a1) throw new Error('no fixture');
    Object.assign(s1, { alias: 'S1', roles: ['router', 'storage'], priority: s1.priority.toReversed(), weight: 2, allRw: true });
    Object.assign(a1, { alias: 'A1', zone: 'z1', electable: false, disabled: true, uri: 'new:1' });
    after.sections = { app: 'newer', 'a/b': 'y' };
    expect(diffConfigs(before, after).map(({ sentence }) => sentence)).toEqual([
      'replicaset s1: renamed to S1', 'S1: every instance writable', 'S1: priority A1, a2 -> a2, A1', 'S1: roles storage -> router, storage', 'S1: weight 1 -> 2',
      'a1: renamed to A1', 'A1: disabled', 'A1: may not become master', 'A1: address a1:3301 -> new:1', 'A1: zone none -> z1',
      'section a/b: new, 1 B', 'section app: changed, 3 B -> 5 B', 'section gone: deleted',
    ]);
    expect(diffConfigs(before, after).find(({ sentence }) => sentence.includes('a/b'))?.path).toBe('/sections/a~1b');
  });

  test('of nothing and something has all as added', () => {
    const config = clusterOf({ s1: { members: { a1: {} } } }, { expelled: { [instanceId(5)]: { alias: 'x', uri: 'x:1', replicaset: replicasetId(1) } } });
    expect(diffConfigs(null, config).map(({ kind, sentence }) => `${kind} ${sentence}`)).toEqual(['added replicaset s1: new, storage', 'added a1: joins s1, a1:3301', 'added x: expelled, and fenced wherever it shows up']);
    expect(diffConfigs(null, emptyConfig('demo'))).toEqual([]);
  });

  test('leaves out texts that are too long to carry around', () => {
    const [change] = diffConfigs(clusterOf({}, { sections: { big: 'a' } }), clusterOf({}, { sections: { big: 'b'.repeat(sectionTextCharsMax + 1) } }));
    expect(change).toEqual({ path: '/sections/big', kind: 'changed', sentence: 'section big: changed, 1 B -> 64.0 KiB' });
  });
});

describe('restore', () => {
  test('goes back, but brings nobody back who was expelled, and forgets nobody who joined', () => {
    const old = clusterOf({ s1: { members: { a1: {}, a2: {} } }, s2: { members: { b1: {} } } }, { sections: { app: 'old' } });
    const current = clusterOf({ s1: { members: { a1: {} } } }, { expelled: { [instanceId(2)]: { alias: 'a2', uri: 'a2:3301', replicaset: replicasetId(1) }, [instanceId(3)]: { alias: 'b1', uri: 'b1:3301', replicaset: replicasetId(2) } } });
    current.instances[instanceId(9)] = { alias: 'n1', uri: 'n1:3301', replicaset: replicasetId(1), zone: null, electable: true, disabled: false };
    current.replicasets[replicasetId(1)]?.priority.push(instanceId(9));
    const restored = restoredConfig({ old, current });
    expect(validateConfig(restored)).toEqual([]);
    expect(Object.keys(restored.instances)).toEqual([instanceId(1)]);
    expect(Object.keys(restored.replicasets)).toEqual([replicasetId(1)]);
    expect(Object.keys(restored.expelled).toSorted()).toEqual([instanceId(2), instanceId(3), instanceId(9)]);
    expect(restored.sections).toEqual({ app: 'old' });
  });

  test('of any version over any other is never refused for whom it names', () => {
    fc.assert(
      fc.property(changes, ({ before, after }) => {
        const restored = restoredConfig({ old: before, current: after });
        const refusals = planChange({ base: versionOf(after), next: restored, known: knownOf(before).map((row) => ({ ...row, hasData: false })) }).refusals;
        expect(codesOf(refusals).filter((code) => ['expelled', 'vanished', 'moved', 'badPriority', 'emptyReplicaset'].includes(code))).toEqual([]);
      }),
    );
  });
});

test('sizes are those of UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }).filter((text) => Buffer.from(text).toString() === text), (text) => {
      expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
    }),
  );
  expect([1023, 1536, 3 * 1024 * 1024].map(sizeOf)).toEqual(['1023 B', '1.5 KiB', '3.0 MiB']);
});
