import type { RoleDefinition } from '~/contract/shapes/role.ts';
import type { SchemaRefusal, SchemaRefusalCode } from '~/core/schema/step.ts';
import { YamlReader, type Path, type Place } from '~/core/yaml/reader.ts';
import { readDefinition } from './definition.ts';

/** Where role.yml says what the database cannot become. */
type About = Pick<SchemaRefusal, 'code' | 'space' | 'field' | 'index'>;

/** What of a field or index it is about. */
const aspects: Readonly<Record<SchemaRefusalCode, readonly string[]>> = { kindChanged: [], typeNarrowed: ['type'], fieldRemoved: [], fieldMoved: ['name'], fieldNotNull: ['is_nullable'], primaryChanged: ['parts'], shardingKeyChanged: ['sharding_key'], unsupported: [] };

export function placesOfSpaces(text: string, about: readonly About[]): (Place | null)[] {
  if (about.length === 0) return [];
  const { definition } = readDefinition(text);
  const reader = new YamlReader(text);
  return about.map((one) => {
    const path = definition && pathOf(definition, one);
    if (!path) return null;
    return path.length === 2 ? reader.keyAt(reader.root, path) : reader.nearestAt(reader.root, path, '1:1');
  });
}

function pathOf({ spaces }: RoleDefinition, { code, space, field, index }: About): Path | null {
  const found = spaces[space];
  if (!found) return null;
  const at = field !== null ? found.format.findIndex(({ name }) => name === field) : index !== null ? found.indexes.findIndex(({ name }) => name === index) : -1;
  const list = field !== null ? ['format'] : index !== null ? ['indexes'] : [];
  if (at < 0) return ['spaces', space, ...(code === 'shardingKeyChanged' ? aspects[code] : list)];
  return ['spaces', space, ...list, at, ...aspects[code]];
}
