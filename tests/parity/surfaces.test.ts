import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createTRPCUntypedClient, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declare, inputOf, type Shell } from '~/cli/operation.ts';
import { problemOf } from '~/contract/errors.ts';
import { contract, entriesOf, methodOf, pathOf, type Entry } from '~/contract/index.ts';
import type { Context } from '~/server/handlers/context.ts';
import { handlers } from '~/server/handlers/index.ts';
import { execute, follow, type AnyHandlers } from '~/server/surfaces/execute.ts';
import type { AppRouter } from '~/server/surfaces/trpc.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { examplesFor, password } from './examples.ts';

/** Every operation answers the same directly, over tRPC and over REST, and the command line sends the same input. */

let server: TestServer;
let token: string;
let examples: ReturnType<typeof examplesFor>;
const folder = mkdtempSync(join(tmpdir(), 'coterie-parity-'));

beforeAll(async () => {
  server = await TestServer.start();
  const code = new URL(server.running.claimLink!).searchParams.get('code')!;
  token = await server.admin();
  for (const alias of ['a', 'b', 'c', 'd', 'spare']) await server.agent(alias);
  const edits = [
    { kind: 'setSection', name: 'roles/demo/role.yml', text: 'functions:\n  demo.hello:\n    mode: read\n    body: function(name) return name end\n' },
    { kind: 'setSection', name: 'roles/demo/init.lua', text: 'return {}' },
    { kind: 'setDatabase', settings: { users: { reporter: { roles: ['reading'], privileges: { universe: ['execute'] } } }, roles: { reading: { privileges: { 'space:*': ['read'] } } } } },
    { kind: 'createReplicaset', alias: 's1', instances: ['a', 'b'], roles: ['storage', 'demo'], weight: 1 },
    { kind: 'createReplicaset', alias: 's2', instances: ['c', 'd'], roles: ['storage'], weight: 1 },
  ];
  expect((await server.post('/topology/apply', { edits }, bearer(token))).status).toBe(200);
  expect((await server.post('/config/upload', { sections: { old: '1' } }, bearer(token))).status).toBe(200);
  await waitFor(() => server.runtime.state.overview.instances.every(({ configured, configVersion }) => !configured || configVersion === 2), { timeoutMs: 30_000, what: 'all to report version 2' });
  examples = examplesFor({ code, member: 'a' });
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Clocks and measurements differ between two calls; a new uuid is new each time. */
const volatile = new Set(['serverTime', 'reportedAt', 'clockOffsetMs', 'at', 'since', 'lastSeenAt', 'lastUsedAt', 'tookMs', 'startedAt', 'expiresAt', 'requestId', 'instance', 'values', 'startMs', 'count']);
function steady(value: unknown, fresh: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => steady(one, fresh));
  if (typeof value === 'string') return value.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (uuid) => (fresh.has(uuid) ? uuid : 'new uuid')).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (volatile.has(key) ? [] : [[steady(key, fresh) as string, steady(inner, fresh)]])));
}

type Answer = { ok: unknown } | { problem: { code: string; detail: string; data: unknown } };

async function answered(call: () => Promise<unknown>): Promise<Answer> {
  const known = new Set<string>([...server.agents, ...server.runtime.state.overview.replicasets].map(({ uuid }) => uuid));
  try {
    return { ok: steady(await call(), known) };
  } catch (error) {
    const { code, detail, data } = error instanceof TRPCClientError ? (error.data as { problem: ReturnType<typeof problemOf> }).problem : problemOf(error);
    return { problem: { code, detail: steady(detail, known) as string, data: steady(data, known) } };
  }
}

/** Each surface once, of a cluster that did not change meanwhile: on a busy machine an agent is late now and then, and says so in some answers. */
async function asked(entry: Entry, input: Record<string, unknown>): Promise<[Answer, Answer, Answer]> {
  for (let again = triesMax - 1; ; again -= 1) {
    const before = await answered(() => direct(entry, input));
    const answers = [before, await answered(() => trpc(entry, input)), await answered(() => rest(entry, input))] as [Answer, Answer, Answer];
    if (again === 0 || isDeepStrictEqual(before, answers[1]) && isDeepStrictEqual(before, answers[2])) return answers;
    if (isDeepStrictEqual(before, await answered(() => direct(entry, input)))) return answers;
  }
}

