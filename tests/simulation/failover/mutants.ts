import { compare } from '~/core/failover/divergence.ts';
import { rules, type Rules } from '~/core/failover/rules.ts';
import type { Options } from './options.ts';

/**
 * The protocol with one thing taken away. Each must be found out: one that is not shows that an invariant, or a fault,
 * is missing here. `given` makes the world in which it matters.
 */
export type Mutant = { readonly name: string; readonly finds: readonly string[]; readonly given: Partial<Options>; readonly seedsMax: number; /** Where to begin: it takes long to come there. */ readonly from?: number };

const without = (changed: Partial<Rules>): { readonly rules: Rules } => ({ rules: { ...rules, ...changed } });
/** Slow answers, stopped processes and a provider that some cannot reach: what leases are for. */
const lateness = { durability: 'availability', failsafe: 'off', preset: 'lan', nemeses: ['slow', 'pauseAgent', 'pauseHost', 'cutFromStore', 'isolate', 'oneWay'] } as const satisfies Partial<Options>;
const switching = { durability: 'availability', failsafe: 'off', switchMs: 300, nemeses: ['switchover', 'switchover', 'slowDisk', 'pauseAgent', 'pauseInstance', 'cutFromStore', 'slow', 'storeSilent', 'pauseCoordinator'] } as const satisfies Partial<Options>;
const stopping = { durability: 'availability', failsafe: 'off', nemeses: ['stopPromoted'] } as const satisfies Partial<Options>;

