import type { CommittedVersion, VersionRef } from '~/core/apply/version.ts';
import type { ApplyRun } from '~/core/apply/version.ts';
import type { World } from './world.ts';

/** The database: durable, transactional, sometimes away, sometimes silent about what it did. */
export class SimStore {
  readonly versions = new Map<number, { readonly content: CommittedVersion; readonly runId: string }>();
  readonly runs = new Map<string, { run: ApplyRun; startedAt: number }>();

  #awayUntil = 0;

  constructor(readonly world: World) {}

  goAway(forMs: number): void {
    this.#awayUntil = this.world.now + forMs;
    this.world.note(`store: away for ${forMs.toFixed(0)} ms`);
  }

  newest(): CommittedVersion | null {
    return this.versions.get(this.versions.size)?.content ?? null;
  }

  begin(run: ApplyRun): void {
    this.runs.set(run.id, { run, startedAt: this.world.now });
  }

  decide(runId: string, base: VersionRef | null, candidate: CommittedVersion): 'won' | 'lost' {
    if (this.versions.get(candidate.meta.version)?.runId === runId) return 'won';
    const row = this.runs.get(runId);
    const newest = this.newest();
    const fits = newest === null ? base === null : base !== null && base.version === newest.meta.version && base.hash === newest.meta.hash;
    if (!row || row.run.state !== 'preparing' || !fits || candidate.meta.version !== this.versions.size + 1) return 'lost';
    this.versions.set(candidate.meta.version, { content: candidate, runId });
    row.run = { ...row.run, state: 'decided', decidedAt: this.world.now };
    this.world.note(`store: version ${candidate.meta.version} decided by ${runId}`);
    return 'won';
  }

  abort(runId: string): 'done' | 'decided' {
    const row = this.runs.get(runId);
    if (!row || row.run.state === 'aborted') return 'done';
    if (row.run.state !== 'preparing') return 'decided';
    row.run = { ...row.run, state: 'aborted' };
    return 'done';
  }

  finish(run: ApplyRun): void {
    const row = this.runs.get(run.id);
    if (row && (row.run.state === 'decided' || row.run.state === 'partial')) row.run = run;
  }

  /** One call by a server: does it, does not, or does it without an answer. */
  call<T>(work: () => T, answer: (result: T | null) => void): void {
    const { world } = this;
    world.after(world.random.between(0.2, 4), () => {
      const away = world.strikes(world.faults.storeFails) || (world.now < this.#awayUntil && !world.healed);
      const silent = world.strikes(world.faults.storeSilent);
      const result = away ? null : work();
      world.after(world.random.between(0.2, 4), () => answer(away || silent ? null : result));
    });
  }
}
