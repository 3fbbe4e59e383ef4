import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Pages } from './surfaces/http/listener.ts';

/** The dashboard: Next.js in this process, for every path that is not ours. Null where it was not built. */
export async function openPages(root: string): Promise<{ handle: Pages; close(): Promise<void> } | null> {
  if (!existsSync(join(root, '.next/BUILD_ID'))) return null;
  const { default: next } = await import('next');
  // Its own signal handling would end the process in the middle of our drain.
  process.env['NEXT_MANUAL_SIG_HANDLE'] = 'true';
  process.env['NEXT_TELEMETRY_DISABLED'] = '1';
  const app = next({ dev: false, dir: root, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => app.close() };
}
