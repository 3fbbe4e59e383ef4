import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { limits } from '~/core/config/limits.ts';
import { exportDocument, parseDocument } from '~/core/topology/document.ts';
import type { KnownInstance } from '~/core/topology/known.ts';
import { planChange } from '~/core/topology/plan.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { configs } from './arbitrary.ts';
import { clusterOf, codesOf, freeAgent, instanceId, knownOf, replicasetId, uuidSource, versionOf } from './support.ts';

const agents = ['a1', 'a2', 'b1', 'b2'].map((alias, index) => freeAgent(index + 1, alias));
type Options = { base?: ClusterConfig; known?: readonly KnownInstance[]; prune?: boolean };
const parsed = (text: string, { base = emptyConfig('demo'), known = agents, prune = false }: Options = {}) => parseDocument(text, { base, known, newUuid: uuidSource(), prune });
const faults = (text: string, options?: Options) => parsed(text, options).refusals.map(({ target, sentence, wayOut }) => `${target} | ${sentence} | ${wayOut}`);

const twoByTwo = `
name: demo
failover: { mode: disabled }
replicasets:
  s1:
    roles: [storage]
    instances:
      a2: { zone: z1 }
      a1: { zone: z2, electable: false }
  s2:
    roles: [storage, router]
    weight: 3
    instances: [b1, b2]
sections:
  app.yml: |
    greeting: hello
`;

describe('a file for a new cluster', () => {
  const { config, refusals } = parsed(twoByTwo);

  test('becomes one configuration, ready to be planned', () => {
    expect(refusals).toEqual([]);
    expect(config?.replicasets).toEqual({
      [replicasetId(101)]: { alias: 's1', roles: ['storage'], priority: [instanceId(2), instanceId(1)], weight: 1, allRw: false },
      [replicasetId(102)]: { alias: 's2', roles: ['router', 'storage'], priority: [instanceId(3), instanceId(4)], weight: 3, allRw: false },
    });
    expect(config?.instances[instanceId(1)]).toEqual({ alias: 'a1', uri: 'a1:3301', replicaset: replicasetId(101), zone: 'z2', electable: false, disabled: false });
    expect(config?.sections).toEqual({ 'app.yml': 'greeting: hello\n' });
    expect(planChange({ base: null, next: config as ClusterConfig, known: agents }).refusals).toEqual([]);
  });

  test('changes nothing when it is given again, though agents are matched to instances now', () => {
    const again = parsed(twoByTwo, { base: config as ClusterConfig, known: knownOf(config as ClusterConfig) });
    expect(again.refusals).toEqual([]);
    expect(canonicalText(again.config as ClusterConfig)).toBe(canonicalText(config as ClusterConfig));
  });
});

describe('matching', () => {
  const base = clusterOf({ s1: { members: { a1: {}, a2: {} } } });

  test('an address finds what has another name: a configured instance is renamed, an agent joins under the name of the file', () => {
    const { config } = parsed('replicasets: {s1: {roles: [storage], instances: {x1: {uri: "a1:3301"}, a2: , c9: {uri: "b1:3301"}}}}', { base, known: [...knownOf(base), ...agents.slice(2)] });
    expect(config?.instances[instanceId(1)]).toMatchObject({ alias: 'x1', uri: 'a1:3301' });
    expect(config?.instances[instanceId(3)]).toMatchObject({ alias: 'c9', uri: 'b1:3301' });
  });

  test('a configured instance takes a new address from the file, and keeps its own otherwise', () => {
    const { config } = parsed('replicasets: {s1: {roles: [storage], instances: {a1: {uri: "new:1"}, a2: {}}}}', { base });
    expect(config?.instances[instanceId(1)]?.uri).toBe('new:1');
    expect(config?.instances[instanceId(2)]?.uri).toBe('a2:3301');
  });

  test('a replicaset with a new name and the old instances is renamed; split in two, only the first is it', () => {
    expect(Object.keys(parsed('replicasets: {s9: {roles: [storage], instances: [a1, a2]}}', { base }).config?.replicasets ?? {})).toEqual([replicasetId(1)]);
    expect(Object.keys(parsed('replicasets: {s8: {roles: [storage], instances: [a1]}, s9: {roles: [storage], instances: [a2]}}', { base }).config?.replicasets ?? {})).toEqual([replicasetId(101), replicasetId(1)].toSorted());
  });

  test('what is missing is named, all of it at once', () => {
    expect(faults('replicasets: {s1: {roles: [], instances: [a1, x1, x2]}}')).toEqual(['x1, x2 | No agent of x1, x2 has been heard of. | Start them with this cluster as their seeds (--name is the alias), or probe their gossip addresses.']);
    const expelled = { ...emptyConfig('demo'), expelled: { [instanceId(9)]: { alias: 'x1', uri: 'x1:1', replicaset: replicasetId(1) } } };
    expect(faults('replicasets: {s1: {roles: [], instances: [x1]}}', { base: expelled })[0]).toContain('x1 was expelled: start with --forget');
  });

  test('a wrong address, twins, and the same instance twice', () => {
    expect(faults('replicasets: {s1: {roles: [], instances: {a1: {uri: "else:1"}}}}')).toEqual(['1:43 | line 1: a1 is at a1:3301, not at else:1. | Correct the `uri`, or leave it out.']);
    const twins = [freeAgent(1, 'a1'), freeAgent(2, 'a1', { uri: 'twin:1' })];
    expect(codesOf(parsed('replicasets: {s1: {roles: [], instances: [a1]}}', { known: twins }).refusals)).toEqual(['ambiguousName']);
    expect(parsed('replicasets: {s1: {roles: [], instances: {a1: {uri: "twin:1"}}}}', { known: twins }).config?.instances).toHaveProperty(instanceId(2));
    expect(codesOf(parsed('replicasets: {s1: {roles: [], instances: [a1]}, s2: {roles: [], instances: {c1: {uri: "a1:3301"}}}}').refusals)).toEqual(['takenName']);
  });

  test('what the file no longer names is refused, or expelled on demand', () => {
    const text = 'replicasets: {s1: {roles: [storage], instances: [a1]}}';
    expect(parsed(text, { base }).refusals).toMatchObject([{ code: 'unnamed', target: 'a2', wayOut: expect.stringContaining('prune') }]);
    const { config } = parsed(text, { base, prune: true });
    expect(config?.expelled).toEqual({ [instanceId(2)]: { alias: 'a2', uri: 'a2:3301', replicaset: replicasetId(1) } });
    expect(validateConfig(config as ClusterConfig)).toEqual([]);
  });

  test('another cluster', () => expect(codesOf(parsed('name: other\nreplicasets: {}').refusals)).toEqual(['otherCluster']));
});