const triesMax = 10;

const pipeline = { handlers: handlers as unknown as AnyHandlers, observe: () => {} };

async function direct(entry: Entry, rawInput: unknown): Promise<unknown> {
  const { services } = server.running;
  const actor = await services.access.authenticate({ cookie: null, authorization: `Bearer ${token}`, address: '127.0.0.1' });
  const context: Context = { actor, surface: 'rest', address: '127.0.0.1', agent: null, requestId: 'r', services, setCookie: () => {}, setTotal: () => {} };
  const call = { entry, context, rawInput };
  if (entry.operation.kind !== 'stream') return entry.operation.output.parse(await execute(pipeline, call));
  const ended = new AbortController();
  for await (const { data } of follow(pipeline, call, { signal: ended.signal, again: async () => actor })) {
    ended.abort();
    return entry.operation.output.parse(data);
  }
}

function client() {
  const url = `${server.url}/api/trpc`;
  const headers = bearer(token);
  const withToken = (input: string, init: RequestInit) => fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), ...headers } });
  return createTRPCUntypedClient<AppRouter>({
    links: [splitLink({ condition: (op) => op.type === 'subscription', true: httpSubscriptionLink({ url, EventSource: sourceWith(withToken) }), false: httpLink({ url, headers }) })],
  });
}

async function trpc({ name, operation }: Entry, input: unknown): Promise<unknown> {
  if (operation.kind === 'query') return client().query(name, input);
  if (operation.kind === 'mutation') return client().mutation(name, input);
  return new Promise((resolve, reject) => {
    const { unsubscribe } = client().subscription(name, input, {
      onData: (message) => {
        unsubscribe();
        resolve((message as { data: unknown }).data);
      },
      onError: reject,
    });
  });
}

async function rest(entry: Entry, input: Record<string, unknown>): Promise<unknown> {
  const subject: readonly string[] = entry.operation.subject ?? [];
  const path = pathOf(entry).replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(input[field])));
  const others = Object.entries(input).filter(([field]) => !subject.includes(field));
  const method = methodOf(entry);
  const query = new URLSearchParams(others.flatMap(([field, value]) => [value].flat().map((one) => [field, String(one)])));
  const url = `${server.url}/api/v1${path}${method === 'GET' ? `?${query}` : ''}`;
  const response = await fetch(url, { method, headers: { ...bearer(token), 'content-type': 'application/json' }, ...(method === 'GET' ? {} : { body: JSON.stringify(Object.fromEntries(others)) }) });
  if (entry.operation.kind === 'stream') return firstEvent(response);
  const body = (await response.json()) as { code: never; detail: string; data: Record<string, unknown> };
  if (response.ok) return body;
  throw Object.assign(new TRPCClientError(body.detail), { data: { problem: body } });
}

async function firstEvent(response: Response): Promise<unknown> {
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    const data = /^data: (.*)$/m.exec(text);
    if (!data || !text.includes('\n\n')) continue;
    const message = JSON.parse(data[1]!) as { detail: string };
    if (!text.includes('event: problem')) return message;
    throw Object.assign(new TRPCClientError(message.detail), { data: { problem: message } });
  }
}

const shell: Shell = { terminal: { interactive: true, ask: async () => 'y', askHidden: async () => password, say: () => {} }, env: { NODE_ENV: 'test' }, nowMs: () => 0, out: () => {}, colour: false };

async function typed(entry: Entry, argv: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<unknown> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const words = argv.map((word) => (word.startsWith('@') ? join(folder, word.slice(1)) : word.replace(/=@(.*)$/, (_, name: string) => `=@${join(folder, name)}`)));
  const command = new Command().exitOverride();
  declare(command, entry);
  await command.action(() => {}).parseAsync(words, { from: 'user' });
  return inputOf(entry, { args: command.args, options: command.opts() }, shell);
}

