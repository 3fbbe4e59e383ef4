import * as fc from 'fast-check';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { instanceId, replicasetId } from './support.ts';

/** Random configurations, valid by construction, with names that YAML likes to take for something else. */

const trickyNames = ['1', '2', '10', 'true', 'null', 'no', '1e3', '0x10', '2024-01-01', 'a', 'A', 'a.b-c_d', 'y', 'Infinity', '1.0', '007', 'x-', 's1', 'replicasets', 'constructor', 'toString'];
const zones = [null, null, 'z1', '1', 'true', '2024-01-01', '1e3'];
const roleSets = [['storage'], ['storage'], ['router', 'storage'], ['router'], ['failover-coordinator', 'router'], []];
const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }).filter((text) => Buffer.from(text).toString() === text),
  fc.array(fc.constantFrom('a: 1', '  - b', '', ' ', '\t', '# c', '"q"', "'", '|', '>', '---', '...', 'é', '\r', 'x'.repeat(200), '%YAML', '&a', '*a', ': ', '\u0085', '\u2028', '\ufeff')).map((lines) => lines.join('\n')),
);

const instances = fc.record({ electable: fc.boolean(), disabled: fc.boolean(), zone: fc.constantFrom(...zones) });
const replicasets = fc.record({ members: fc.array(instances, { minLength: 1, maxLength: 4 }), roles: fc.constantFrom(...roleSets), weight: fc.constantFrom(0, 0.5, 1, 100), group: fc.constantFrom(undefined, undefined, 'hot', 'true'), allRw: fc.boolean() });
const groups = fc.record({ hot: fc.constant({}), true: fc.record({ buckets: fc.constantFrom(1, 3000), rebalance: fc.constantFrom('auto', 'off'), batch: fc.constantFrom(1, 50) }, { requiredKeys: [] }), cold: fc.record({ hash: fc.constantFrom('strcrc32', 'mpcrc32'), bucketsPerSecond: fc.constantFrom(1, 9) }, { requiredKeys: [] }) }, { requiredKeys: ['hot', 'true'] });

export const configs: fc.Arbitrary<ClusterConfig> = fc
  .record({
    replicasets: fc.array(replicasets, { maxLength: 4 }),
    groups: fc.option(groups),
    names: fc.shuffledSubarray(trickyNames, { minLength: trickyNames.length }),
    order: fc.infiniteStream(fc.nat(1000)),
    sections: fc.dictionary(fc.constantFrom('app', 'app.yml', 'a/b', '1', 'true', 'x_y-z'), texts, { maxKeys: 3 }),
  })
  .map(({ replicasets: rows, groups: named, names, order, sections }) => {
    const config: ClusterConfig = { ...emptyConfig('demo'), ...(named ? { sharding: { groups: named } } : {}), sections: { ...sections } };
    rows.forEach(({ members, roles, weight, group, allRw }, index) => {
      const uuid = replicasetId(index + 1);
      const priority = members.map((_, position) => instanceId(index * 4 + position + 1));
      const needsMaster = roles.includes('storage');
      members.forEach((fields, position) => {
        const forced = needsMaster && position === 0 && !members.some(({ electable, disabled }) => electable && !disabled) ? { electable: true, disabled: false } : {};
        const number = index * 4 + position;
        const alias = names[number] ?? `more${number}`;
        config.instances[priority[position] as string] = { alias, uri: `${alias.toLowerCase()}-${number}:3301`, replicaset: uuid, ...fields, ...forced };
      });
      const keyed = priority.map((id) => [order.next().value as number, id] as const).toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
      config.replicasets[uuid] = { alias: names.at(-1 - index) ?? `r${index}`, roles: [...roles], priority: keyed.map(([, id]) => id), weight: needsMaster ? weight : null, ...(needsMaster && named && group ? { group } : {}), allRw };
    });
    return config;
  });

/** Two configurations of the same uuids: what one may become. Nobody changes its replicaset. Instances that are gone are remembered as expelled. */
export const changes: fc.Arbitrary<{ before: ClusterConfig; after: ClusterConfig }> = fc.tuple(configs, configs).map(([before, wanted]) => {
  const after: ClusterConfig = { ...wanted, expelled: { ...before.expelled } };
  for (const [uuid, { alias, uri, replicaset }] of Object.entries(before.instances)) if (!after.instances[uuid]) after.expelled[uuid] = { alias, uri, replicaset };
  return { before, after };
});

/** Configurations that are often wrong in one thing or another. */
export const damaged: fc.Arbitrary<ClusterConfig> = fc.tuple(configs, fc.array(fc.tuple(fc.nat(9), fc.nat(20)), { maxLength: 3 })).map(([config, damages]) => {
  const copy = structuredClone(config);
  const [instanceRows, replicasetRows] = [Object.entries(copy.instances), Object.entries(copy.replicasets)];
  for (const [kind, at] of damages) {
    const [uuid, instance] = instanceRows[at % Math.max(1, instanceRows.length)] ?? [];
    const [, replicaset] = replicasetRows[at % Math.max(1, replicasetRows.length)] ?? [];
    const [, other] = instanceRows[(at + 1) % Math.max(1, instanceRows.length)] ?? [];
    if (!instance || !replicaset || !uuid || !other) continue;
    if (kind === 0) instance.alias = other.alias;
    if (kind === 1) instance.uri = other.uri.toUpperCase();
    if (kind === 2) instance.disabled = true;
    if (kind === 3) instance.electable = false;
    if (kind === 4) replicaset.priority.pop();
    if (kind === 5) replicaset.priority.push(uuid);
    if (kind === 6) replicaset.roles.push(at % 2 ? 'storage' : 'no-such-role');
    if (kind === 7) replicaset.weight = replicaset.weight === null ? 1 : null;
    if (kind === 8) instance.replicaset = replicasetId((at % 6) + 1);
    if (kind === 9) copy.expelled[uuid] = { alias: instance.alias, uri: instance.uri, replicaset: instance.replicaset };
  }
  return copy;
});
