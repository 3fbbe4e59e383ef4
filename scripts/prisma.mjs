// prisma generate|validate|format without the schema-engine download: these three use only the WebAssembly schema
// parser in the package. The command's pre-flight check still wants a schema-engine file, so it is pointed at one
// that is never run. What would run it (migrate, db) is refused: migrations are server/store/migrate.ts's.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [command = '', ...rest] = process.argv.slice(2);
if (!['generate', 'validate', 'format'].includes(command)) {
  process.stderr.write('usage: node scripts/prisma.mjs generate|validate|format\nMigrations: npm run db:new <name> writes one; the server applies them when it starts.\n');
  process.exit(2);
}

const main = join(root, 'prisma/schema.prisma');
const derived = join(root, 'prisma/postgres/schema.prisma');
if (!existsSync(main)) {
  process.stderr.write(`${main} is missing\n`);
  process.exit(1);
}

const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
const env = { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1', PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? cli };

function prisma(schema) {
  const ran = spawnSync(process.execPath, [cli, command, '--schema', schema, ...rest], { cwd: root, env, encoding: 'utf8' });
  if (ran.status === 0) return;
  process.stderr.write(`prisma ${command} failed for ${schema}\n${ran.stdout ?? ''}${ran.stderr ?? ''}${ran.error ? `${ran.error.message}\n` : ''}`);
  process.exit(ran.status ?? 1);
}

prisma(main);
mkdirSync(join(root, 'prisma/postgres'), { recursive: true });
writeFileSync(
  derived,
  `// Derived from ../schema.prisma by scripts/prisma.mjs: do not edit.\n${readFileSync(main, 'utf8')
    .replace('provider = "sqlite"', 'provider = "postgresql"')
    .replace('"../server/generated/sqlite"', '"../../server/generated/postgres"')}`,
);
prisma(derived);
