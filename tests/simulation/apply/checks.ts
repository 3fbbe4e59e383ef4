import { lockEnd } from '~/core/apply/participant-state.ts';
import { settledRun } from '~/core/apply/settle.ts';
import type { ApplyRun, CommittedVersion } from '~/core/apply/version.ts';
import type { AnyAnswer, SimAgent } from './agent.ts';
import type { SimStore } from './store.ts';

/** What must hold at every step, and at the end. A broken one throws with the seed's history. */
export class Checks {
  readonly #newest = new Map<string, number>();
  readonly #content = new Map<number, string>();
  /** Runs whose server has heard a refusal before it went on to the decision. */
  readonly #refused = new Map<string, string>();
  readonly #deciding = new Set<string>();
  readonly #prepared = new Map<string, Set<string>>();
  /** What has happened: a world in which nothing of a kind happens proves nothing about it. */
  readonly seen = { decided: 0, aborted: 0, partial: 0, done: 0, inDoubt: 0, lockRanOut: 0, locked: 0, base: 0, disk: 0, refused: 0, byCommit: 0, byAdopt: 0, byPull: 0, byPeer: 0 };
  readonly store: SimStore;

  constructor(store: SimStore) {
    this.store = store;
  }

  fail(what: string): never {
    throw new Error(`${what}\n${this.store.world.trace.slice(-60).join('\n')}`);
  }

