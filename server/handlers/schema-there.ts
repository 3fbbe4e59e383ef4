import { z } from 'zod';
import { CoterieError } from '~/contract/errors.ts';
import { fieldTypes } from '~/contract/shapes/space-definition.ts';
import type { ExistingSpace } from '~/core/schema/existing.ts';
import type { Context } from './context.ts';

/** Spaces as one instance has them, read in one go. Counters only: nothing is scanned. */

const Part = z.object({ field: z.number().int(), type: z.enum(fieldTypes), is_nullable: z.boolean(), path: z.string().optional(), collation: z.string().optional() });
const Index = z.object({ name: z.string(), type: z.enum(['TREE', 'HASH', 'RTREE', 'BITSET']), unique: z.boolean(), parts: z.array(Part), dimension: z.number().optional(), distance: z.enum(['euclid', 'manhattan']).optional(), func: z.string().optional() });
const There = z.object({
  name: z.string(), engine: z.enum(['memtx', 'vinyl']), is_local: z.boolean(), temporary: z.boolean(), is_sync: z.boolean(), rows: z.number().nullable(), bytes: z.number().nullable(),
  format: z.array(z.object({ name: z.string(), type: z.enum(fieldTypes), is_nullable: z.boolean() })), indexes: z.array(Index), sharding_key: z.array(z.string()).nullable(),
});
export type SpaceThere = z.output<typeof There>;

/** `names` is JSON. A type that Coterie does not know makes its space unreadable, and is told as that. */
const reading = (names: string) => `
local json, null = require('json'), require('json').NULL
local function list(items) return setmetatable(items, {__serialize = 'seq'}) end
local function known(name) if name == '*' or name == nil then return 'any' end return name == 'str' and 'string' or name == 'num' and 'unsigned' or name == 'int' and 'integer' or name end
local found = list{}
local keys = box.space._ddl_sharding_key
for _, name in ipairs(json.decode(${names})) do
  local space = box.space[name]
  if space ~= nil then
    local row = box.space._space:get(space.id)
    local flags = row[6]
    local one = {name = name, engine = space.engine, is_local = space.is_local == true, temporary = space.temporary == true, is_sync = flags.is_sync == true, rows = space.index[0] and (space.engine == 'memtx' and space:len() or space.index[0]:len()) or 0, bytes = space.index[0] and space:bsize() or 0, format = list{}, indexes = list{}, sharding_key = null}
    for _, field in ipairs(space:format()) do table.insert(one.format, {name = field.name, type = known(field.type), is_nullable = field.is_nullable == true}) end
    for id, index in pairs(space.index) do
      if type(id) == 'number' then
        local parts = list{}
        for _, part in ipairs(index.parts) do table.insert(parts, {field = part.fieldno, type = known(part.type), is_nullable = part.is_nullable == true, path = part.path, collation = part.collation}) end
        local options = box.space._index:get{space.id, id}[5]
        table.insert(one.indexes, {id = id, name = index.name, type = index.type, unique = index.unique == true, parts = parts, dimension = index.dimension, distance = options.distance, func = index.func and index.func.name})
      end
    end
    table.sort(one.indexes, function(a, b) return a.id < b.id end)
    local key = keys ~= nil and keys:get(name) or nil
    if key ~= nil then one.sharding_key = list(key[2]) end
    table.insert(found, one)
  end
end
return json.encode(found)
`;

const readMs = 3000;

/** Reads nothing but system spaces: the bracket that ends the names is one that a name cannot have. */
export async function spacesThere(context: Context, instance: { uuid: string; alias: string }, names: readonly string[]): Promise<SpaceThere[]> {
  const client = context.services.runtime.agents.client(instance.uuid, instance.alias);
  const { ok, values, error } = await client.eval({ language: 'lua', code: reading(`'${JSON.stringify(names)}'`), timeoutMs: readMs, rowsMax: 1 }, { timeoutMs: readMs + 2000 });
  if (!ok) throw new CoterieError('UNAVAILABLE', `${instance.alias} could not tell its spaces: ${error ?? 'no reason given'}.`, { instance: instance.uuid });
  return z.array(There).parse(JSON.parse(String(values[0])));
}

/** Which indexes a role made, only the agent knows; what is shown takes all of them for made, so that one that goes is named. */
export const existingOf = (there: SpaceThere, role: string): ExistingSpace => ({ ...there, role, made: there.indexes.map(({ name }) => name) });
