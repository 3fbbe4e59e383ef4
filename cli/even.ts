import { CoterieError } from '~/contract/errors.ts';
import { entryOf, type Entry } from '~/contract/index.ts';
import type { RouterRow } from '~/contract/shapes/router-view.ts';
import type { ShardingPlan } from '~/contract/shapes/sharding-plan.ts';
import type { GroupStatus, ShardingStatus } from '~/contract/shapes/sharding-status.ts';
import { groupStateWords } from '~/contract/shapes/sharding-view.ts';
import { call } from './client.ts';
import type { Target } from './contexts.ts';
import { progressText } from './output/sharding.ts';

/** --wait of what makes buckets move: until they are as the weights want them. */

const names = ['sharding.bootstrap', 'sharding.start', 'sharding.resume', 'sharding.weigh'];
export const evens = ({ name }: Entry): boolean => names.includes(name);

const everyMs = 500;
const sayEveryMs = 1000;
const routersMs = 10_000;

type Asked = { readonly entry: Entry; readonly input: Record<string, unknown> };
type Waiting = { readonly untilMs: number; readonly waitMs: number; readonly nowMs: () => number; readonly say: (text: string) => void };

export async function evened(target: Target, { entry, input }: Asked, { untilMs, waitMs, nowMs, say }: Waiting): Promise<void> {
  const group = String(input.group);
  let saidMs = -Infinity;
  let said = '';
  for (;;) {
    const status = (await call(target, entryOf('sharding.status'), { group }, { timeoutMs: 10_000 })) as ShardingStatus;
    const one = status.groups[0]!;
    const heard = knows(one, input.weights as readonly string[] | undefined);
    if (heard && isEven(one) && (await movesNothing(target, group))) return entry.name === 'sharding.bootstrap' ? await routersKnow(target, group, { nowMs, say }) : undefined;
    if (heard && isStuck(one, entry)) throw new CoterieError('CONFLICT', `Group ${group} does not go on: ${one.sentence} It was left as it is.`, { group, state: one.state });
    if (nowMs() > untilMs) throw new CoterieError('TIMED_OUT', `Not even after ${waitMs / 1000} s: ${one.state === 'moving' ? progressText(one) : one.sentence}. It goes on; see \`coterie sharding watch\`.`.replace('..', '.'), { group, state: one.state });
    const line = one.state === 'moving' ? progressText(one) : `${groupStateWords[one.state]}: ${one.sentence}`;
    if (line !== said && nowMs() - saidMs >= sayEveryMs) {
      say(`${line}\n`);
      [saidMs, said] = [nowMs(), line];
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** The coordinator has the new weights too. */
const knows = ({ storages }: GroupStatus, weights: readonly string[] = []): boolean =>
  weights.every((text) => {
    const [name, weight] = text.split('=');
    return storages.some(({ uuid, alias, weight: has }) => (alias === name || uuid === name) && has === Number(weight));
  });

/** And storages that are drained have deleted what they handed over; pinned buckets stay. */
const isEven = ({ state, run, storages }: GroupStatus): boolean => state === 'balanced' && run === null && storages.every(({ drain, owned, pinned }) => drain === null || drain.empty || (owned !== null && owned > 0 && owned === pinned));

/** By the weights themselves: the state is of the last time that the coordinator decided, which may be before it had them. */
async function movesNothing(target: Target, group: string): Promise<boolean> {
  return ((await call(target, entryOf('sharding.plan'), { group, weights: [] }, { timeoutMs: 10_000 })) as ShardingPlan).total === 0;
}

/** One that has heard of no bucket knows of none, and all of those. */
export const blindOf = <R extends Pick<RouterRow, 'buckets' | 'bucketsKnown'>>(routers: readonly R[]): R[] => routers.filter(({ buckets, bucketsKnown }) => buckets === null || buckets === 0 || bucketsKnown !== buckets);

/** So that whoever connects next is served: routers ask the storages once a second. What one lacks after ten seconds is said, and left. */
async function routersKnow(target: Target, group: string, { nowMs, say }: Pick<Waiting, 'nowMs' | 'say'>): Promise<void> {
  const untilMs = nowMs() + routersMs;
  for (;;) {
    const routers = (await call(target, entryOf('router.list'), { group }, { timeoutMs: 10_000 })) as RouterRow[];
    const blind = blindOf(routers);
    if (blind.length === 0) return;
    if (nowMs() > untilMs) return say(`${blind.map(({ instance, sentence }) => `Router ${instance}: ${sentence}`).join('\n')}\n`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Only a person can make it go on. What was just started may not show that yet. */
const isStuck = ({ state }: GroupStatus, { name }: Entry): boolean => state === 'off' || state === 'impossible' || (state === 'paused' && name !== 'sharding.resume') || (state === 'ready' && name !== 'sharding.start');
