import { ApplyCoordinator } from '~/core/apply/coordinator.ts';
import type { ApplyMember, CoordinatorEffect, CoordinatorEvent } from '~/core/apply/coordinator-messages.ts';
import type { ApplyRun, CommittedVersion } from '~/core/apply/version.ts';
import type { AnyAnswer, SimAgent } from './agent.ts';
import { hashOf } from './agent.ts';
import type { Checks } from './checks.ts';
import { simulatedApply } from './faults.ts';
import type { SimStore } from './store.ts';
import type { World } from './world.ts';

type CallEffect = Extract<CoordinatorEffect, { uuid: string }>;
/** Without the call that it answers. */
type Reply = { kind: 'prepared' | 'committed' | 'adopted' | 'aborted'; answer: AnyAnswer } | { kind: 'failed'; message: string };

/**
 * A server around the machine. No lock among servers: two of them may run a change at once, and each may take over
 * what it believes the other has left. It may die before each effect.
 */
export class SimServer {
  up = true;
  #boot = 0;
  #runs = 0;
  #machines = new Map<string, ApplyCoordinator>();

  constructor(
    readonly world: World,
    readonly name: string,
    readonly parts: { readonly store: SimStore; readonly agents: readonly SimAgent[]; readonly checks: Checks },
  ) {}

  get idle(): boolean {
    return this.#machines.size === 0;
  }

  wakeAt(): number {
    return Math.min(Infinity, ...[...this.#machines.values()].map((machine) => machine.wakeAt()));
  }

  tick(): void {
    for (const [id, machine] of this.#machines) if (machine.wakeAt() <= this.world.now) this.#perform(id, machine.tick(this.world.now));
  }

  die(): void {
    this.world.note(`${this.name}: dies`);
    this.up = false;
    this.#boot += 1;
    this.#machines.clear();
    this.world.after(this.world.random.between(5, 2_000), () => {
      this.up = !(this.world.healed && this.world.faults.serversGone);
    });
  }

  change(text: string): void {
    if (!this.up || !this.idle) return;
    const { world, parts } = this;
    const boot = this.#boot;
    parts.store.call(
      () => parts.store.newest(),
      (base) => {
        if (boot !== this.#boot || !this.idle || (base === null && parts.store.versions.size > 0)) return;
        const id = `${this.name}-${boot}-${++this.#runs}`;
        const meta: CommittedVersion['meta'] = { version: (base?.meta.version ?? 0) + 1, hash: hashOf(text), author: 'ann', surface: 'cli', reason: null, at: 1, base: base?.meta.version ?? null };
        const run = { id, owner: this.name, author: 'ann', surface: 'cli' as const, reason: null, startedAt: world.now };
        const machine = new ApplyCoordinator({ run, base, candidate: { meta, text }, participants: this.#participants(), policy: simulatedApply });
        parts.store.begin(machine.run());
        this.#run(id, machine);
      },
    );
  }

  /** Settles unfinished runs that are not its own; a run of a server that lives is fair game too, if it is old. */
  recover(): void {
    if (!this.up) return;
    const { store } = this.parts;
    for (const [id, { run, startedAt }] of store.runs) {
      if (this.#machines.has(id) || this.world.now - startedAt < 1_000) continue;
      if (run.state === 'preparing') this.#call(() => store.abort(id), (result) => result === 'done' && this.#resume(run, 'aborted'));
      if (run.state === 'decided') this.#resume(run, 'decided');
    }
  }

  /** Hands the newest version to who reports an older one: it may be that nobody else has it to pull from. */
  catchUp(): void {
    const { store, agents } = this.parts;
    if (!this.up) return;
    this.#call(
      () => store.newest(),
      (newest) => {
        for (const agent of agents) {
          const reported = agent.machine?.state().committed?.meta.version ?? 0;
          if (!newest || !agent.up || reported >= newest.meta.version || this.world.isCut(this.name, agent.name)) continue;
          this.world.send(this.name, agent.name, () => agent.ask((requestId) => ({ kind: 'adopt', requestId, content: newest, waitMs: 0 }), () => {}));
        }
      },
    );
  }

  #resume(run: ApplyRun, as: 'decided' | 'aborted'): void {
    if (this.#machines.has(run.id)) return;
    const decided = this.parts.store.versions.get(run.version);
    const nothing: CommittedVersion = { meta: { version: run.version, hash: '0'.repeat(64), author: '', surface: 'system', reason: null, at: 0, base: null }, text: '' };
    const participants = this.#participants(run);
    const head = { id: run.id, owner: this.name, author: run.author, surface: 'system' as const, reason: null, startedAt: run.startedAt };
    const options = { run: head, base: null, participants, policy: simulatedApply };
    this.world.note(`${this.name}: resumes ${run.id} as ${as}`);
    const machine = as === 'decided' ? ApplyCoordinator.resumeDecided({ ...options, candidate: decided?.content ?? nothing, decidedAt: run.decidedAt ?? 0 }) : ApplyCoordinator.resumeAborted({ ...options, candidate: nothing, error: 'its server is gone' });
    this.#run(run.id, machine);
  }

  #participants(run?: ApplyRun): ApplyMember[] {
    const names = run?.instances.map(({ uuid }) => uuid);
    return this.parts.agents
      .filter(({ name }) => names?.includes(name) ?? true)
      .map((agent) => ({ uuid: agent.name, alias: agent.name, reachable: this.world.strikes(this.world.faults.misjudged) ? !agent.up : agent.up && !this.world.isCut(this.name, agent.name) }));
  }

  #run(id: string, machine: ApplyCoordinator): void {
    this.#machines.set(id, machine);
    this.#perform(id, machine.start(this.world.now));
  }

  #perform(id: string, effects: readonly CoordinatorEffect[]): void {
    for (const effect of effects) {
      if (this.world.strikes(this.world.faults.serverDies)) return this.die();
      this.#do(id, effect);
    }
  }

  #do(id: string, effect: CoordinatorEffect): void {
    const { store, checks } = this.parts;
    switch (effect.kind) {
      case 'prepare':
      case 'commit':
      case 'adopt':
      case 'abort':
        return this.#callAgent(id, effect);
      case 'recordDecision':
        checks.deciding(effect.run);
        return this.#call(
          () => store.decide(id, effect.base, effect.candidate),
          (outcome) => this.#give(id, { kind: 'decisionRecorded', outcome: outcome ?? 'unknown', message: null }),
        );
      case 'recordAborted':
        return this.#call(
          () => store.abort(id),
          (outcome) => this.#give(id, { kind: 'abortRecorded', outcome: outcome ?? 'unknown' }),
        );
      case 'finish':
        this.world.note(`${this.name}: ${id} ends ${effect.run.state} ${effect.run.error ?? ''} ${effect.run.instances.map(({ uuid, state }) => `${uuid}=${state}`).join(' ')}`);
        this.#machines.delete(id);
        checks.finished(effect.run);
        if (effect.run.state === 'done' || effect.run.state === 'partial') store.call(() => store.finish(effect.run), () => {});
    }
  }

