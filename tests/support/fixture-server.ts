import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import next from 'next';
import { errors, type ErrorCode } from '~/contract/errors.ts';
import { linksOf } from '~/core/view/links.ts';
import { failoverModes } from '~/contract/shapes/failover.ts';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { failoverFixture, incidentFixture, incidentFixtures, previewFixture, timingFixture } from './fixture-failover.ts';
import { gossipAnswer } from './fixture-gossip.ts';
import { loadFixture } from './fixture-load.ts';
import { findingsFixture, shardingFixture, shardingHistoryFixture, shardingPlanFixture, shardingScenes } from './fixture-sharding.ts';
import { bare, detailOf, free, healthy, huge, logLines, many, planFor, runOf, troubled } from './fixtures.ts';

/**
 * The dashboard over made-up data, to look at pages: `npx tsx tests/support/fixture-server.ts [port]` after `next build`.
 * What it shows is chosen by the cookie `scenario`; product tests run on the real server.
 */
const scenarios = { healthy, troubled, free, bare, many, huge };
type Cookies = Record<string, string>;

const cookiesOf = ({ headers }: IncomingMessage): Cookies => Object.fromEntries((headers.cookie ?? '').split(/; */).map((pair) => pair.split('=') as [string, string]));
const overviewFor = (cookies: Cookies): ClusterOverview => (scenarios[cookies.scenario as keyof typeof scenarios] ?? healthy)(Date.now());

class Failure extends Error {
  constructor(readonly code: ErrorCode, message: string, readonly data: Record<string, unknown> = {}) {
    super(message);
  }
}

function answer(name: string, input: Record<string, unknown>, cookies: Cookies): unknown {
  const overview = overviewFor(cookies);
  const now = Date.now();
  switch (name) {
    case 'session.me':
      if (cookies.coterie === undefined) throw new Failure('UNAUTHENTICATED', 'Sign in, or send an API token.');
      return { user: 'admin', role: cookies.role ?? 'admin', via: 'session' };
    case 'session.login':
      if (input.name === 'locked') throw new Failure('LIMITED', 'Too many failed logins: try again in 4 min.', { retryAfterMs: 250_000 });
      throw new Failure('UNAUTHENTICATED', 'The name or the password is wrong.');
    case 'session.claim':
      throw new Failure('UNAUTHENTICATED', 'The one-time link is not valid or has been used: take the newest one from the output of the server.');
    case 'gossip.members':
    case 'gossip.views':
    case 'gossip.stats':
    case 'gossip.keyring':
      return gossipAnswer(name, input, overview);
    case 'failover.status':
    case 'failover.timing':
    case 'failover.preview':
    case 'failover.candidates':
    case 'failover.incidents':
    case 'failover.incident':
      return failoverAnswer(name, input, failoverFor(cookies));
    case 'sharding.status':
      return shardingFor(cookies);
    case 'sharding.plan':
      return shardingPlanFixture(shardingFor(cookies), String(input.group), (input.weights ?? []) as string[]);
    case 'sharding.history':
      return shardingHistoryFixture(shardingFor(cookies), String(input.group), now);
    case 'sharding.doctor':
      return cookies.lost === undefined ? [] : findingsFixture(String(input.group));
    case 'cluster.metrics':
      return loadFixture(input as Parameters<typeof loadFixture>[0], now);
    case 'cluster.replication':
      return linksOf(overview, (uuid) => detailOf(overview.instances.find((one) => one.uuid === uuid)!, overview, now).status);
    case 'instance.get':
      return detailOf(overview.instances.find(({ uuid }) => uuid === input.instance)!, overview, now);
    case 'instance.probe':
      return { dryRun: false, plan: planFor({ steps: input.dryRun ? [{ kind: 'store', target: String(input.address), sentence: `Send a gossip ping to ${String(input.address)}`, reason: 'a member that answers is let in' }] : [], baseVersion: null }), run: null, data: input.dryRun ? null : { found: false, uuid: null, alias: null, sentence: `Nobody answered at ${String(input.address)} within 2 s.` } };
    default:
      return outcome(name, input, { overview, conflict: cookies.conflict !== undefined, now });
  }
}

const shardingFor = (cookies: Cookies) => shardingFixture(shardingScenes.find((scene) => scene === cookies.sharding) ?? 'even', Date.now());

const failoverFor = (cookies: Cookies): FailoverStatus => failoverFixture(overviewFor(cookies), { mode: failoverModes.find((mode) => mode === cookies.failover) ?? 'disabled', paused: cookies.paused !== undefined, now: Date.now() });

function failoverAnswer(name: string, input: Record<string, unknown>, status: FailoverStatus): unknown {
  const incidents = incidentFixtures(status, Date.now());
  switch (name) {
    case 'failover.status':
      return status;
    case 'failover.timing':
      return timingFixture(input.leaseMs as number | undefined, input.providerFailoverMs as number | undefined);
    case 'failover.candidates':
      return previewFixture(status, String(input.replicaset), undefined).candidates;
    case 'failover.preview':
      return previewFixture(status, String(input.replicaset), input.to as string | undefined);
    case 'failover.incidents':
      return incidents;
    default: {
      const found = incidents.find(({ id }) => id === input.id);
      if (!found) throw new Failure('NOT_FOUND', `There is no incident ${String(input.id)}.`);
      return incidentFixture(found);
    }
  }
}

