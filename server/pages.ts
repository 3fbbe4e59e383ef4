import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Pages } from './surfaces/http/listener.ts';

type OpenPages = { handle: Pages; close(): Promise<void> };

/**
 * The dashboard: Next.js in this process, for every path that is not ours. Null where it was not built.
 * It is loaded beside the rest of the start, and a page that is asked for meanwhile waits for it.
 */
export function openPages(root: string): OpenPages | null {
  if (!existsSync(join(root, '.next/BUILD_ID'))) return null;
  const opening = open(root);
  // Whoever asks for a page hears of a failure; without a listener here it would end the process.
  opening.catch(() => {});
  return {
    handle: async (request, response) => (await opening).handle(request, response),
    close: async () => (await opening.catch(() => null))?.close(),
  };
}

async function open(root: string): Promise<OpenPages> {
  const { default: next } = await import('next');
  // Its own signal handling would end the process in the middle of our drain.
  process.env['NEXT_MANUAL_SIG_HANDLE'] = 'true';
  process.env['NEXT_TELEMETRY_DISABLED'] = '1';
  const app = next({ dev: false, dir: root, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => app.close() };
}
