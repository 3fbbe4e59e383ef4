/** A process that is one member: its parent calls the methods of `Swim` over IPC and hears the events, with their time. */

import { createSwim, type Swim, type SwimEvents, type SwimOptions } from '~/swim/index.ts';

export type MemberRequest =
  | { readonly id: number; readonly method: 'start'; readonly options: Omit<SwimOptions, 'workerUrl'> }
  | { readonly id: number; readonly method: 'block'; readonly ms: number }
  | { readonly id: number; readonly method: 'usage' }
  | { readonly id: number; readonly method: 'members' | 'self' | 'stats' | 'leave' | 'stop' }
  | { readonly id: number; readonly method: 'setPayload'; readonly payload: Uint8Array }
  | { readonly id: number; readonly method: 'install'; readonly key: Uint8Array }
  | { readonly id: number; readonly method: 'use' | 'remove'; readonly key: string };

export type MemberReport =
  | { readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly event: keyof SwimEvents; readonly uuid: string; readonly atMs: number };

const kinds = ['join', 'suspect', 'alive', 'dead', 'left', 'payload', 'address', 'conflict'] as const;
let swim: Swim | undefined;

function report(message: MemberReport): void {
  process.send?.(message);
}

function clockMs(): number {
  return performance.timeOrigin + performance.now();
}

function running(): Swim {
  if (swim === undefined) throw new Error('not started');
  return swim;
}

async function perform(request: MemberRequest): Promise<unknown> {
  switch (request.method) {
    case 'start': {
      const started = createSwim({ ...request.options, workerUrl: new URL('./worker.mjs', import.meta.url) });
      swim = started;
      for (const kind of kinds) started.on(kind, (...about) => report({ event: kind, uuid: about[0].uuid, atMs: clockMs() }));
      started.on('failed', (error) => report({ event: 'failed', uuid: error.message, atMs: clockMs() }));
      return started.start();
    }
    case 'block': {
      const until = performance.now() + request.ms;
      while (performance.now() < until);
      return undefined;
    }
    case 'usage':
      return { ...process.cpuUsage(), rss: process.memoryUsage.rss(), open: process.getActiveResourcesInfo() };
    case 'setPayload':
      return running().setPayload(request.payload);
    case 'install':
      return running().keyring.install(request.key);
    case 'use':
    case 'remove':
      return running().keyring[request.method](request.key);
    case 'members':
    case 'self':
    case 'stats':
    case 'leave':
    case 'stop':
      return running()[request.method]();
  }
}

process.on('message', (request: MemberRequest) => {
  perform(request).then(
    (value) => report({ id: request.id, value }),
    (error) => report({ id: request.id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
