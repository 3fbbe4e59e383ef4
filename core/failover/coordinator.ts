import { look, lookAt, looked } from './autoreturn.ts';
import type { Command, CoordinatorEffect, CoordinatorEvent } from './coordinator-messages.ts';
import { afterWrites, begin, end, newCase, read, type Bench, type Case } from './coordinator-state.ts';
import { fetched, weigh } from './deciding.ts';
import { evidenceAt, evidenceOf } from './evidence.ts';
import { flaps, markManual } from './flapping.ts';
import { hear } from './hearing.ts';
import { seeLease } from './lease.ts';
import type { MemberAnswer, StoreOutcome } from './messages.ts';
import { coordinatorKey, type Held, type Records } from './records.ts';
import { rules as allRules, type Rules } from './rules.ts';
import { caughtUp, clearOrphan, freezeMaster, frozen, giveUp, prepare, prepared, settle, startSwitchover } from './switchover.ts';
import { covers } from './vclock.ts';
import type { Timing } from './timing.ts';

/**
 * The coordinator, in every agent with the role; one of them holds the lock. The one idea: it decides only by changing
 * records, and only where they are as it saw them under its own term, so it may die, be late or be two at any moment.
 * It keeps nothing that the next one would need.
 */
export class FailoverCoordinator {
  readonly #b: Bench;
  readonly #cases = new Map<string, Case>();
  #ticked = -Infinity;

  constructor({ rules = allRules }: { readonly rules?: Rules }, { timing }: { readonly timing: Timing }) {
    this.#b = { rules, timing, term: null, pause: null, calls: 0, out: [] };
  }

  cases(): ReadonlyMap<string, Readonly<Case>> {
    return this.#cases;
  }

