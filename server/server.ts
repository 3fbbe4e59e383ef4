import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { ApplyPolicy } from '~/core/apply/policy.ts';
import type { Asked } from '~/link/asked.ts';
import { agentClient } from '~/link/client.ts';
import { Exposition } from '~/core/metrics/exposition.ts';
import { keysOf } from '~/link/keys.ts';
import { sealRing } from '~/link/sealed-ring.ts';
import { TokenSigner } from '~/link/token.ts';
import { createAccess } from '~/server/access/index.ts';
import type { Services } from '~/server/handlers/context.ts';
import { handlers } from '~/server/handlers/index.ts';
import { openStore, type Store } from '~/server/store/index.ts';
import { openDataDir, readSecret, type DataDir } from './data-dir.ts';
import { databasePasswords } from './database-passwords.ts';
import { Initial } from './initial.ts';
import { openPages } from './pages.ts';
import { sender } from './runtime/alerts/sender.ts';
import { Runtime } from './runtime/runtime.ts';
import type { Gossip } from './runtime/gossip.ts';
import { hostPort, type Settings } from './settings.ts';
import { application, type Readiness } from './surfaces/http/application.ts';
import { HttpListener } from './surfaces/http/listener.ts';
import { Proxies } from './surfaces/http/proxies.ts';
import type { AnyHandlers } from './surfaces/execute.ts';
import { gauges } from './surfaces/gauges.ts';
import { IdempotentAnswers } from './surfaces/idempotency.ts';
import { serverFamilies } from './surfaces/families.ts';
import { observing } from './surfaces/observe.ts';

/** The control plane put together: store, runtime, surfaces, listener. Stops in the reverse order. */

export type ServerComponents = {
  readonly log: Logger;
  /** Gossip for this server; how is the caller's choice, so that tests need no sockets. */
  readonly gossip: (options: { uuid: string; key: Uint8Array; dataDir: string }) => Gossip;
  readonly root: string;
  readonly version: string;
};

export type Running = {
  readonly url: string;
  /** Of the listener: the one asked for, or the one taken where that was 0. */
  readonly port: number;
  readonly services: Services;
  /** Null once the cluster has users. */
  readonly claimLink: string | null;
  stop(): Promise<void>;
};

const heartbeatMs = 10_000;
const pruneEveryMs = 3_600_000;

export async function startServer(settings: Settings, components: ServerComponents, more: { policy?: Partial<ApplyPolicy> } = {}): Promise<Running> {
  const dataDir = openDataDir(settings.dataDir);
  const undo: (() => void | Promise<void>)[] = [() => dataDir.release()];
  try {
    return await start(settings, { ...components, ...more, dataDir, undo });
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw error;
  }
}

type Starting = ServerComponents & { dataDir: DataDir; policy?: Partial<ApplyPolicy>; undo: (() => void | Promise<void>)[] };