const exampleOf = ({ noun, verb }: Entry) => (examples as never as Record<string, Record<string, { input: Record<string, unknown>; argv: string[]; files?: Record<string, string> }>>)[noun]![verb]!;

describe.each(entriesOf(contract).map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
  it('answers the same on every surface', async () => {
    const { input } = exampleOf(entry);
    const [expected, ...others] = await asked(entry, input);
    for (const other of others) expect(other).toEqual(expected);
    if ('problem' in expected) expect(expected.problem.code).not.toBe('INTERNAL');
  });

  it('gets the same input from the command line', async () => {
    const { input, argv, files } = exampleOf(entry);
    expect(await typed(entry, argv, files)).toEqual(entry.operation.input.parse(input));
  });
});

/** What a handler would answer, had it done something: only the way into the log is looked at. */
const done = { dryRun: false, plan: { summary: 's', steps: [], refusals: [], warnings: [], changes: [{ path: 'p', kind: 'changed', before: 1, after: 2, sentence: 's' }], baseVersion: null }, run: null, data: null };

describe.each(entriesOf(contract).filter(({ operation }) => operation.kind === 'mutation').map((entry) => [entry.name, entry] as const))('%s', (name, entry) => {
  it('is written into the audit log, without its secrets, and its preview is not', async () => {
    const { services } = server.running;
    const { input: preview } = exampleOf(entry);
    const secrets: readonly string[] = entry.operation.secrets ?? [];
    const { dryRun: _, ...input } = preview;
    const actor = await services.access.authenticate({ cookie: null, authorization: `Bearer ${token}`, address: '127.0.0.1' });
    const context: Context = { actor, surface: 'rest', address: '127.0.0.1', agent: null, requestId: 'r', services, setCookie: () => {}, setTotal: () => {} };
    const answering = (answer: unknown) => ({ ...pipeline, handlers: { [entry.noun]: { [entry.verb]: async () => answer } } as unknown as AnyHandlers });
    const written = () => services.store.audit.list({ operation: name, limit: 100 });
    const before = (await written()).length;
    await execute(answering({ ...done, dryRun: true }), { entry, context, rawInput: preview });
    expect((await written()).length).toBe(before);
    await execute(answering(done), { entry, context, rawInput: input });
    const [row, ...older] = await written();
    expect(older).toHaveLength(before);
    expect(row).toMatchObject({ actor: 'admin', surface: 'rest', operation: name, outcome: 'ok', before: { p: 1 }, after: { p: 2 } });
    for (const [field, value] of Object.entries(input)) expect((row!.input as Record<string, unknown>)[field], field).toEqual(secrets.includes(field) ? '(secret)' : value);
  });
});

/** Just enough of an EventSource for one message, with our headers: Node 20 has none. */
function sourceWith(request: (url: string, init: RequestInit) => Promise<Response>) {
  return class {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 2;
    readyState = 0;
    readonly #listeners = new Map<string, ((event: unknown) => void)[]>();
    readonly #ended = new AbortController();
    constructor(url: string | URL) {
      void this.#read(String(url)).catch(() => {});
    }
    addEventListener(type: string, listener: (event: unknown) => void): void {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    }
    removeEventListener(): void {}
    close(): void {
      this.#ended.abort();
    }
    #tell(type: string, event: object): void {
      for (const listener of this.#listeners.get(type) ?? []) listener({ type, ...event });
    }
    async #read(url: string): Promise<void> {
      const response = await request(url, { signal: this.#ended.signal, headers: { accept: 'text/event-stream' } });
      this.readyState = 1;
      this.#tell('open', {});
      let rest = '';
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        const blocks = (rest + new TextDecoder().decode(chunk)).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) {
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
          this.#tell(field('event') ?? 'message', { data: field('data'), lastEventId: field('id') ?? '' });
        }
      }
    }
  } as never;
}
