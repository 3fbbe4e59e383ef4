/** A system under test on the nodes of a lab: how a scenario finds its roles and programs, and how clients reach it. */
import type { Writable } from '../checkers/writable.ts';
import type { Lab } from '../lab/lab.ts';
import type { TargetSpec } from '../targets/any.ts';
import type { TargetOptions } from '../workloads/target.ts';

export interface System {
  readonly name: string;
  /** Those it runs on. */
  readonly nodes: readonly string[];
  readonly roles: readonly string[];
  /** What can be killed and paused by name. */
  readonly programs: readonly string[];
  /** The program among them that carries out writes: while it is stopped, its node writes nothing. */
  readonly server: string;
  readonly target: TargetSpec;
  /** Resolves when it is healthy and takes writes. */
  start(lab: Lab): Promise<void>;
  /** The node of a role now. */
  resolve(role: string): Promise<string>;
  clientOptions(from: string): Promise<TargetOptions>;
  /** Its server's, as records of clients outside of the lab name it. */
  serverAddress(node: string): string;
  /** Null where it does not run there. */
  program(node: string, name: string): Program | null;
  /** Starts what does not run on a node. */
  restart(node: string): Promise<void>;
  /** All faults are over: resolves when it is healthy again, rejects when it does not become so. */
  settled(): Promise<void>;
  /** Whose master an instance may be, where there are several replicasets. */
  setOf?(instance: string): string;
  /** Who was writable when, by the instances' own records; `killed` ends those that could not be ended by themselves. Empty where there are none. */
  writable(killed: readonly Killed[]): Promise<readonly Writable[]>;
  /** The same by who carried out a write in fact, from the first to the last one of an epoch; absent where nobody tries. */
  witnessed?(): readonly Writable[];
  /** Failovers so far, where the system counts them; null where not. */
  failovers(): Promise<number | null>;
  /** Where it has something outside of the lab. */
  close?(): Promise<void>;
  /** Ids of the set that are not in it and were put aside for people; absent where nothing is. */
  kept?(): Promise<ReadonlySet<number>>;
  /** What each copy has, as a digest. */
  copies?(): Promise<readonly Copy[]>;
  /** Absent where data has no disk of its own. */
  disk?(node: string, state: 'full' | 'free'): void;
  /** The program that, told to end, ends all of its node in good order. */
  readonly leader?: string;
  /** Commits another configuration; resolves when that was carried out, rejects when it was refused. */
  reconfigure?(): Promise<void>;
  /** Asks for another master; resolves when that was carried out or refused, with what was said. */
  switchTo?(node: string): Promise<string>;
  /** Has the buckets of a node's replicaset moved to all the others; resolves when that was configured. */
  drain?(node: string): Promise<void>;
  /** Its functions acknowledge what enough copies have. */
  readonly waitsForCopies?: boolean;
  /** Where data is cut into buckets. */
  shards?(): Promise<readonly ShardRows[]>;
}

/** `exited`: where its end is heard of. */
export type Program = { signal(signal: NodeJS.Signals): void; readonly exited?: Promise<unknown> };

/** Whose server was killed, and when, in ms of CLOCK_MONOTONIC. */
export type Killed = { readonly instance: string; readonly at: number };

/** `set`: those of one replicaset are alike; absent where there is one. */
export type Copy = { readonly node: string; readonly set?: string; readonly digest: string };

/** What the master of a replicaset has: states of buckets, and rows, each with its bucket second. */
export type ShardRows = {
  readonly name: string;
  readonly buckets: readonly (readonly [bucket: number, state: string, generation: number])[];
  readonly accounts: readonly (readonly [id: number, bucket: number, balance: number])[];
  readonly notes: readonly (readonly [id: number, bucket: number, from: number, to: number, amount: number])[];
  readonly set: readonly (readonly [id: number, bucket: number])[];
  /** Rows of a bucket that nobody writes to. */
  readonly ballast: readonly (readonly [bucket: number, rows: number])[];
};