  receive(now: number, event: CoordinatorEvent): CoordinatorEffect[] {
    const b = this.#b;
    switch (event.kind) {
      case 'configured':
        b.timing = event.timing;
        for (const settings of event.replicasets) {
          const c = this.#cases.get(settings.uuid);
          if (c) c.settings = settings;
          else this.#cases.set(settings.uuid, newCase(settings, now));
        }
        for (const uuid of this.#cases.keys()) if (!event.replicasets.some((settings) => settings.uuid === uuid)) this.#cases.delete(uuid);
        break;
      case 'lock':
        if (event.term === b.term) break;
        b.term = event.term;
        for (const c of this.#cases.values()) if (c.round) end(b, c, { ok: false, why: 'This coordinator is not the active one any more.', againAt: now });
        break;
      case 'pause':
        b.pause = event.pause && { record: event.pause, since: now };
        break;
      case 'command':
        this.#commanded(event.command);
        break;
      case 'records':
      case 'manual':
      case 'stored':
      case 'answered': {
        const c = this.#cases.get(event.replicaset);
        if (c) this.#about(c, event, now);
      }
    }
    return this.tick(now);
  }

  tick(now: number): CoordinatorEffect[] {
    const b = this.#b;
    this.#ticked = now;
    if (b.term !== null) for (const c of this.#cases.values()) this.#advance(c, now);
    const { out } = b;
    b.out = [];
    return out;
  }

  /** When `tick` has something to do. */
  wakeAt(): number {
    const b = this.#b;
    if (b.term === null) return Infinity;
    const times = [...this.#cases.values()].flatMap((c) => (c.round ? [c.round.until] : [Math.max(c.nextAt, Math.min(evidenceAt(b, c, this.#ticked), lookAt(c)))]));
    if (b.pause?.record.forMs != null) times.push(b.pause.since + b.pause.record.forMs);
    return Math.min(Infinity, ...times.filter((at) => at > this.#ticked));
  }

  #commanded(command: Command): void {
    const b = this.#b;
    const c = this.#cases.get(command.replicaset);
    const refuse = (why: string) => b.out.push({ kind: 'result', id: command.id, ok: false, why });
    if (b.term === null) refuse('This coordinator is not the active one.');
    else if (!c) refuse('There is no such replicaset.');
    else if (c.command) refuse('Another order waits already.');
    else c.command = command;
  }

  #about(c: Case, event: Extract<CoordinatorEvent, { replicaset: string }>, now: number): void {
    switch (event.kind) {
      case 'records':
        return this.#see(c, event, now);
      case 'manual':
        // Acknowledged: what was counted before is over.
        if (c.manual && !event.manual) c.failovers.length = 0;
        c.manual = event.manual;
        return;
      case 'stored':
        if (c.round?.call === event.call) this.#stored(c, event.outcome, now);
        return;
      case 'answered':
        this.#answered(c, event.call, { answer: event.answer, now });
    }
  }

  #see(c: Case, { records, streamed, askedAt }: { readonly records: Records; readonly streamed: boolean; readonly askedAt: number }, now: number): void {
    const newer = <T>(seen: Held<T> | null, before: Held<T> | null): Held<T> | null => (streamed || (seen?.revision ?? 0) >= (before?.revision ?? 0) ? seen : before);
    const before = c.records.state?.value;
    c.records = { state: newer(records.state, c.records.state), lease: newer(records.lease, c.records.lease) };
    const state = c.records.state?.value;
    if (c.known && state && state.epoch > (before?.epoch ?? 0) && (state.cause === 'crash' || state.cause === 'expiry')) c.failovers.push(now);
    c.known = true;
    c.highest = Math.max(c.highest, state?.epoch ?? 0);
    c.view = seeLease(c.view, c.records, { now, askedAt });
    const { round } = c;
    if (!round) return;
    if (!streamed && round.stage === 'reading' && this.#same(c)) return hear(this.#b, c, now);
    if (!streamed && round.stage === 'settling') return this.#settled(c, now);
    // A change of its own is judged by its answer.
    if (round.call !== null && round.stage !== 'reading') return;
    if (!this.#same(c)) end(this.#b, c, { ok: false, why: 'The records have changed meanwhile.', againAt: now });
  }

  /** What the round rests on is as it was. A switchover does not mind renewals. */
  #same({ records, round }: Case): boolean {
    if (records.state?.revision !== round?.base.state?.revision) return false;
    return round?.command?.kind === 'switchover' || round?.stage === 'looking' || records.lease?.revision === round?.base.lease?.revision;
  }

  #advance(c: Case, now: number): void {
    const b = this.#b;
    if (c.round && now >= c.round.until) this.#late(c, now);
    if (c.round || now < c.nextAt || !c.known || c.settings.mode === 'disabled' || c.settings.mode === 'eventual') return;
    const { command } = c;
    c.command = null;
    if (command?.kind === 'switchover') return startSwitchover(b, c, command, now);
    if (c.records.state?.value.phase === 'switching') return clearOrphan(b, c, now);
    const evidence = evidenceOf(b, c, now);
    if (command && !evidence) {
      b.out.push({ kind: 'result', id: command.id, ok: false, why: 'The master holds its lease: switch over, or wait until the lease is over.' });
      return;
    }
    if (!evidence) return lookAt(c) <= now && this.#automatic(c, now) ? look(b, c, now) : undefined;
    if (!command && !this.#automatic(c, now)) return;
    if (!command && evidence.cause !== 'first' && c.settings.mode === 'stateful' && c.manual === null && flaps(c, now)) return markManual(b, c, now);
    begin(c, { cause: evidence.cause, command, stage: 'reading', until: now });
    if (evidence.certain) hear(b, c, now);
    else read(b, c, 'reading', now);
  }

  #automatic(c: Case, now: number): boolean {
    const { pause } = this.#b;
    if (pause && (pause.record.forMs === null || now < pause.since + pause.record.forMs)) return false;
    // A person looks at the one that flapped, and it may lead again until then, whatever its holder gave the lease back for;
    // another one's end is another matter.
    const why = c.records.lease?.value.released?.why;
    return c.manual === null || (why !== undefined && why !== 'outdated');
  }

  #late(c: Case, now: number): void {
    const { round } = c;
    const again = now + this.#b.timing.retryMs;
    switch (round?.stage) {
      case 'hearing':
        return round.command?.kind === 'switchover' ? prepare(this.#b, c, { now, over: true }) : weigh(this.#b, c, { now, over: true });
      case 'catchingUp':
        return round.command?.kind === 'switchover' ? giveUp(this.#b, c, now) : fetched(this.#b, c, null, now);
      case 'preparing':
        return prepared(this.#b, c, false, now);
      case 'freezing':
        return giveUp(this.#b, c, now);
      case 'deciding':
      case 'announcing':
      case 'aborting':
        return settle(this.#b, c, now);
      case 'looking':
        looked(c, now);
        return;
      case 'reading':
      case 'settling':
      case 'marking':
      case undefined:
        return end(this.#b, c, { ok: false, why: 'The state provider does not answer.', againAt: again });
    }
  }

  #stored(c: Case, outcome: StoreOutcome, now: number): void {
    const { round } = c;
    const b = this.#b;
    if (!round) return;
    round.call = null;
    switch (outcome.kind) {
      case 'done':
        return this.#done(c, outcome.revision, now);
      case 'refused': {
        const { command } = round;
        this.#see(c, { records: outcome.records, streamed: false, askedAt: round.until - b.timing.callMs }, now);
        if (c.round) end(b, c, { ok: false, why: `Somebody else was first, or this coordinator has lost ${coordinatorKey}.`, againAt: now + b.timing.retryMs });
        if (command) c.command = null;
        return;
      }
      case 'unknown':
      case 'unavailable':
        if (round.stage === 'reading' || round.stage === 'settling' || round.stage === 'marking') return end(b, c, { ok: false, why: 'The state provider does not answer.', againAt: now + b.timing.retryMs });
        return settle(b, c, now);
    }
  }

  #done(c: Case, revision: number, now: number): void {
    const { round } = c;
    const b = this.#b;
    if (!round) return;
    const { stage } = round;
    round.base = afterWrites(c, round, revision);
    // First, as its master may have confirmed by now, and that is no reason to call it off.
    if (stage === 'deciding') {
      b.out.push({ kind: 'tell', replicaset: c.replicaset, what: 'decided', detail: `${round.target ?? ''} leads in epoch ${round.epoch}` });
      end(b, c, { ok: true, why: `${round.target ?? ''} leads in epoch ${round.epoch}.`, againAt: now });
    }
    this.#see(c, { records: round.base, streamed: false, askedAt: now }, now);
    if (stage === 'deciding') return;
    if (stage === 'announcing') return freezeMaster(b, c, now);
    end(b, c, { ok: stage === 'marking', why: 'The switchover was given up; the master stays.', againAt: now });
  }

  /** What became of a change of unknown outcome is what stands there now. */
  #settled(c: Case, now: number): void {
    const { round } = c;
    const state = c.records.state?.value;
    const ours = round !== null && state?.epoch === round.epoch && state.master === round.target;
    end(this.#b, c, { ok: ours, why: ours ? `${state.master} leads in epoch ${state.epoch}.` : 'The change was not made.', againAt: now });
  }

  #answered(c: Case, call: number, { answer, now }: { readonly answer: MemberAnswer | null; readonly now: number }): void {
    const { round } = c;
    const b = this.#b;
    const uuid = round?.asked.get(call);
    if (!round || uuid === undefined) return;
    const switching = round.command?.kind === 'switchover';
    switch (round.stage) {
      case 'hearing':
      case 'looking':
        if (answer?.kind === 'heard') round.heard.set(uuid, { report: answer.report, epoch: answer.epoch, consent: answer.consent, why: null });
        if (round.stage === 'hearing') return switching ? prepare(b, c, { now, over: false }) : weigh(b, c, { now, over: false });
        if (round.heard.size === round.asked.size) c.command ??= looked(c, now);
        return;
      case 'freezing':
        return frozen(b, c, answer?.kind === 'frozen' ? answer.vclock : null, now);
      case 'preparing':
      case 'catchingUp': {
        const caught = answer?.kind === 'caughtUp' ? answer : null;
        const copy = caught?.copy ?? null;
        if (!switching) return fetched(b, c, copy, now);
        const reached = copy !== null && round.wanted !== null && covers(copy.vclock, round.wanted);
        return round.stage === 'preparing' ? prepared(b, c, reached, now) : caughtUp(b, c, reached ? caught : null, now);
      }
      case 'reading':
      case 'deciding':
      case 'announcing':
      case 'aborting':
      case 'settling':
      case 'marking':
    }
  }
}
