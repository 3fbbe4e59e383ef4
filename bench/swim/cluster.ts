/** What a measurement needs of a group of processes, whichever program they run. */

export type EventKind = 'join' | 'suspect' | 'alive' | 'dead' | 'left';

/** `about` is the name of a member; the time is the wall clock with a fraction. */
export type SeenEvent = { readonly kind: EventKind; readonly about: string; readonly atMs: number };

export interface BenchMember {
  readonly name: string;
  readonly pid: number;
  events(): Promise<readonly SeenEvent[]>;
  leave(): Promise<void>;
  /** Like a host that was lost: nothing comes from it, nothing reaches it, and nothing says so. */
  silence(): void;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** kill -9, and wait until it is gone. */
  kill(): Promise<void>;
}

export interface BenchKind {
  readonly title: string;
  /** Starts a process that can join at once when told to; `join` tells it. */
  prepare(index: number): Promise<{ join(seedIndex: number | undefined): Promise<BenchMember> }>;
}

export type Group = { readonly kind: BenchKind; readonly members: BenchMember[] };

export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** The latest first sight of such an event by one of them, or undefined while one has not seen it. */
export async function lastSeen(members: readonly BenchMember[], kind: EventKind, { about, sinceMs }: { about: string; sinceMs: number }): Promise<number | undefined> {
  let lastMs = 0;
  for (const member of members) {
    const seen = (await member.events()).find((event) => event.kind === kind && event.about === about && event.atMs >= sinceMs);
    if (seen === undefined) return undefined;
    lastMs = Math.max(lastMs, seen.atMs);
  }
  return lastMs;
}

export async function until<T>(probe: () => Promise<T | undefined>, limitMs: number): Promise<T | undefined> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined || performance.now() > end) return found;
    await sleep(25);
  }
}

export type Mesh = {
  /** From the moment at which all were told to start until everybody had heard of everybody. */
  readonly sinceStartMs: number | undefined;
  /** From the moment at which the last one was running. */
  readonly sinceLastMs: number | undefined;
};

export async function startGroup(kind: BenchKind, count: number): Promise<{ group: Group; mesh: Mesh }> {
  const prepared = await Promise.all(Array.from({ length: count }, (_, index) => kind.prepare(index)));
  const startedAtMs = clockMs();
  const members = await Promise.all(prepared.map(({ join }, index) => join(index === 0 ? undefined : 0)));
  const lastAtMs = clockMs();
  const meshedAtMs = await until(async () => {
    let lastMs = 0;
    for (const member of members) {
      const joins = (await member.events()).filter((event) => event.kind === 'join' && event.about !== member.name);
      const firsts = new Map(joins.toReversed().map((event) => [event.about, event.atMs]));
      if (firsts.size < count - 1) return undefined;
      lastMs = Math.max(lastMs, ...firsts.values());
    }
    return lastMs;
  }, 60_000);
  const mesh: Mesh = { sinceStartMs: meshedAtMs && meshedAtMs - startedAtMs, sinceLastMs: meshedAtMs && Math.max(0, meshedAtMs - lastAtMs) };
  return { group: { kind, members }, mesh };
}

export async function stopGroup({ members }: Group): Promise<void> {
  for (const member of members) member.signal('SIGCONT');
  await Promise.all(members.map((member) => member.kill()));
}
