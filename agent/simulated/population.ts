/** Who is in a simulated cluster of a given size: names, zones, made-up addresses, and the topology that they start with. */

export type Place = {
  readonly index: number;
  readonly name: string;
  readonly zone: string;
  /** Nobody listens there: a simulated instance has no Tarantool. */
  readonly uri: string;
  /** Null: a spare, which stays unconfigured. */
  readonly replicaset: string | null;
};

export const populationLimits = { least: 3, most: 1000 } as const;

const zones = ['dc-a', 'dc-b', 'dc-c'] as const;
const copies = zones.length;

/** Replicasets of three, one copy a zone. From 20 on three instances are routers without data; what is left over is spare. */
export function populationOf(count: number): Place[] {
  const fronts = count >= 20 ? copies : 0;
  const spares = count >= 10 ? 2 : 0;
  const sets = Math.floor((count - fronts - spares) / copies);
  const digits = String(sets).length;
  const names = Array.from({ length: count }, (_, index): Pick<Place, 'name' | 'replicaset'> => {
    const set = Math.floor(index / copies);
    if (set < sets) return named(`s${String(set + 1).padStart(digits, '0')}`, index % copies);
    const rest = index - sets * copies;
    return rest < fronts ? named('front', rest) : { name: `spare-${rest - fronts + 1}`, replicaset: null };
  });
  return names.map((place, index) => ({ index, ...place, zone: zones[index % copies]!, uri: `10.${20 + (index % copies)}.${Math.floor(index / copies / 250)}.${1 + (Math.floor(index / copies) % 250)}:3301` }));
}

const named = (replicaset: string, copy: number) => ({ name: `${replicaset}-${copy + 1}`, replicaset });

/** The cluster file that they begin with. */
export function documentOf(places: readonly Place[], name: string): string {
  const lines = [`name: ${name}`, 'failover:', '  mode: disabled', 'replicasets:'];
  for (const replicaset of new Set(places.map((place) => place.replicaset))) {
    if (replicaset === null) continue;
    lines.push(`  ${replicaset}:`, `    roles: [${replicaset === 'front' ? 'failover-coordinator, router' : 'storage'}]`, '    instances:');
    for (const place of places) if (place.replicaset === replicaset) lines.push(`      ${place.name}:`, `        zone: ${place.zone}`);
  }
  return `${lines.join('\n')}\n`;
}