  refusalHeard(runId: string, agent: string): void {
    if (!this.#deciding.has(runId)) this.#refused.set(runId, agent);
  }

  prepareAnswered(agent: SimAgent, runId: string, answer: AnyAnswer): void {
    if (!('ok' in answer) || !answer.ok) return;
    this.#prepared.set(runId, (this.#prepared.get(runId) ?? new Set()).add(agent.name));
  }

  deciding(run: ApplyRun): void {
    this.#deciding.add(run.id);
    if (this.#refused.has(run.id)) this.fail(`${run.id} is decided although ${this.#refused.get(run.id)} refused`);
    if (run.instances.some(({ state }) => state === 'waiting' || state === 'preparing')) this.fail(`${run.id} is decided before everyone was heard`);
    for (const { uuid, state } of run.instances) {
      if (state === 'prepared' && !this.#prepared.get(run.id)?.has(uuid)) this.fail(`${run.id} counts ${uuid} as prepared, which never said so`);
    }
    if (run.instances.length > 0 && !this.#prepared.has(run.id)) this.fail(`${run.id} is decided with nobody prepared`);
  }

  committing(agent: SimAgent, content: CommittedVersion): void {
    if (agent.last === 'commit') this.seen.byCommit += 1;
    if (agent.last === 'adopt') this.seen.byAdopt += 1;
    if (agent.last === 'pulled') this.seen.byPull += 1;
    if (agent.last === 'outcomeOfPeer') this.seen.byPeer += 1;
    const { version } = content.meta;
    const decided = this.store.versions.get(version);
    if (!decided) this.fail(`${agent.name} commits version ${version}, which is not decided`);
    if (decided.content.text !== content.text) this.fail(`${agent.name} commits another content under version ${version}`);
    const other = this.#content.get(version);
    if (other !== undefined && other !== content.text) this.fail(`two contents under version ${version}`);
    this.#content.set(version, content.text);
    const before = this.#newest.get(agent.name) ?? 0;
    if (version <= before) this.fail(`${agent.name} goes from version ${before} to ${version}`);
    this.#newest.set(agent.name, version);
  }

  applying(agent: SimAgent, version: number): void {
    if ((agent.disk.committed?.meta.version ?? 0) < version) this.fail(`${agent.name} applies version ${version} before it is on disk`);
    if (!this.store.versions.has(version)) this.fail(`${agent.name} applies version ${version}, which is not decided`);
  }

  dropping(agent: SimAgent, runId: string, reason: string): void {
    if (reason.includes('ran out')) this.seen.lockRanOut += 1;
    if (agent.disk.candidate?.runId !== runId && agent.disk.candidate !== null) this.fail(`${agent.name} drops the candidate of another run than ${runId}`);
  }

  answering(agent: SimAgent, to: 'prepare' | 'commit' | 'adopt' | 'abort', answer: AnyAnswer): void {
    const state = agent.machine?.state();
    if ('ok' in answer && !answer.ok && answer.code in this.seen) this.seen[answer.code as 'locked'] += 1;
    if (to === 'prepare' && 'ok' in answer && answer.ok && agent.disk.candidate?.runId !== state?.candidate?.runId) this.fail(`${agent.name} promises a candidate that is not on its disk`);
    if ('committed' in answer && answer.committed && agent.disk.committed?.meta.version !== state?.committed?.meta.version) this.fail(`${agent.name} says committed before it is on disk`);
    if ('applied' in answer && answer.applied && agent.appliedVersion === 0) this.fail(`${agent.name} says applied, and nothing is`);
  }

  /** After each step of an agent. */
  agent(agent: SimAgent): void {
    const state = agent.machine?.state();
    if (!state) return;
    if (state.candidate && agent.localNow >= lockEnd(state.candidate) + 1) this.fail(`${agent.name} keeps a candidate beyond its lock`);
    if (state.candidate && lockEnd(state.candidate) > agent.localNow + state.candidate.ttlMs) this.fail(`${agent.name} has a lock in the future`);
    if (state.candidate && this.store.versions.get(state.candidate.content.meta.version)?.runId === undefined && state.committed?.meta.version === state.candidate.content.meta.version) this.fail(`${agent.name} has committed its candidate undecided`);
    if ((state.committed?.meta.version ?? 0) < (this.#newest.get(agent.name) ?? 0)) this.fail(`${agent.name} forgot version ${this.#newest.get(agent.name)}`);
    if (state.conflict) this.fail(`${agent.name}: ${state.conflict.sentence}`);
  }

  finished(run: ApplyRun): void {
    const decided = this.store.versions.get(run.version)?.runId === run.id;
    switch (run.state) {
      case 'aborted':
        this.seen.aborted += 1;
        if (decided) this.fail(`${run.id} is called aborted, but its version is decided`);
        if (!run.error) this.fail(`${run.id} is aborted without saying why`);
        break;
      case 'done':
      case 'partial':
        this.seen[run.state] += 1;
        if (!decided) this.fail(`${run.id} is called ${run.state}, but its version is not decided`);
        for (const { uuid, state } of run.instances) if (state === 'applied' && (this.#newest.get(uuid) ?? 0) < run.version) this.fail(`${run.id}: ${uuid} is called applied without the version`);
        if (run.state === 'partial' && run.instances.every(({ state }) => state === 'applied')) this.fail(`${run.id} is partial with nothing pending`);
        break;
      case 'preparing':
        this.seen.inDoubt += 1;
        break;
      case 'decided':
        this.fail(`${run.id} ends as merely decided`);
    }
  }

  /** Faults have ended and time has passed: no lock is left over, and everyone has what anyone has. */
  atRest(agents: readonly SimAgent[]): void {
    const newest = Math.max(...agents.map((agent) => agent.disk.committed?.meta.version ?? 0));
    for (const agent of agents) {
      const state = agent.machine?.state();
      if (!state) this.fail(`${agent.name} is down at the end`);
      if (state.candidate || agent.disk.candidate) this.fail(`${agent.name} is still locked by ${agent.disk.candidate?.runId}`);
      if ((state.committed?.meta.version ?? 0) !== newest) this.fail(`${agent.name} ends with version ${state.committed?.meta.version ?? 0} instead of ${newest}`);
      if (state.appliedVersion !== newest) this.fail(`${agent.name} has not applied version ${newest}`);
      if (state.waiters.length > 0) this.fail(`${agent.name} leaves ${state.waiters.length} callers waiting`);
    }
  }

  /** With a server alive: what was decided has reached everyone, and no run is left in between. */
  settled(agents: readonly SimAgent[]): void {
    const newest = this.store.newest()?.meta.version ?? 0;
    for (const agent of agents) if ((agent.disk.committed?.meta.version ?? 0) !== newest) this.fail(`${agent.name} never gets version ${newest}, which is decided`);
    const reported = (uuid: string) => {
      const state = agents.find(({ name }) => name === uuid)?.machine?.state();
      return state ? { committedVersion: state.committed?.meta.version ?? 0, appliedVersion: state.appliedVersion, reason: null, fault: state.appliedFault } : null;
    };
    for (const { run } of this.store.runs.values()) {
      const settled = settledRun(run, reported);
      if (settled.state !== 'done' && settled.state !== 'aborted') this.fail(`${run.id} is left ${settled.state}: ${settled.instances.map(({ uuid, state }) => `${uuid}=${state}`).join(' ')}`);
    }
  }
}