describe('what is left out', () => {
  const base = clusterOf({ s1: { weight: 5, allRw: true, members: { a1: { zone: 'z1', electable: true, disabled: false } } } }, { sections: { app: 'x' } });

  test('has its default, but sections stay', () => {
    const { config } = parsed('replicasets: {s1: {roles: [storage], instances: [a1]}}', { base });
    expect(config?.replicasets[replicasetId(1)]).toMatchObject({ weight: 1, allRw: false });
    expect(config?.instances[instanceId(1)]).toMatchObject({ zone: null });
    expect(config?.sections).toEqual({ app: 'x' });
  });

  test('but said to be empty, sections go', () => expect(parsed('replicasets: {s1: {roles: [storage], instances: [a1]}}\nsections: {}', { base }).config?.sections).toEqual({}));
});

describe('faults have a line and a column', () => {
  test('all at once, with a guess at what was meant', () => {
    const text = ['replicasets:', '  s1:', '    role: [storage]', '    weight: much', '    instances:', '      a1:', '        Zone: z1', '        electable: maybe', '  bad name:', '    roles: storage', '    instances: [a2]', 'extra: 1'].join('\n');
    expect(faults(text).toSorted()).toEqual([
      '10:12 | line 10, column 12: roles has to be a list. | Write [one, two], or one `- item` a line.',
      '12:1 | line 12, column 1: the file has no key `extra`. | Known are name, failover, sharding, database, replicasets, sections.',
      '2:3 | line 2, column 3: replicaset s1 has no `roles`. | List its roles; [] for none.',
      '3:5 | line 3, column 5: replicaset s1 has no key `role`. | Did you mean `roles`?',
      '4:13 | line 4, column 13: weight has to be a number from 0 to 1000000. | Correct the value.',
      '7:9 | line 7, column 9: instance a1 has no key `Zone`. | Did you mean `zone`?',
      '8:20 | line 8, column 20: electable has to be true or false. | Correct the value.',
      expect.stringMatching(/^9:3 \| line 9, column 3: replicaset name `bad name`: letters, digits/),
    ]);
  });

  test.each([
    ['', '1:1', 'the file has no `replicasets`'],
    ['- a', '1:1', 'the file has to be a table'],
    ['replicasets: [', '1:15', ''],
    ['replicasets:\n  s1: {roles: [], instances: [a1]}\n  s1: {roles: [], instances: [a2]}', '3:3', 'unique'],
    ['a: 1\n---\nb: 2', '2:1', 'documents'],
    ['replicasets:\n\ts1: 1', '2:1', 'Tab'],
    ['replicasets: {s1: {roles: [storage], instances: {a1: {uri: nonsense}}}}', '1:60', 'host:port'],
    ['failover: {mode: magic}\nreplicasets: {}', '1:18', 'failover mode `magic`'],
    ['replicasets: *nothing', '1:14', 'alias'],
  ])('%j', (text, target, sentence) => {
    const [first] = parsed(text).refusals;
    expect(first).toMatchObject({ code: 'document', target });
    expect(first?.sentence.toLowerCase()).toContain(sentence.toLowerCase());
  });

  test('a wild file is refused in bounded time and space', () => {
    const bomb = `a: &a [${'x,'.repeat(50)}]\n${Array.from({ length: 20 }, (_, n) => `b${n}: &b${n} [${'*a,'.repeat(20)}]`).join('\n')}\nreplicasets: *a`;
    expect(parsed(bomb).refusals.length).toBeGreaterThan(0);
    expect(parsed(`${'- '.repeat(50)}x`).refusals.length).toBeGreaterThan(0);
    expect(parsed(Array.from({ length: 500 }, (_, n) => `key${n}: 1`).join('\n')).refusals).toHaveLength(50);
    const many = `a: &a 1\nb: [${'*a, '.repeat(5_000)}]`;
    expect(parsed(many).refusals.map(({ sentence }) => sentence)).toContainEqual(expect.stringContaining('more than 100 YAML aliases'));
    expect(codesOf(parsed('x'.repeat(limits.documentBytesMax + 1)).refusals)).toEqual(['limit']);
  });

  test('anchors may be used to say something once', () => {
    const { config } = parsed('replicasets:\n  s1:\n    roles: &r [storage]\n    instances: [a1]\n  s2:\n    roles: *r\n    instances: [b1]\n');
    expect(Object.values(config?.replicasets ?? {}).map(({ roles }) => roles)).toEqual([['storage'], ['storage']]);
  });

  test('any text at all is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '{', '}', '[', ']', '"', "'", '|', '&', '*', '!', '%', '#', '?', ',', '\t') }), (text) => {
        const { config, refusals } = parsed(text);
        expect(config === null).toBe(refusals.length > 0);
      }),
    );
  });
});

