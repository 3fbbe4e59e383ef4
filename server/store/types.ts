import type { AuditEntry } from '~/contract/access.ts';
import type { Role } from '~/contract/operation.ts';
import type { Rule } from '~/contract/rule.ts';
import type { ConfigMeta } from '~/contract/shapes/config.ts';
import type { ApplyRun, InstanceApply } from '~/contract/shapes/plan.ts';
import type { Event } from '~/contract/shapes/view.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import type { Mark } from '~/core/issues/marks.ts';
import type { Committed } from '~/link/protocol.ts';
import type { z } from 'zod';
import type { AlertStore } from './alert-types.ts';
import type { FailoverOrderStore, FailoverStore } from './failover-types.ts';
import type { RetentionStore } from './retention.ts';

/**
 * What the control plane keeps, as plain values: nothing of Prisma shows.
 * Whatever two servers could both do is a compare-and-set here, and its loser is told so by the answer.
 */
export type Store = {
  readonly versions: VersionStore;
  readonly runs: RunStore;
  readonly locks: LockStore;
  readonly events: EventStore;
  readonly failover: FailoverStore;
  readonly failoverOrders: FailoverOrderStore;
  readonly audit: AuditStore;
  readonly issuesSeen: IssueSeenStore;
  readonly issueMarks: IssueMarkStore;
  readonly alerts: AlertStore;
  readonly retention: RetentionStore;
  readonly rules: RuleStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly loginFailures: LoginFailureStore;
  readonly meta: MetaStore;
  /** `sqlite` is a file for one server; `postgresql` takes several. */
  readonly provider: 'sqlite' | 'postgresql';
  /** Resolves when the database answers; for /readyz. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

export type VersionStore = {
  latest(): Promise<Committed | null>;
  /** Number and hash only: cheap enough to ask once a second. */
  head(): Promise<{ version: number; hash: string } | null>;
  get(version: number): Promise<Committed | null>;
  /** Newest first. */
  list(page: { limit: number; offset: number }): Promise<ConfigMeta[]>;
  /** Succeeds only if `version` is the newest + 1. `stale`: somebody was faster, or there is a gap. */
  append(version: Committed): Promise<'appended' | 'stale'>;
  /** For a database that was lost, or is an old copy: takes a version that is ahead of its history, with a gap between. */
  adopt(version: Committed): Promise<'adopted' | 'not ahead'>;
};

export type StoredRun = { readonly run: ApplyRun; /** The server that started it or took it over. */ readonly owner: string };

export type RunStore = {
  /** `run.state` must be `preparing`. */
  begin(run: ApplyRun, owner: string): Promise<void>;
  /**
   * THE decision: appends the version and marks the run decided, in one durable transaction, and tells in it who did it
   * (`audit`): there is no version without its entry.
   * `stale`: the newest version is not `version - 1`. `gone`: the run is not preparing any more, or not `owner`'s.
   */
  decide(id: string, decision: { owner: string; at: number; version: Committed; instances: InstanceApply[]; audit: AuditDraft | null }): Promise<'decided' | 'stale' | 'gone'>;
  /** False when the run is not preparing any more. */
  abort(id: string, end: { at: number; error: string; instances: InstanceApply[] }): Promise<boolean>;
  /** Progress of the instances, in any state. False when there is no such run. */
  progress(id: string, instances: InstanceApply[]): Promise<boolean>;
  /** From `decided` to `done` or `partial`, and from `partial` to `done`. False from anywhere else. */
  finish(id: string, end: { at: number; state: 'done' | 'partial'; instances: InstanceApply[] }): Promise<boolean>;
  /** Takes a run over from the owner that was read; false when somebody else did. */
  takeOver(id: string, from: string, to: string): Promise<boolean>;
  /** Preparing or decided, oldest first, at most 100. A decided one has its version in `versions`. */
  unfinished(): Promise<StoredRun[]>;
  get(id: string): Promise<StoredRun | null>;
  /** Newest first. */
  list(page: { state?: ApplyRun['state'] | undefined; limit: number; offset: number }): Promise<ApplyRun[]>;
};