export const mutants: readonly Mutant[] = [
  { name: 'the deadline counts from the answer', finds: ['I1'], seedsMax: 200, from: 108, given: { ...lateness, nemeses: ['lastWord'], ...without({ deadline: ({ answeredAt }, { leaseMs, marginMs }) => answeredAt + leaseMs - marginMs }) } },
  { name: 'who takes over counts its lease from when it hears of it', finds: ['I1'], seedsMax: 300, from: 35, given: { ...switching, nemeses: ['takenUpLate'], ...without({ deadline: ({ answeredAt }, { leaseMs, marginMs }) => answeredAt + leaseMs - marginMs }) } },
  { name: 'there is no margin', finds: ['I1'], seedsMax: 400, from: 20, given: { ...lateness, marginMs: 0, drift: 0.05 } },
  { name: 'there is no guard on writes', finds: ['I1'], seedsMax: 100, given: { ...lateness, guard: 'none' } },
  { name: 'an observer counts from its request', finds: ['I1'], seedsMax: 400, given: { ...lateness, ...without({ leaseOverAt: ({ askedAt }, { leaseMs, rho }) => askedAt + leaseMs * (1 + rho) }) } },
  { name: 'an observer does not wait', finds: ['I1'], seedsMax: 20, given: { ...lateness, ...without({ leaseOverAt: ({ receivedAt }) => receivedAt }) } },
  { name: 'the decision does not compare revisions', finds: ['I1', 'I3'], seedsMax: 300, from: 130, given: { ...lateness, nemeses: ['brink', 'slow'], ...without({ expected: (revision, of) => (of === 'record' ? undefined : revision) }) } },
  { name: 'the term is not compared', finds: ['I4'], seedsMax: 300, from: 95, given: { nemeses: ['stealLock', 'pauseCoordinator', 'isolate', 'slow', 'killInstance'], ...without({ expected: (revision, of) => (of === 'lock' ? undefined : revision) }) } },
  { name: 'freezing has no barrier', finds: ['I1', 'I2', 'I5', 'I6'], seedsMax: 200, given: { ...switching, writeEveryMs: 8, flaws: { noBarrier: true } } },
  { name: 'fewer than N - Qw + 1 voters are heard', finds: ['I2'], seedsMax: 300, from: 40, given: { members: 3, durability: 'quorum', failsafe: 'off', ...without({ heardMin: () => 1 }) } },
  { name: 'a row is acknowledged without a look at the deadline', finds: ['I2'], seedsMax: 400, from: 30, given: { members: 3, durability: 'quorum', failsafe: 'off', nemeses: ['stranded'], witness: true, openLoop: true, writeEveryMs: 8, flaws: { noCheckAfterCommit: true } } },
  { name: 'there is no replication fence', finds: ['I1', 'I3', 'I5', 'I6', 'P5'], seedsMax: 100, given: { durability: 'availability', failsafe: 'off', flaws: { noReplicationFence: true } } },
  { name: 'a returning copy is not compared', finds: ['I2', 'I5', 'I6'], seedsMax: 100, given: { durability: 'availability', failsafe: 'off', ...without({ compare: () => ({ kind: 'part' }) }) } },
  { name: 'only the old master is compared, by its own rows', finds: ['I2', 'I5', 'I6'], seedsMax: 400, from: 365, given: { durability: 'availability', failsafe: 'off', members: 3, ...without({ compare: byOwnRows }) } },
  // The second lock: alone it is met where logs go back further than they do, or the first is missing.
  { name: 'an entry that does not continue the journal is taken', finds: ['I2', 'I5', 'I6'], seedsMax: 400, from: 65, given: { members: 3, durability: 'availability', failsafe: 'off', nemeses: ['partition', 'cutFromStore'], flaws: { noJournalCheck: true, sendsAllRows: true } } },
  { name: 'a copy that was made anew sends rows of before', finds: ['I5'], seedsMax: 100, from: 480, given: { members: 3, durability: 'availability', failsafe: 'off', writeEveryMs: 20, nemeses: ['pauseAgent', 'isolate', 'killAgent', 'killInstance'], flaws: { sendsAllRows: true } } },
  { name: 'nobody says what a restored provider has forgotten', finds: ['I1', 'I3'], seedsMax: 200, from: 54, given: { durability: 'availability', failsafe: 'off', nemeses: ['restore', 'killInstance', 'isolate', 'killAgent'], flaws: { quietAboutEpochs: true } } },
  { name: 'the epoch is not raised', finds: ['I1', 'I3', 'P1'], seedsMax: 50, given: { ...without({ nextEpoch: (known) => Math.max(1, known) }) } },
  { name: 'a switchover is given up without the record', finds: ['I1'], seedsMax: 400, from: 52, given: { ...switching, nemeses: ['lateDecision'], flaws: { unfreezesAlone: true } } },
  { name: 'one that is being promoted looks as if it had been restarted', finds: ['I1'], seedsMax: 300, from: 370, given: { durability: 'availability', failsafe: 'off', members: 3, nemeses: ['killInstance', 'killAgent', 'isolate'], ...without({ settled: () => true, takesOver: () => false }), flaws: { neitherWhilePromoted: true } } },
  { name: 'one that is stopped in the middle of its promotion gives its lease back by what it said before', finds: ['I1'], seedsMax: 200, given: { ...stopping, ...without({ stopped: ({ demoted }, epoch) => demoted === epoch }) } },
  { name: 'one that may be ordered to take over counts as restarted', finds: ['I1'], seedsMax: 5, from: 9_001_186, given: { ...without({ takesOver: () => false }) } },
  { name: 'a promotion is carried out after a later order', finds: ['I1'], seedsMax: 800, from: 120, given: { ...stopping, nemeses: ['stopPromoted', 'stopPromoted', 'killAgent', 'cutFromStore', 'pauseAgent', 'storeSilent'], flaws: { promotesLate: true } } },
  { name: 'one that fetches from another does not note the epoch', finds: ['I5'], seedsMax: 10, from: 1_978_475_645, given: { flaws: { fetchesUnnoted: true } } },
  { name: 'a promise is not kept', finds: ['I1'], seedsMax: 300, given: { durability: 'availability', failsafe: 'majority', members: 3, nemeses: ['cutFromStore', 'storeAway', 'isolate', 'partition'], ...without({ bound: () => false }) } },
  { name: 'nobody is asked for consent', finds: ['I1'], seedsMax: 300, given: { durability: 'availability', failsafe: 'majority', members: 3, nemeses: ['cutFromStore', 'storeAway', 'isolate', 'partition'], ...without({ consentsMin: () => 0 }) } },
];

/** What failover.md 2.12 says: rows of the copy's own origin against what the new master knew of it. */
function byOwnRows(...[copy, base]: Parameters<Rules['compare']>): ReturnType<Rules['compare']> {
  const found = compare(copy, base);
  const entry = copy.journal.at(-1);
  return found.kind === 'extra' && entry && rowsOf(found.rows, entry.origin) ? found : { kind: 'part' };
}

const rowsOf = (rows: Readonly<Record<string, number>>, origin: string): boolean => (rows[origin] ?? 0) > 0;
