import { flightsOf, holdingOf, into, outOf, sum, type Flight, type Holding } from './flights.ts';
import type { Order, RebalancePolicy, StorageSeen } from './observed.ts';
import { movesBetween, type Balance, type BucketMove } from './plan.ts';
import { targetsOf, type Share } from './target.ts';
import { blocksDestination, blocksSource, waitsOf, type Wait } from './waits.ts';

/** Which buckets of a group move next, and why others do not: a function of what was seen, and of what was ordered. */

export type RebalanceView = {
  readonly now: number;
  /** Of the group, as it was bootstrapped. */
  readonly buckets: number;
  readonly storages: readonly StorageSeen[];
  readonly policy: RebalancePolicy;
  readonly orders: readonly Order[];
  /** Buckets that may begin to move now. */
  readonly allowance: number;
  /** Orders of a coordinator before this one may still be begun, unseen. */
  readonly takingOver: boolean;
  /** Of failed orders: what is not to be tried now. */
  mayMove(from: string, to: string): boolean;
  /** Facts of then or before say nothing: an order to it ended at that moment. */
  touchedAt(uuid: string): number;
};

/** `ready`: even would take moves, and somebody has to start them. `impossible`: no storage has a weight. */
export type RebalanceState = 'notBootstrapped' | 'balanced' | 'off' | 'paused' | 'ready' | 'moving' | 'waiting' | 'impossible';

export type StorageRow = { readonly uuid: string; readonly alias: string; readonly weight: number; readonly owned: number | null; readonly pinned: number; readonly target: number | null; readonly arriving: number; readonly leaving: number; readonly waits: readonly Wait[] };

export type Rebalance = {
  readonly state: RebalanceState;
  readonly sentence: string;
  readonly rows: readonly StorageRow[];
  /** Still to be ordered, everything under way taken as arrived: what a dialog shows before weights change. */
  readonly moves: readonly BucketMove[];
  /** Buckets to be ordered and under way. */
  readonly left: number;
  readonly inFlight: number;
  readonly waits: readonly Wait[];
  readonly orders: readonly BucketMove[];
};

const justTakenOver = 'A coordinator has just taken over: it waits until every storage has told its buckets, or cannot have begun an older order any more.';

type Row = { readonly storage: StorageSeen; readonly holding: Holding | null; readonly waits: readonly Wait[]; readonly target: number };

export function nextMoves(view: RebalanceView): Rebalance {
  const { now, policy } = view;
  const storages = view.storages.toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1));
  const flights = flightsOf(storages, view.orders);
  const holdings = storages.map((storage) => ({ storage, holding: holdingOf(storage, { flights, orders: view.orders }), waits: waitsOf(storage, now) }));
  const inFlight = sum(flights.map(({ count }) => count));
  const waits = holdings.flatMap((row) => row.waits);
  const shared = { inFlight, waits, moves: [], orders: [], left: inFlight };
  const shown = (targets: ReadonlyMap<string, number> | null) => holdings.map((row) => rowOf(row, { flights, target: targets?.get(row.storage.uuid) ?? null }));
  if (storages.every(({ buckets }) => buckets !== null) && inFlight === 0 && sum(holdings.map(({ holding }) => holding?.most ?? 0)) === 0) {
    return { ...shared, state: 'notBootstrapped', sentence: 'The group has no buckets yet: bootstrap it.', rows: shown(null) };
  }
  const shares = sharesOf(holdings, view.buckets);
  const targets = targetsOf(shares, view.buckets);
  if (!targets) return { ...shared, state: 'impossible', sentence: 'Every storage of the group has weight 0, so its buckets would have nowhere to be: give one of them a weight.', rows: shown(null) };
  const rows = holdings.map((row): Row => ({ ...row, target: targets.get(row.storage.uuid) ?? 0 }));
  const moves = movesBetween(shares.map(({ uuid, owned }) => ({ uuid, owned, target: targets.get(uuid) ?? 0 })));
  const left = sum(moves.map(({ count }) => count)) + inFlight;
  const common = { ...shared, moves, left, rows: shown(targets) };
  const unheard = holdings.some(({ holding }) => !holding);
  // Of those that nobody has heard yet the best is thought: a run must not end by that.
  if (left === 0 && unheard && view.takingOver) return { ...common, state: 'waiting', sentence: justTakenOver };
  if (left === 0) return { ...common, state: 'balanced', sentence: `Every replicaset${unheard ? ' that was heard' : ''} has the buckets that its weight asks for.` };
  const still = stillness(policy, { left, inFlight });
  if (still) return { ...common, ...still };
  const orders = view.takingOver ? [] : ordersOf(rows, { view, flights });
  if (orders.length > 0 || inFlight > 0) return { ...common, orders, state: 'moving', sentence: `${countOf(left)} to move.` };
  return { ...common, state: 'waiting', sentence: whyNothing(moves, { waits, view }) };
}

