import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';

/**
 * Prisma's own schema engine as WebAssembly over a driver adapter: migrations without an engine download.
 * The glue keeps views of one WebAssembly memory, so it is loaded once per process.
 */
type Glue = { SchemaEngine: typeof SchemaEngine; __wbg_set_wasm(exports: unknown): void };

let glue: Promise<typeof SchemaEngine> | undefined;

async function load(): Promise<typeof SchemaEngine> {
  // The glue reports a panic through this global, as Prisma's CLI sets it up.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { message: '', set_message(message: string) { this.message = message; } } });
  // The package's types describe its bundler entry; this file has the same classes and the hook that sets the memory.
  const loaded = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as Glue;
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(entry.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': loaded as unknown as WebAssembly.ModuleImports });
  loaded['__wbg_set_wasm'](instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return loaded.SchemaEngine;
}

export async function openEngine(factory: SqlMigrationAwareDriverAdapterFactory, schemaPath: string) {
  const content = await readFile(schemaPath, 'utf8');
  const Engine = await (glue ??= load());
  const engine = await Engine.new({ datamodels: [[schemaPath, content]] }, () => undefined, bindMigrationAwareSqlAdapterFactory(factory));
  return { engine, schema: { files: [{ path: schemaPath, content }] } };
}

/** Nothing in the database is outside the schema. */
export const filters = { externalTables: [], externalEnums: [] };