async function start(settings: Settings, { log, gossip, root, version, dataDir, policy, undo }: Starting): Promise<Running> {
  const { host, port } = hostPort(settings.listen);
  const secret = readSecret(settings.secretFile);
  const warn = (sentence: string, error: unknown) => (error === null ? log.warn(sentence) : log.warn({ err: error }, sentence));
  const parts = { starting: 'the database is being opened', runtime: null as Runtime | null, initial: null as Initial | null, store: null as Store | null };
  const stopping = new AbortController();

  const metrics = new Exposition(serverFamilies);
  const https = settings.publicUrl?.startsWith('https:') ?? false;
  const publicOrigin = settings.publicUrl ? new URL(settings.publicUrl).origin : null;
  let answer: ReturnType<typeof application> | null = null;
  const pages = settings.headless ? null : openPages(root);
  if (pages) undo.push(() => pages.close());
  // The port is taken first: whoever is in the way is named before anything is done, and probes get an answer while we start.
  const listener = new HttpListener(
    {
      answer: async (request, address) => (answer ? answer(request, address) : starting(request, parts.starting)),
      pages: pages?.handle ?? null,
      onError: (error) => log.error({ err: error }, 'a request failed'),
      onUnknownProxy: (address) => log.warn({ address }, 'A request with x-forwarded-for came from an address that is not in --trusted-proxy: it is taken for the caller. If it is your proxy, limits on logins hold for all its users together.'),
    },
    { host, port, proxies: new Proxies(settings.trustedProxy) },
  );
  const taken = await listener.start();
  const url = settings.publicUrl ?? `http://${settings.listen.slice(0, settings.listen.lastIndexOf(':'))}:${taken}`;
  undo.push(() => listener.stop());

  const store = await openStore(settings.databaseUrl ?? `file:${join(settings.dataDir, 'coterie.db')}`);
  undo.push(() => store.close());
  dataDir.tell({ url, provider: store.provider });
  const keys = keysOf(secret, settings.cluster);
  const signer = new TokenSigner(keys.token, { name: `server ${dataDir.owner}` });
  const now = () => Date.now();
  parts.starting = 'the gossip is being joined';
  const runtime = await Runtime.start(
    { store, gossip: gossip({ uuid: dataDir.uuid, key: keys.gossip, dataDir: settings.dataDir }), connect: (target) => agentClient(target, signer), sealRing: (ring, callee) => sealRing(ring, { key: keys.ringInTransit, callee, now: now() }), now, random: Math.random, newUuid: randomUUID, sender: sender({ key: keys.alerts, agent: `coterie/${version}`, now }), warn },
    { name: settings.cluster, owner: dataDir.owner, boot: randomBytes(4).toString('hex'), url, ...(policy ? { policy } : {}) },
  );
  undo.push(() => runtime.stop());
  const access = createAccess({ store, now, random: randomBytes }, { secure: https, onClaimed: () => rmSync(dataDir.claimFile, { force: true }) });
  const pruning = setInterval(() => void access.prune().catch((error: unknown) => warn('Expired sessions could not be deleted.', error)), pruneEveryMs);
  undo.push(() => clearInterval(pruning));
  const services: Services = { store, access, runtime, databasePasswords: databasePasswords(keys.databasePasswords), now, newUuid: randomUUID };
  const initial = settings.initial === undefined ? null : new Initial({ runtime, newUuid: randomUUID, say: { info: (sentence) => log.info(sentence), error: (sentence) => log.error(sentence) } }, { file: settings.initial });
  if (initial) undo.push(() => initial.end());
  gauges(metrics, runtime);

  // Ready means that it can be used: where there is no user yet, that takes the link.
  parts.starting = 'the claim link is being written';
  const link = await claimLink(dataDir, { url, services });
  // Each handler has the types of its own operation, which a lookup by name cannot express.
  const pipeline = { handlers: handlers as unknown as AnyHandlers, observe: observing(log, metrics) };
  answer = application({
    services, publicOrigin, pipeline, heartbeatMs, stopping: stopping.signal, answers: new IdempotentAnswers(now), root, version, metrics, https,
    readiness: (query) => readiness({ store, initial }, query),
  });
  // Last in, first out: streams end, requests in flight are answered, and only then goes what they need.
  undo.push(() => listener.stop(), () => stopping.abort());
  return { url, port: taken, services, claimLink: link, stop: () => stopAll(undo) };
}

async function stopAll(undo: (() => void | Promise<void>)[]): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
}

function starting(request: Asked, what: string): Response {
  if (new URL(request.url).pathname === '/livez') return new Response('ok\n');
  return new Response(`starting: ${what}\n`, { status: 503, headers: { 'retry-after': '1', 'content-type': 'text/plain' } });
}

async function readiness({ store, initial }: { store: Store; initial: Initial | null }, query: URLSearchParams): Promise<Readiness> {
  const reasons: string[] = [];
  await within(store.ping(), 2000).catch((error: unknown) => reasons.push(`the database does not answer: ${error instanceof Error ? error.message : String(error)}`));
  const missing = query.has('initial') ? (initial?.missing ?? null) : null;
  if (missing !== null) reasons.push(missing.sentence);
  return { reasons, hopeless: missing?.hopeless ?? false };
}

async function within(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The link makes the first admin; it lies in a file of this user until it is used. */
async function claimLink({ claimFile }: DataDir, { url, services }: { url: string; services: Services }): Promise<string | null> {
  const kept = existsSync(claimFile) ? new URL(readFileSync(claimFile, 'utf8').trim()).searchParams.get('code') : null;
  const code = await services.access.claim.open(kept);
  if (code === null) {
    rmSync(claimFile, { force: true });
    return null;
  }
  const link = `${url.replace(/\/$/, '')}/claim?code=${code}`;
  writeFileSync(claimFile, `${link}\n`, { mode: 0o600 });
  return link;
}