/** Why nothing is to be ordered, though buckets are uneven. */
function stillness({ mode, started, paused }: RebalancePolicy, { left, inFlight }: { left: number; inFlight: number }): Pick<Rebalance, 'state' | 'sentence'> | null {
  const ending = inFlight > 0 ? ` ${countOf(inFlight)} under way ${inFlight === 1 ? 'ends' : 'end'} by ${inFlight === 1 ? 'itself' : 'themselves'}.` : '';
  const others = left - inFlight;
  if (mode === 'off') return { state: 'off', sentence: `Rebalancing is off: ${countOf(others)} ${others === 1 ? 'stays' : 'stay'} where the weights do not want ${others === 1 ? 'it' : 'them'}.${ending}` };
  if (paused) return { state: 'paused', sentence: `${paused.by} paused rebalancing: ${paused.reason.replace(/\.$/, '')}. ${countOf(others)} ${others === 1 ? 'waits' : 'wait'}.${ending}` };
  if (mode === 'manual' && !started) return { state: 'ready', sentence: `${countOf(others)} would move: start it.${ending}` };
  return null;
}

function ordersOf(rows: readonly Row[], { view, flights }: { view: RebalanceView; flights: readonly Flight[] }): BucketMove[] {
  const { batch, movesMax } = view.policy;
  const balances = rows.flatMap((row): Balance[] => balanceOf(row, view));
  const ordered: Flight[] = [];
  let allowance = view.allowance;
  for (const { from, to, count } of movesBetween(balances, view.mayMove)) {
    for (let left = count; left > 0 && allowance > 0; ) {
      const all = [...flights, ...ordered];
      const room = movesMax - Math.max(outOf(all, from), into(all, to));
      const wanted = Math.min(batch, left);
      // Rather a whole batch soon than a small one now, as long as something is going to end.
      if (room <= 0 || (room < Math.min(wanted, movesMax) && busy([...view.orders, ...ordered], { from, to }))) break;
      const size = Math.min(wanted, room, allowance);
      ordered.push({ from, to, count: size });
      left -= size;
      allowance -= size;
    }
  }
  return ordered;
}

/** What a storage can give or take now; nothing where it is not known well enough, or something stands in the way. */
function balanceOf({ storage: { uuid, observedAt }, holding, waits, target }: Row, view: RebalanceView): Balance[] {
  if (!holding || observedAt <= view.touchedAt(uuid)) return [];
  if (holding.least > target) return waits.some(blocksSource) ? [] : [{ uuid, owned: holding.least, target }];
  if (holding.most < target) return waits.some(blocksDestination) ? [] : [{ uuid, owned: holding.most, target }];
  return [];
}

const busy = (orders: readonly { readonly from: string; readonly to: string }[], { from, to }: { from: string; to: string }): boolean => orders.some((order) => order.from === from || order.to === to);

/** Of one that has not been heard: what the others have not, shared among all such by weight. */
function sharesOf(holdings: readonly Omit<Row, 'target'>[], buckets: number): Share[] {
  const unheard = holdings.filter(({ holding }) => !holding).map(({ storage }) => storage);
  const theirs = Math.max(0, buckets - sum(holdings.map(({ holding }) => holding?.expected ?? 0)));
  const guessed = targetsOf(unheard.map(({ uuid, weight }) => ({ uuid, weight, owned: 0, pinned: 0 })), theirs);
  return holdings.map(({ storage: { uuid, weight }, holding }) => ({ uuid, weight, owned: holding?.expected ?? guessed?.get(uuid) ?? 0, pinned: holding?.pinned ?? 0 }));
}

function rowOf({ storage: { uuid, alias, weight, buckets }, holding, waits }: Omit<Row, 'target'>, { flights, target }: { flights: readonly Flight[]; target: number | null }): StorageRow {
  const owned = buckets ? buckets.active + buckets.pinned + sum(buckets.transits.map(({ sending }) => sending)) : null;
  return { uuid, alias, weight, owned, pinned: holding?.pinned ?? 0, target, arriving: into(flights, uuid), leaving: outOf(flights, uuid), waits };
}

function whyNothing(moves: readonly BucketMove[], { waits, view }: { waits: readonly Wait[]; view: RebalanceView }): string {
  if (view.takingOver) return justTakenOver;
  const concerned = new Set(moves.flatMap(({ from, to }) => [from, to]));
  const reasons = waits.filter(({ target, blocks }) => blocks !== 'nothing' && concerned.has(target)).map(({ sentence }) => sentence);
  if (reasons.length > 0) return `${countOf(sum(moves.map(({ count }) => count)))} to move. ${reasons.join(' ')}`;
  return view.allowance <= 0 ? 'Waits for its next second: more buckets a second are not allowed.' : 'Waits until what was tried and failed is tried again, or for newer facts.';
}

const countOf = (buckets: number): string => (buckets === 1 ? '1 bucket' : `${buckets} buckets`);
