import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where schema and migrations are: found upwards from the running file, be it a source or a bundle in dist/. */
export type Provider = 'sqlite' | 'postgresql';

export function packageRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'prisma/schema.prisma'))) return folder;
    if (dirname(folder) === folder) throw new Error(`prisma/schema.prisma is in no folder above ${from}`);
  }
}

export const providerOf = (url: string): Provider => {
  if (url.startsWith('file:')) return 'sqlite';
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgresql';
  throw new Error('the database URL must start with file: or postgresql://');
};

const folderOf = (provider: Provider, root: string) => (provider === 'sqlite' ? join(root, 'prisma') : join(root, 'prisma/postgres'));
export const schemaFile = (provider: Provider, root: string) => join(folderOf(provider, root), 'schema.prisma');
export const migrationsFolder = (provider: Provider, root: string) => join(folderOf(provider, root), 'migrations');

/** `file:relative`, `file:/absolute` and `file:///absolute`. */
export function pathOf(url: string): string {
  return url.startsWith('file:///') ? fileURLToPath(url) : url.slice('file:'.length);
}