/** One holding of a lock: from when it was taken to when it ran out or was let go. */
export type Claim = { readonly name: string; readonly owner: string; readonly term: number };

/** `term` grows at each change of owner, and when one takes it again that had lost it: whoever holds a lower one has been replaced. */
export type LockAnswer = { held: true; term: number } | { held: false; owner: string; expiresInMs: number };

/** Named locks by the database's clock. A left-over one blocks nobody for longer than its time to live. */
export type LockStore = {
  /** Takes it when it is free, expired, or the owner's already (then it is renewed). */
  take(name: string, owner: string, ttlMs: number): Promise<LockAnswer>;
  /** False: it expired and somebody else may have it. */
  renew(name: string, owner: string, ttlMs: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
};

export type EventFilter = {
  readonly kind?: string | undefined;
  readonly severity?: string | undefined;
  readonly object?: string | undefined;
  /** Both ends count in, in ms since the epoch. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Only lower ids. */
  readonly before?: number | undefined;
  readonly limit: number;
};

export type EventStore = {
  append(drafts: readonly EventDraft[]): Promise<Event[]>;
  /**
   * Of several servers: in one transaction, all of them while the lock is held as `turn` says, otherwise (false) only those of
   * new configurations, which any server may tell of: they are told once, whoever is first.
   */
  appendShared(drafts: readonly EventDraft[], turn: Claim): Promise<boolean>;
  /** Those with higher numbers, oldest first: what is new. */
  after(id: number, limit: number): Promise<Event[]>;
  /** Newest first. `object` is an id or a name. */
  list(filter: EventFilter): Promise<Event[]>;
};

export type Audited = z.output<typeof AuditEntry>;
/** `input`, `before` and `after` are cut to a note of their size beyond 64 KiB. */
export type AuditDraft = Omit<Audited, 'id'>;
/** Nothing is ever changed; only what is older than the retention setting goes (`retention.prune`). */
export type AuditStore = {
  /** What is about to be done, as the entry that it becomes if nobody tells how it went. */
  begin(id: string, entry: AuditDraft): Promise<void>;
  /** How it went: in the place of what was begun. */
  append(entry: AuditDraft, begun?: string | null): Promise<number>;
  /** It was not done, and is not worth an entry. */
  forget(begun: string): Promise<void>;
  /** What was begun before then and has not ended becomes entries; tells how many. */
  settle(before: number): Promise<number>;
  /** Newest first. */
  list(filter: { actor?: string | undefined; operation?: string | undefined; outcome?: Audited['outcome'] | undefined; since?: number | undefined; before?: number | undefined; limit: number }): Promise<Audited[]>;
};

/** When each open issue was first seen, so that its age survives a restart of the server. */
export type IssueSeenStore = {
  load(): Promise<Map<string, number>>;
  save(change: { added: ReadonlyMap<string, number>; removed: readonly string[] }): Promise<void>;
};

/** Acknowledgements and mutes of issues, over or not. */
export type IssueMarkStore = {
  /** Oldest first. */
  list(): Promise<Mark[]>;
  /** In the place of one of the same kind and scope. */
  put(mark: Mark): Promise<void>;
  /** Exactly this one, by kind, scope and time; false when it is gone or another one has its place. */
  remove(mark: Mark): Promise<boolean>;
};

export type StoredRule = { readonly rule: Rule; readonly by: string; readonly at: number };

/** Rules over the event stream; what came with the product is in the code, and here only once it was changed. */
export type RuleStore = {
  list(): Promise<StoredRule[]>;
  /** In the place of one of the same name. */
  put(rule: StoredRule): Promise<void>;
  remove(name: string): Promise<boolean>;
};

export type StoredUser = { name: string; role: Role; passwordHash: string; createdAt: number; lastLoginAt: number | null; disabled: boolean };
export type UserPatch = { role?: Role; passwordHash?: string; lastLoginAt?: number; disabled?: boolean };

/** What ends with the old password. `keep` is the caller's own way in. */
export type NewPassword = {
  readonly passwordHash: string;
  /** The hash that the old password was checked against; null: nobody asked for the old one. */
  readonly was: string | null;
  /** Comes with the new password, where a lost admin is brought back. */
  readonly rights?: { readonly role: Role; readonly disabled: boolean };
  /** Tokens whose names begin so were made by signing in with the password. */
  readonly tokensNamed: string;
  readonly keep: { readonly sessionId?: string | undefined; readonly tokenId?: string | undefined };
};

export type UserStore = {
  get(name: string): Promise<StoredUser | null>;
  list(): Promise<StoredUser[]>;
  count(): Promise<number>;
  create(user: StoredUser): Promise<'created' | 'exists'>;
  /** Only into an empty list of users: of two that try at once, one is first. */
  createFirst(user: StoredUser): Promise<'created' | 'not first'>;
  /** `last admin`: no enabled admin would be left. */
  update(name: string, patch: UserPatch): Promise<'updated' | 'missing' | 'last admin'>;
  /** In one transaction with the end of all that the old password had opened. `changed`: it is not `was` any more. */
  newPassword(name: string, change: NewPassword): Promise<{ readonly sessions: number; readonly tokens: number } | 'missing' | 'changed'>;
  /** With its sessions and tokens. */
  remove(name: string): Promise<'removed' | 'missing' | 'last admin'>;
};

export type StoredSession = { id: string; hash: string; userName: string; createdAt: number; lastSeenAt: number; expiresAt: number; address: string | null; agent: string | null };

export type SessionStore = {
  create(session: StoredSession): Promise<void>;
  /** With its user, in one read. */
  byHash(hash: string): Promise<{ session: StoredSession; user: StoredUser } | null>;
  touch(id: string, at: number): Promise<void>;
  /** Live ones, newest first, at most 1000. */
  list(now: number): Promise<StoredSession[]>;
  remove(id: string): Promise<boolean>;
  removeOfUser(userName: string): Promise<number>;
  /** All of the user but the newest `keep`. */
  trim(userName: string, keep: number): Promise<number>;
  /** Beyond its absolute expiry, or not seen since `idleBefore`. */
  prune(now: number, idleBefore: number): Promise<number>;
};

export type StoredToken = { id: string; hash: string; name: string; role: Role; userName: string; createdAt: number; expiresAt: number | null; lastUsedAt: number | null };

export type TokenStore = {
  create(token: StoredToken): Promise<void>;
  /** With its user, in one read. */
  get(id: string): Promise<{ token: StoredToken; user: StoredUser } | null>;
  touch(id: string, at: number): Promise<void>;
  /** Newest first, at most 1000. */
  list(filter: { userName?: string }): Promise<StoredToken[]>;
  remove(id: string): Promise<boolean>;
  removeOfUser(userName: string): Promise<number>;
  prune(now: number): Promise<number>;
};

export type LoginFailure = { count: number; lastAt: number; lockedUntil: number };

/** Failed logins by `user:<name>` and `address:<ip>`. */
export type LoginFailureStore = {
  get(keys: readonly string[]): Promise<Map<string, LoginFailure>>;
  list(prefix: string): Promise<Map<string, LoginFailure>>;
  /** Counts one more and gives the new count; starts at one when the last was before `forgetBefore`. */
  count(key: string, at: number, forgetBefore: number): Promise<number>;
  lock(key: string, until: number): Promise<void>;
  clear(keys: readonly string[]): Promise<void>;
  prune(forgetBefore: number): Promise<number>;
};

export type MetaStore = {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  /** False when there is a value already. */
  setIfAbsent(key: string, value: string): Promise<boolean>;
  /** Deletes it if it is exactly `value`: of two that try, one gets true. */
  takeIf(key: string, value: string): Promise<boolean>;
};