  #call<T>(work: () => T, then: (result: T | null) => void): void {
    const boot = this.#boot;
    this.parts.store.call(work, (result) => {
      if (boot === this.#boot && this.up) then(result);
    });
  }

  #give(id: string, event: CoordinatorEvent): void {
    const machine = this.#machines.get(id);
    if (machine) this.#perform(id, machine.receive(this.world.now, event));
  }

  #callAgent(id: string, effect: CallEffect): void {
    const { world } = this;
    const { uuid, attempt, timeoutMs } = effect;
    const boot = this.#boot;
    let open = true;
    const reply = (event: Reply) => {
      if (!open || boot !== this.#boot) return;
      open = false;
      if (event.kind === 'prepared' && 'ok' in event.answer && !event.answer.ok && event.answer.code === 'refused') this.parts.checks.refusalHeard(id, uuid);
      // The kind of the answer fits the kind of the call: `repliesTo` is the one place that pairs them.
      this.#give(id, { ...event, uuid, attempt } as CoordinatorEvent);
    };
    world.after(timeoutMs, () => reply({ kind: 'failed', message: 'timed out' }));
    const agent = this.parts.agents.find(({ name }) => name === uuid);
    if (!agent) return;
    if (!agent.up) return world.after(1, () => reply({ kind: 'failed', message: 'connection refused' }));
    world.send(this.name, uuid, () => repliesTo(effect, agent, this.parts.checks, (event) => world.send(uuid, this.name, () => reply(event))));
  }
}

function repliesTo(effect: CallEffect, agent: SimAgent, checks: Checks, reply: (event: Reply) => void): void {
  switch (effect.kind) {
    case 'prepare': {
      const { runId, owner, base, candidate: content, ttlMs } = effect;
      const objection = content.text.includes(`poison:${agent.name}`) ? ({ code: 'refused', message: 'the role does not like it' } as const) : null;
      return agent.ask((requestId) => ({ kind: 'prepare', requestId, runId, owner, base, content, ttlMs, objection }), (answer) => {
        checks.prepareAnswered(agent, runId, answer);
        reply({ kind: 'prepared', answer });
      });
    }
    case 'commit': {
      const { runId, version, hash, waitMs } = effect;
      return agent.ask((requestId) => ({ kind: 'commit', requestId, runId, version, hash, waitMs }), (answer) => reply({ kind: 'committed', answer }));
    }
    case 'adopt':
      return agent.ask((requestId) => ({ kind: 'adopt', requestId, content: effect.committed, waitMs: effect.waitMs }), (answer) => reply({ kind: 'adopted', answer }));
    case 'abort':
      return agent.ask((requestId) => ({ kind: 'abort', requestId, runId: effect.runId }), (answer) => reply({ kind: 'aborted', answer }));
  }
}

