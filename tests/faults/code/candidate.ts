import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version that an agent has prepared and not committed, as its disk has it. The file of an old version lies in the same place, to be written over. */
export function candidateIn(dataDir: string): number | null {
  const folder = join(dataDir, 'config');
  const path = join(folder, 'candidate');
  if (!existsSync(path)) return null;
  const committed = Math.max(0, ...readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => Number.parseInt(name, 10)));
  const version = versionOf(path);
  return version !== null && version > committed ? version : null;
}

function versionOf(path: string): number | null {
  try {
    const [head = ''] = readFileSync(path, 'utf8').split('\n', 1);
    return (JSON.parse(head) as { meta: { version: number } }).meta.version;
  } catch {
    // It goes, or is written, at this moment.
    return null;
  }
}
