import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { Product, user } from '~/tests/support/browser.ts';
import { Follower } from '~/tests/support/follower.ts';
import { Simulated } from '~/tests/support/simulated.ts';
import { waitFor } from '~/tests/support/wait.ts';

/**
 * `npm run up -- --simulate 500`, of which half die or hang: nothing that concerns the other half may become slow. The
 * instances are simulated; the server, its pages and all that it talks are real. Limits are several times what a quiet
 * machine takes, and far below what waiting for those that are away would take.
 */

const count = 500;
const freshMs = 3000;
const answerMs = 500;
const seenMs = 20_000;
/** An agent that hangs is given up after 6 s (`core/apply/policy.ts`); asked one batch after the other, half of them took 36 s. */
const changedMs = 30_000;
const watchedMs = 4000;
const deltasPerSecond = 4;

let product: Product;
let simulated: Simulated;
let follower: Follower;
let cookie: string;
let half: ReadonlySet<string>;

const overview = async (): Promise<ClusterOverview> => (await product.rest('/cluster/overview')).body;
const configured = ({ instances }: ClusterOverview) => instances.filter((view) => view.configured);
const until = (what: string, timeoutMs: number, fits: () => Promise<boolean>) => waitFor(fits, { timeoutMs, what, everyMs: 250 });
const aliasesOf = (instances: readonly { readonly alias: string }[]) => instances.map(({ alias }) => alias).toSorted();

const allWell = (timeoutMs: number) =>
  until('all to be well and fresh', timeoutMs, async () => {
    const { instances, serverTime, configVersion } = await overview();
    return instances.length === count && instances.every((view) => view.health === 'ok' && serverTime - (view.reportedAt ?? 0) < freshMs && (!view.configured || (view.state === 'ready' && view.configVersion === configVersion)));
  });

beforeAll(async () => {
  product = await Product.start({ simulate: count });
  await product.claim();
  simulated = new Simulated(join(product.folder, 'data/simulated'));
  follower = product.follow();
  const answer = await fetch(`${product.url}/api/v1/session/${user.name}/login`, { method: 'POST', headers: { 'content-type': 'application/json', origin: product.url }, body: JSON.stringify({ password: user.password }) });
  cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  await allWell(60_000);
  half = new Set(aliasesOf(configured(await overview())).filter((_, index) => index % 2 === 0).slice(0, count / 2));
  // So that no page is asked for the first time later on.
  await page();
}, 180_000);

afterAll(async () => {
  follower?.end();
  await product?.stop();
}, 120_000);

async function page(): Promise<number> {
  const { status, body } = await fetch(product.url, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
  for await (const _ of body as unknown as AsyncIterable<Uint8Array>);
  return status;
}

/** The median of some answers of each: a busy machine makes single ones late. */
async function answersFast(): Promise<void> {
  const asks: Record<string, () => Promise<number>> = {
    overview: async () => (await product.rest('/cluster/overview')).status,
    instances: async () => (await product.rest('/instance?limit=100&sort=lag&descending=true')).status,
    replicasets: async () => (await product.rest('/replicaset?limit=50&issue=unreachable')).status,
    events: async () => (await product.rest('/cluster/events?limit=50&severity=critical')).status,
    dashboard: page,
  };
  const medians: Record<string, number> = {};
  for (const [name, ask] of Object.entries(asks)) {
    const took: number[] = [];
    for (let i = 0; i < 7; i++) {
      const begun = performance.now();
      expect(await ask(), name).toBe(200);
      took.push(performance.now() - begun);
    }
    medians[name] = took.toSorted((a, b) => a - b)[3]!;
  }
  expect(Object.entries(medians).filter(([, ms]) => ms > answerMs)).toEqual([]);
}

/** Every one that lives is told of again and again, at no more than four messages a second. */
async function toldLive(away: ReadonlySet<string>): Promise<void> {
  const living = configured(await overview()).filter(({ alias }) => !away.has(alias));
  const from = performance.now();
  const reported = new Map(living.map(({ uuid, reportedAt }) => [uuid, reportedAt ?? 0]));
  const newer = new Set<string>();
  const read = () => {
    for (const { update } of follower.since(from)) {
      if (update.kind !== 'delta') continue;
      for (const { uuid, reportedAt } of update.instances) if ((reportedAt ?? 0) > (reported.get(uuid) ?? Infinity)) newer.add(uuid);
    }
    return newer.size === reported.size && performance.now() - from > watchedMs;
  };
  await waitFor(read, { timeoutMs: 15_000, what: 'every living instance to be told of', everyMs: 100 });
  const told = follower.since(from);
  const seconds = (performance.now() - from) / 1000;
  // One that a busy machine has held up comes with the next.
  expect(told.length).toBeLessThanOrEqual(deltasPerSecond * seconds + 2);
  expect(told.map(({ update }) => update.kind).filter((kind) => kind !== 'delta')).toEqual([]);
}

/** A change of the configuration, until all that live have it. */
async function changes(away: ReadonlySet<string>, text: string): Promise<void> {
  const begun = performance.now();
  const answer = product.rest('/config/upload', { sections: { motd: text } });
  const before = (await overview()).configVersion;
  await until('the living to have the change', changedMs, async () => {
    const { instances, configVersion } = await overview();
    return configVersion > before && instances.filter((view) => view.configured && !away.has(view.alias)).every((view) => view.configVersion === configVersion);
  });
  expect(performance.now() - begun).toBeLessThan(changedMs);
  const { status, body } = await answer;
  expect(status, JSON.stringify(body).slice(0, 2000)).toBe(200);
  expect(body.run.state).toBe('partial');
}

const wrong = async () => aliasesOf(configured(await overview()).filter(({ health }) => health === 'critical'));

async function staysFast(text: string): Promise<void> {
  await changes(half, text);
  await until('those that are away to be seen, and nobody else', seenMs, async () => JSON.stringify(await wrong()) === JSON.stringify([...half].toSorted()));
  await toldLive(half);
  await answersFast();
}

test('250 of 500 agents are killed', async () => {
  await simulated.order({ kind: 'kill' }, [...half]);
  await staysFast('half is dead').finally(() => simulated.order({ kind: 'start' }, [...half]));
  await allWell(40_000);
}, 120_000);

test('250 of 500 agents hang: they take connections and answer nothing', async () => {
  await simulated.order({ kind: 'hang' }, [...half]);
  // The change comes at once, before anybody can know of it.
  await staysFast('half hangs').finally(() => simulated.order({ kind: 'resume' }, [...half]));
  await allWell(40_000);
}, 120_000);
