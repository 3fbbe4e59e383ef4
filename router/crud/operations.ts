/** The operations of crud by name: no other is counted, or looked for. */

export const singleOperations = ['insert', 'insert_object', 'replace', 'replace_object', 'upsert', 'upsert_object', 'get', 'update', 'delete'] as const;
export const wideOperations = [
  'select', 'count', 'len', 'min', 'max', 'truncate', 'schema', 'storage_info',
  'insert_many', 'insert_object_many', 'replace_many', 'replace_object_many', 'upsert_many', 'upsert_object_many',
] as const;

export type SingleOperation = (typeof singleOperations)[number];
export type WideOperation = (typeof wideOperations)[number];
export type Operation = SingleOperation | WideOperation;

const all: ReadonlySet<string> = new Set([...singleOperations, ...wideOperations]);

export function isOperation(name: string): name is Operation {
  return all.has(name);
}
