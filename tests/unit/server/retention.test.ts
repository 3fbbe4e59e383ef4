import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** A shorter time to keep history says first how much of it goes, and so much goes. */

const dayMs = 86_400_000;
let server: TestServer;
let auth: Record<string, string>;

beforeAll(async () => {
  server = await TestServer.start();
  auth = bearer(await server.admin());
});
afterAll(() => server.stop());

const ask = async (days: object) => (await server.post('/retention/edit', { ...days, dryRun: true }, auth)).body.plan;

test('the plan counts what will be deleted, and exactly that is', async () => {
  const { events } = server.running.services.store;
  const now = Date.now();
  const event = (n: number) => ({ at: now - n * dayMs + 3_600_000, kind: 'action' as const, severity: 'info' as const, object: { kind: 'instance' as const, id: 'x', name: 'x' }, sentence: `${n} days old.`, actor: null, data: {} });
  await events.append(Array.from({ length: 80 }, (_, index) => event(index + 1)));
  const left = async () => (await events.list({ limit: 500, object: 'x' })).map(({ sentence }) => sentence);

  expect((await ask({ eventDays: 30 })).warnings).toEqual(['Events older than 30 days are deleted, and do not come back: 50 now.']);
  expect((await ask({ eventDays: 79 })).warnings).toEqual(['Events older than 79 days are deleted, and do not come back: 1 now.']);
  expect((await ask({ eventDays: 85, runDays: 10 })).warnings).toEqual(['Events older than 85 days are deleted, and do not come back: none now.', 'Apply runs older than 10 days are deleted, and do not come back: none now.']);
  expect((await ask({ eventDays: 120 })).warnings).toEqual([]);
  expect(await left()).toHaveLength(80);

  expect((await server.post('/retention/edit', { eventDays: 30 }, auth)).status).toBe(200);
  await waitFor(async () => (await left()).length < 80, { timeoutMs: 20_000, what: 'the old ones to go' });
  expect((await left()).toSorted()).toEqual(Array.from({ length: 30 }, (_, index) => `${index + 1} days old.`).toSorted());
  expect((await events.list({ limit: 500 })).some(({ sentence }) => sentence.includes('Events: 90 -> 30 days'))).toBe(true);
});
