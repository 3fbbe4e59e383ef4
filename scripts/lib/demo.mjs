import { join } from 'node:path';

/** The local demo cluster: N agents with fixed ports and names, and the topology that the first six start with. */

const replicasets = [
  { alias: 's1', roles: ['storage'], members: [0, 1] },
  { alias: 's2', roles: ['storage'], members: [2, 3] },
  { alias: 'front', roles: ['failover-coordinator', 'router', 'stateboard'], members: [5] },
];

const names = ['s1-1', 's1-2', 's2-1', 's2-2', 'spare-1', 'front-1'];
const zones = ['dc-a', 'dc-b', 'dc-a', 'dc-b', 'dc-a', 'dc-a'];

export function localInstances(count, { dataDir, empty, offset }) {
  return Array.from({ length: count }, (_, index) => ({
    name: empty ? `i${index + 1}` : (names[index] ?? `spare-${index - 4}`),
    zone: zones[index % zones.length],
    dataDir: join(dataDir, `agent-${index + 1}`),
    listen: `127.0.0.1:${3301 + offset + index}`,
    gossip: `127.0.0.1:${7301 + offset + index}`,
    http: `127.0.0.1:${8301 + offset + index}`,
    // As the configuration has it by default: core/topology/router-settings.ts.
    router: !empty && routes(index, count) ? `127.0.0.1:${4301 + offset + index}` : null,
  }));
}

/** The one of a replicaset that is made, with role router. */
const routes = (index, count) => replicasets.some(({ roles, members }) => roles.includes('router') && members.includes(index) && members.every((member) => member < count));

/** Where clients connect; null: nowhere. */
export const routerOf = (instances) => instances.find(({ router }) => router !== null)?.router ?? null;

/** The cluster file for the demo: whichever of its replicasets have all their instances. The fifth stays a spare. */
export function demoDocument(instances) {
  const whole = replicasets.filter(({ members }) => members.every((index) => index < instances.length));
  // Without somebody who keeps the state and somebody who appoints, the priority decides.
  const mode = whole.some(({ roles }) => roles.includes('stateboard')) ? 'stateful' : 'disabled';
  const lines = ['name: demo', 'failover:', `  mode: ${mode}`, 'replicasets:'];
  for (const { alias, roles, members } of whole) {
    lines.push(`  ${alias}:`, `    roles: [${roles.join(', ')}]`, '    instances:');
    for (const index of members) lines.push(`      ${instances[index].name}:`, `        zone: ${instances[index].zone}`);
  }
  return `${lines.join('\n')}\n`;
}