describe('export', () => {
  test('reads well', () => {
    const config = clusterOf({ s2: { weight: 2, members: { b1: { disabled: true }, b2: {} } }, s1: { roles: ['router'], members: { a1: { zone: 'z1', electable: false } } } }, { sections: { 'b.yml': 'x: 1\ny: 2\n', a: 'one' } });
    expect(exportDocument(config)).toBe(
      ['name: demo', 'failover:', '  mode: disabled', 'replicasets:', '  s1:', '    roles:', '      - router', '    instances:', '      a1:', '        uri: a1:3301', '        zone: z1', '        electable: false',
        '  s2:', '    roles:', '      - storage', '    weight: 2', '    instances:', '      b1:', '        uri: b1:3301', '        disabled: true', '      b2:', '        uri: b2:3301',
        'sections:', '  a: one', '  b.yml: |', '    x: 1', '    y: 2', ''].join('\n'),
    );
  });

  test('parsed again, it is the same configuration', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const { config: again, refusals } = parsed(exportDocument(config), { base: config, known: [] });
        expect(refusals).toEqual([]);
        expect(canonicalText(again as ClusterConfig)).toBe(canonicalText(config));
      }),
      { numRuns: 500 },
    );
  });

  test.each([' \n', '\n', '  ', ' \n\n', '\n \n', '\t\n', ' a\n', 'a \n'])('keeps a section that is %j', (text) => {
    const config = { ...emptyConfig('demo'), sections: { app: text } };
    const { config: again } = parsed(exportDocument(config), { base: emptyConfig('demo'), known: [] });
    expect(again?.sections).toEqual({ app: text });
  });

  test('taken to agents that know nothing, it builds the same cluster', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const known = knownOf(config).map((row): KnownInstance => ({ ...row, state: 'unconfigured', hasData: false }));
        const { config: built, refusals } = parsed(exportDocument(config), { base: emptyConfig('demo'), known });
        expect(refusals).toEqual([]);
        expect(exportDocument(built as ClusterConfig)).toBe(exportDocument(config));
        expect(planChange({ base: null, next: built as ClusterConfig, known }).refusals).toEqual([]);
      }),
    );
  });

  test('any change to it is a change to the cluster, and back again', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const known = knownOf(config);
        for (const uuid of Object.keys(config.instances)) {
          const changed: ClusterConfig = { ...config, instances: { ...config.instances, [uuid]: { ...(config.instances[uuid] as ClusterConfig['instances'][string]), zone: 'changed' } } };
          const there = parsed(exportDocument(changed), { base: config, known }).config as ClusterConfig;
          expect(there.instances[uuid]?.zone).toBe('changed');
          expect(canonicalText(parsed(exportDocument(config), { base: there, known }).config as ClusterConfig)).toBe(canonicalText(config));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('the diff of a file and its cluster is empty', () => {
    const config = clusterOf({ s1: { members: { a1: {} } } });
    expect(planChange({ base: versionOf(config), next: parsed(exportDocument(config), { base: config }).config as ClusterConfig, known: [] }).changes).toEqual([]);
  });
});
