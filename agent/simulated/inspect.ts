import { CoterieError } from '~/contract/errors.ts';
import type { BoxSetting, SpacesPage } from '~/contract/shapes/inspect.ts';
import type { AgentApi } from '~/link/protocol.ts';
import type { z } from 'zod';
import type { SimulatedInstance } from './instance.ts';

/** Settings and spaces of a database that is not there. */

export function boxSettings(instance: SimulatedInstance): BoxSetting[] {
  const { slab, listen } = databaseOf(instance);
  return [
    { name: 'listen', value: listen, default: null, origin: 'coterie' },
    { name: 'memtx_memory', value: slab.quotaBytes, default: 268_435_456, origin: 'coterie' },
    { name: 'feedback_enabled', value: false, default: true, origin: 'coterie' },
  ];
}

const tables = ['orders', 'customers', 'items', 'payments', 'sessions', 'events'];

export function spacesPage(instance: SimulatedInstance, { search, sort, limit, offset }: z.output<AgentApi['spaces']['input']>): SpacesPage {
  const { itemsUsedBytes } = databaseOf(instance).slab;
  const rows = tables.map((name, index): SpacesPage['spaces'][number] => {
    const bytes = Math.round((itemsUsedBytes * 0.8) / (index + 2));
    return { id: 512 + index, name, engine: 'memtx', system: false, temporary: false, localOnly: false, rows: Math.round(bytes / 120), bytes, indexBytes: Math.round(bytes * 0.2), diskBytes: null, indexes: [] };
  });
  const found = rows.filter(({ name }) => search === undefined || name.includes(search));
  const sorted = found.toSorted((a, b) => (sort === 'name' ? a.name.localeCompare(b.name) : (b[sort] ?? 0) - (a[sort] ?? 0)));
  return { spaces: sorted.slice(offset, offset + limit), of: found.length, complete: true, vinyl: null };
}

function databaseOf(instance: SimulatedInstance) {
  const { database } = instance.status();
  if (database === null) throw new CoterieError('CONFLICT', `${instance.alias} has no database that runs.`);
  return database;
}
