import { abort, abortAt, askedToCatchUp, askedToFreeze, freeze, unfreeze, watchSwitch } from './member-freezing.ts';
import type { MemberDisk, MemberEffect, MemberEvent } from './member-messages.ts';
import { heardObjections, objectionAnswered } from './member-objections.ts';
import { adoptPolicy, unfence } from './member-policy.ts';
import { offer } from './member-offering.ts';
import { askPromises, consent, failingAt, promiseAnswered, promised } from './member-promises.ts';
import { confirm, promote } from './member-promoting.ts';
import { release, renew, renewed } from './member-renewing.ts';
import { fence, follow, questionAnswered } from './member-returning.ts';
import { answer, disabled, done, heldEpoch, initialMember, knownEpoch, leading, order, type Errand, type MemberState } from './member-state.ts';
import type { InstanceReport, StoreOutcome } from './messages.ts';
import type { Held, Records } from './records.ts';
import { rules as allRules, type Rules } from './rules.ts';
import { leased, type ReplicasetSettings } from './settings.ts';
import type { Timing } from './timing.ts';

/**
 * One member of a replicaset, in every agent. The one idea: after every event it compares the record, its instance and
 * its settings, and takes the next step that brings the instance to what the record says. It keeps no plan, so an
 * answer that never comes, a restart or a coordinator's death leave nothing half done.
 *
 * The runner does the effects in order. Requests to the provider go one at a time, duties of the instance too.
 */
export type MemberOptions = { readonly uuid: string; readonly settings: ReplicasetSettings; readonly timing: Timing; readonly disk: MemberDisk | null; readonly now: number };

export class FailoverMember {
  readonly #m: MemberState;

  constructor({ rules = allRules }: { readonly rules?: Rules }, { now, ...options }: MemberOptions) {
    this.#m = initialMember({ ...options, rules }, now);
    this.#remembered = this.#m.disk.known;
  }

  state(): Readonly<MemberState> {
    return this.#m;
  }

  receive(now: number, event: MemberEvent): MemberEffect[] {
    const m = this.#m;
    switch (event.kind) {
      case 'settings':
        m.settings = event.settings;
        m.timing = event.timing;
        break;
      case 'records':
        if (m.store?.work === 'read' && !event.streamed) m.store = null;
        this.#see(event.records, event.streamed);
        break;
      case 'stored':
        if (m.store?.call === event.call) this.#stored(now, event.outcome);
        break;
      case 'reported':
        this.#reported(now, event.report);
        break;
      case 'exited':
        m.exit = event.exit;
        m.report = null;
        m.order = null;
        break;
      case 'ordered':
        this.#ordered(now, event);
        break;
      case 'asked':
        this.#asked(now, event);
        break;
      case 'answered':
        if (m.question?.call === event.call) questionAnswered(m, event.answer?.kind === 'heard' ? (event.answer.report?.copy ?? null) : null);
        else if (event.answer?.kind === 'heard') objectionAnswered(m, event.call, event.answer.epoch);
        else promiseAnswered(m, event.call, event.answer?.kind === 'promised' && event.answer.given);
        break;
      case 'stop':
        m.stopping = true;
    }
    return this.tick(now);
  }

  tick(now: number): MemberEffect[] {
    const m = this.#m;
    this.#expire(now);
    this.#remember();
    heardObjections(m, now);
    // A member that is disabled, or is none any more, does not lead.
    if (heldEpoch(m) !== null && leased(m.settings) && disabled(m)) m.stopping = true;
    if (m.known && (leased(m.settings) || heldEpoch(m) !== null)) {
      this.#instance(now);
      if (!m.store && now >= m.storeAt) this.#provider(now);
    }
    if (m.stopping && heldEpoch(m) === null && !m.report?.writable) {
      m.stopping = false;
      m.out.push({ kind: 'handedOver' });
    }
    const out = m.out;
    m.out = [];
    return out;
  }

  /** When `tick` has something to do. */
  wakeAt(): number {
    const m = this.#m;
    const times = [m.store?.until, m.order?.until, m.round?.until, m.objections?.until, m.question?.until, ...[...m.errands.values(), ...m.waiting.values()].map(({ until }) => until)].filter((at) => at !== undefined);
    if (!m.store && heldEpoch(m) === null) times.push(m.storeAt);
    if (!m.store && heldEpoch(m) !== null) times.push(Math.max(m.storeAt, leading(m) ? Math.min(abortAt(m), m.lease ? m.lease.renewedAt + m.timing.renewMs : -Infinity) : m.storeAt));
    if (!m.order) times.push(m.orderAt);
    if (leading(m) && !m.round && (m.records.state?.value.policy.promises ?? 0) > 0) times.push(Math.max(m.roundAt, failingAt(m)));
    if (!m.question) times.push(m.questionAt);
    return Math.min(...times.filter((at) => at > this.#ticked), Infinity);
  }

  #ticked = -Infinity;
  #remembered = 0;

  /** What the instance is to do. */
  #instance(now: number): void {
    const m = this.#m;
    watchSwitch(m, now);
    fence(m, now);
    promote(m, now);
    unfreeze(m, now);
    if (leased(m.settings)) follow(m, now);
    askPromises(m, now);
  }

  /** What is said to the provider, the most urgent first. */
  #provider(now: number): void {
    const m = this.#m;
    void (release(m, now) || confirm(m, now) || abort(m, now) || freeze(m, now) || renew(m, now) || unfence(m, now) || adoptPolicy(m, now));
  }