function outcome(name: string, input: Record<string, unknown>, { overview, conflict, now }: { overview: ClusterOverview; conflict: boolean; now: number }) {
  const target = String(input.instance ?? input.alias ?? input.replicaset);
  const plan = planFor({
    summary: `${name} ${target}`,
    warnings: name === 'instance.expel' ? ['s1 is left with one copy of its data.'] : [],
    refusals: name === 'instance.rebuild' ? [{ code: 'noHealthyCopy', target, sentence: 'no other copy of s1 is healthy', wayOut: 'Bring another instance of s1 back first.' }] : [],
    changes: [{ path: `instances.${target}`, kind: name.endsWith('create') ? 'added' : name.endsWith('expel') ? 'removed' : 'changed', sentence: `${target}: ${name.endsWith('create') ? 'new replicaset with i1, i2 (storage)' : 'priority s1-1, s1-2 → s1-2, s1-1'}` }],
    steps: [
      { kind: 'writeConfig', target: 'cluster', sentence: 'Apply version 5 to 5 instances in one step', reason: 'all or nothing: an instance that refuses it stops it for all' },
      { kind: 'moveMaster', target: 's1', sentence: 'Make s1-2 the master of s1', reason: 's1-1 becomes read-only and is caught up with first' },
    ],
  });
  if (input.dryRun) return { dryRun: true, plan, run: null, data: null };
  if (conflict) throw new Failure('STALE_VERSION', 'The configuration is at version 6, not 4.', { version: 6 });
  return { dryRun: false, plan, run: runOf(overview, overview.issues.length > 0 ? 'partial' : 'done', now), data: { sentence: `${target} is changed.` } };
}

async function trpc(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const name = url.pathname.slice('/api/trpc/'.length);
  let body = '';
  for await (const chunk of request) body += chunk;
  const input = JSON.parse(request.method === 'POST' ? body || '{}' : (url.searchParams.get('input') ?? '{}')) as Record<string, unknown>;
  response.setHeader('content-type', 'application/json');
  try {
    response.end(JSON.stringify({ result: { data: answer(name, input, cookiesOf(request)) } }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { http, trpc: code, title } = errors[error.code];
    response.writeHead(http).end(JSON.stringify({ error: { message: error.message, code: -32_000, data: { code, httpStatus: http, problem: { code: error.code, title, detail: error.message, data: error.data } } } }));
  }
}

function watch(request: IncomingMessage, response: ServerResponse): void {
  const cookies = cookiesOf(request);
  if (cookies.stream === 'cut') return void response.destroy();
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const begun = overviewFor(cookies);
  const send = (data: unknown) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  send({ kind: 'snapshot', overview: begun });
  const timer = setInterval(() => {
    const now = Date.now();
    const instances = begun.instances.filter(({ health }) => health !== 'unknown').map((one) => ({ ...one, reportedAt: now - 300 }));
    send({ kind: 'delta', serverTime: now, configVersion: begun.configVersion, instances, removedInstances: [], replicasets: [], removedReplicasets: [], issues: null, suggestions: null, run: null });
    if (cookies.stream === 'lost') response.destroy();
  }, 1000);
  response.on('close', () => clearInterval(timer));
}

function watchStatus(of: (cookies: Cookies) => unknown, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = () => response.write(`data: ${JSON.stringify(of(cookiesOf(request)))}\n\n`);
  send();
  const timer = setInterval(send, 1000);
  response.on('close', () => clearInterval(timer));
}

/** The old lines, then one every second. */
function followLogs(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (data: unknown) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  for (const line of logLines(Date.now())) send(line);
  const timer = setInterval(() => send({ at: Date.now(), source: 'tarantool', level: 'info', text: 'main/115/lua: ready to accept requests' }), 1000);
  response.on('close', () => clearInterval(timer));
}

const port = Number(process.argv[2] ?? 8090);
const app = next({ dev: process.argv.includes('--dev'), dir: process.cwd() });
await app.prepare();
const handle = app.getRequestHandler();
createServer((request, response) => {
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  if (url.pathname.startsWith('/api/trpc/')) return void trpc(request, response, url);
  if (url.pathname === '/api/v1/cluster/watch') return watch(request, response);
  if (url.pathname === '/api/v1/failover/watch') return watchStatus(failoverFor, request, response);
  if (url.pathname === '/api/v1/sharding/watch') return watchStatus(shardingFor, request, response);
  if (url.pathname === '/api/v1/router/watch') return watchStatus(() => [], request, response);
  if (url.pathname.endsWith('/follow-logs')) return followLogs(response);
  return void handle(request, response);
}).listen(port, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${port}\n`));
