import { createHash } from 'node:crypto';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import type { Committed } from '~/link/protocol.ts';
import type { Audited, StoredUser } from '~/server/store/index.ts';

/** Values to put into a store. */

export const t0 = 1_800_000_000_000;

export function committed(version: number, text = `{"n":${version}}`): Committed {
  const hash = createHash('sha256').update(text).digest('hex');
  return { meta: { version, hash, author: 'alice', surface: 'cli', reason: version % 2 ? null : 'because', at: t0 + version, base: version === 1 ? null : version - 1 }, text };
}

export function run(id: string, version: number): ApplyRun {
  return { id, version, baseVersion: version === 1 ? null : version - 1, state: 'preparing', author: 'alice', surface: 'cli', reason: null, startedAt: t0 + version, decidedAt: null, finishedAt: null, error: null, instances: [] };
}

export const instances: ApplyRun['instances'] = [{ uuid: '00000000-0000-4000-8000-000000000001', alias: 'a', state: 'applied', message: null, tookMs: 1.5 }];

export function event(n: number, change: Partial<EventDraft> = {}): EventDraft {
  return { at: t0 + n, kind: 'health', severity: 'warning', object: { kind: 'instance', id: `id-${n % 3}`, name: `name-${n % 3}` }, sentence: `event ${n}`, actor: null, data: { n }, ...change };
}

export function entry(n: number, change: Partial<Audited> = {}): Omit<Audited, 'id'> {
  return { at: t0 + n, actor: 'alice', surface: 'cli', operation: 'instance.expel', target: 's1', reason: null, outcome: 'ok', error: null, input: { n }, before: null, after: { x: [1, 2] }, address: '10.0.0.1', ...change };
}

export function user(name: string, role: StoredUser['role'] = 'admin', change: Partial<StoredUser> = {}): StoredUser {
  return { name, role, passwordHash: '$argon2id$x', createdAt: t0, lastLoginAt: null, disabled: false, ...change };
}
