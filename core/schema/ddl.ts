import { stringify } from 'yaml';
import * as z from 'zod';
import { SchemaName, SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import { YamlReader } from '~/core/yaml/reader.ts';

/** Spaces as the `ddl` module of Tarantool writes them, in YAML: `spaces:` with every field said, as it wants them. */

const DdlDocument = z.strictObject({ spaces: z.record(SchemaName, SpaceDefinition) });

export type DdlFault = { readonly at: string; readonly sentence: string };

export function readDdl(text: string): { readonly spaces: Readonly<Record<string, SpaceDefinition>> | null; readonly faults: readonly DdlFault[] } {
  const reader = new YamlReader(text);
  const read = reader.faults.length > 0 ? null : reader.value(reader.root, DdlDocument, { name: 'the schema', at: '1:1' });
  return { spaces: read?.spaces ?? null, faults: reader.faults.map(({ at, sentence, wayOut }) => ({ at, sentence: `${sentence} ${wayOut}` })) };
}

/** What is the default of Coterie is written too, but for what the module does not know. */
export const ddlText = (spaces: Readonly<Record<string, SpaceDefinition>>): string =>
  stringify({ spaces: Object.fromEntries(Object.entries(spaces).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, { is_sync: sync, ...space }]) => [name, sync ? { ...space, is_sync: sync } : space])) }, { lineWidth: 0, aliasDuplicateObjects: false });