  #expire(now: number): void {
    const m = this.#m;
    this.#ticked = now;
    if (m.store && now >= m.store.until) this.#stored(now, { kind: 'unknown' });
    if (m.order && now >= m.order.until) m.order = null;
    if (m.question && now >= m.question.until) m.question = null;
    for (const [call, errand] of m.errands) if (now >= errand.until) this.#errand(now, { ...errand, call, report: null, consentTo: null });
  }

  /** A newer epoch: whoever forgets it is as one that has not heard of it yet, so an order need not wait for the disk. */
  #remember(): void {
    const m = this.#m;
    const known = knownEpoch(m);
    if (known === this.#remembered) return;
    this.#remembered = known;
    m.disk = { ...m.disk, known };
    m.out.push({ kind: 'note', disk: m.disk });
  }

  #see(records: Records, streamed: boolean): void {
    const m = this.#m;
    // What a read or a refusal shows may be older than what the watch has brought since.
    const newer = <T>(seen: Held<T> | null, before: Held<T> | null): Held<T> | null => (streamed || (seen?.revision ?? 0) >= (before?.revision ?? 0) ? seen : before);
    m.records = { state: newer(records.state, m.records.state), lease: newer(records.lease, m.records.lease) };
    m.known = true;
  }

  #stored(now: number, outcome: StoreOutcome): void {
    const m = this.#m;
    const { store } = m;
    if (!store) return;
    m.store = null;
    switch (outcome.kind) {
      case 'done':
        done(m, store.writes, outcome.revision);
        // That it could be changed proves that it was not given back.
        if (store.writes.lease && store.work !== 'release') m.given = null;
        if (store.work === 'renew' || store.work === 'confirm') renewed(m, { sentAt: store.sentAt, leaseMs: store.writes.lease?.leaseMs ?? m.timing.leaseMs }, now);
        if (store.work === 'confirm' || store.work === 'abort') m.out.push({ kind: 'tell', what: store.work === 'abort' ? 'aborted' : 'confirmed', epoch: heldEpoch(m) ?? 0, detail: null });
        break;
      case 'refused': {
        const held = heldEpoch(m);
        this.#see(outcome.records, false);
        if (held !== null && heldEpoch(m) !== held) m.out.push({ kind: 'tell', what: 'lost', epoch: held, detail: null });
        m.storeAt = now + 1;
        break;
      }
      case 'unknown':
      case 'unavailable':
        m.storeAt = now + m.timing.retryMs;
    }
  }

  #reported(now: number, report: InstanceReport): void {
    const m = this.#m;
    m.report = report;
    m.reportedAt = now;
    m.exit = null;
  }

  #ordered(now: number, { call, report, why }: { readonly call: number; readonly report: InstanceReport | null; readonly why: string | null }): void {
    const m = this.#m;
    if (report && !m.exit) this.#reported(now, report);
    const errand = m.errands.get(call);
    if (errand) return this.#errand(now, { call, ...errand, report });
    if (m.order?.call !== call) return;
    const { kind } = m.order;
    m.order = null;
    if (!report || why !== null) {
      m.orderAt = now + m.timing.retryMs;
      return;
    }
    if (kind === 'demote') m.fenced = report.demoted;
    if (kind === 'promote' || kind === 'takeOver' || kind === 'demote') m.out.push({ kind: 'tell', what: kind === 'demote' ? 'demoted' : 'promoted', epoch: report.epoch, detail: null });
  }

  #errand(now: number, { call, request, kind, report, consentTo, cut }: Errand & { readonly call: number; readonly report: InstanceReport | null }): void {
    const m = this.#m;
    m.errands.delete(call);
    switch (kind) {
      case 'look':
        // Its coordinator may not have this configuration yet, and would choose it again and again.
        return answer(m, request, { kind: 'heard', report: report && disabled(m) ? { ...report, sick: 'its configuration says that it is disabled' } : report, epoch: knownEpoch(m), consent: consentTo === null ? null : consent(m, consentTo, now) });
      case 'freeze':
        return answer(m, request, { kind: 'frozen', vclock: report?.frozen ? report.copy.vclock : null });
      case 'catchUp': {
        // One of an earlier version is not cut off.
        const offers = report !== null && cut != null && report.upstream === null && !report.unleased;
        if (offers) offer(m, report, { revision: cut, now });
        return answer(m, request, { kind: 'caughtUp', copy: report?.copy ?? null, offer: offers ? { origin: report.origin } : null });
      }
    }
  }

  #asked(now: number, { request, body }: Extract<MemberEvent, { kind: 'asked' }>): void {
    const m = this.#m;
    switch (body.kind) {
      case 'hear':
        if (m.exit) return answer(m, request, { kind: 'heard', report: null, epoch: knownEpoch(m), consent: body.consentTo === null ? null : consent(m, body.consentTo, now) });
        m.errands.set(order(m, { kind: 'look' }, m.timing.hearMs / 2), { request, kind: 'look', consentTo: body.consentTo, until: now + m.timing.hearMs / 2 });
        return;
      case 'promise':
        return answer(m, request, { kind: 'promised', given: promised(m, body, now) });
      case 'freeze':
        return askedToFreeze(m, request, { ...body, now });
      case 'catchUp':
        return askedToCatchUp(m, request, { ...body, now });
    }
  }
}
