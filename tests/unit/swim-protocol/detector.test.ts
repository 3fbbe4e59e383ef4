import { describe, expect, test } from 'vitest';
import { profiles } from '~/swim/protocol/config.ts';
import type { Effect } from '~/swim/protocol/effect.ts';
import type { Message } from '~/swim/protocol/message.ts';
import type { Protocol } from '~/swim/protocol/swim.ts';
import { ack, address, isPing, kinds, known, machine, member, message, news, ping, runTo, section, sends, told, uuid } from './support.ts';

/** Answers for everyone but `silent`, as they do on a perfect network. */
function answering(protocol: Protocol, silent: readonly number[], options: { nacks?: boolean } = {}) {
  return (effect: Effect, now: number): Effect[] => {
    if (effect.kind !== 'send') return [];
    const from = effect.to.port - address(0).port;
    if (!isPing(effect) || silent.includes(from)) return [];
    const { routing, trailer } = effect.message;
    if (routing === undefined) return protocol.receive(now, ack(from, { trailer: { sequence: now, echo: trailer?.sequence ?? 0 } }), address(from));
    if (!options.nacks || trailer?.nack === undefined) return [];
    return protocol.receive(now, message(from, [], { trailer: { nack: { kind: 'answer', probe: trailer.nack.probe } } }), address(from));
  };
}

function warm(options: Parameters<typeof machine>[0]): Protocol {
  const protocol = machine({ known: 5, ...options });
  runTo(protocol, 10_000, answering(protocol, []));
  return protocol;
}

describe('the detector', () => {
  test('probes everyone in turn, one each period', () => {
    const protocol = machine({ known: 5, tuned: { contactRoundShare: 0 } });
    const effects = runTo(protocol, 10_000, answering(protocol, []));
    const probes = effects.filter(isPing).map(({ to }) => to.port - address(0).port);
    expect(probes.length).toBeGreaterThanOrEqual(49);
    for (let at = 0; at + 5 <= probes.length; at += 5) expect(new Set(probes.slice(at, at + 5)).size).toBe(5);
    expect(protocol.stats()).toMatchObject({ probesFailed: 0, health: 0 });
  });

  test('saves the probe of a member that was just heard', () => {
    const protocol = machine({ known: 2, tuned: { contactRoundShare: 1 } });
    for (let now = 0; now < 10_000; now += 100) {
      protocol.receive(now, ping(1), address(1));
      runTo(protocol, now + 99, answering(protocol, []));
    }
    expect(protocol.stats().probesSaved).toBeGreaterThan(20);
  });

  test('measures round trips by the echo of the ping', () => {
    const protocol = machine({ known: 1, tuned: { contactRoundShare: 0 } });
    for (let turn = 0; turn < 100; turn++) {
      const now = Math.max(0, protocol.wakeAt());
      const sent = protocol.tick(now).find(isPing);
      if (sent !== undefined) protocol.receive(now + 8, ack(1, { trailer: { echo: sent.message.trailer?.sequence ?? 0 } }), address(1));
    }
    expect(known(protocol, 1)?.rttMs).toBeCloseTo(8, 1);
    const other = machine({ known: 1 });
    runTo(other, 1_000, (effect, now) => (isPing(effect) ? other.receive(now, ack(1, { trailer: { echo: 1e6 } }), address(1)) : []));
    expect(known(other, 1)?.rttMs, 'an echo of something else measures nothing').toBeUndefined();
  });

  test('asks helpers after the ack time-out, and accuses at the end of the period', () => {
    const protocol = warm({ tuned: { hardEvidence: false } });
    const effects: Effect[] = [];
    while (known(protocol, 3)?.status === 'alive' && protocol.wakeAt() < 20_000) effects.push(...runTo(protocol, protocol.wakeAt(), answering(protocol, [3], { nacks: true })));
    const helped = sends(effects).filter(({ message: sent }) => sent.routing !== undefined);
    expect(helped.length).toBe(3);
    for (const { to, message: sent } of helped) {
      expect(to.port).not.toBe(address(3).port);
      expect(sent.routing).toEqual({ source: address(0), target: address(3) });
      expect(sent.trailer?.nack?.kind).toBe('request');
    }
    expect(kinds(effects)).toContain('suspect');
    expect(protocol.stats()).toMatchObject({ accusations: 1, health: 0, nacksMissed: 0 });
  });

  test('silence of the helpers counts against our own health, and slows us down', () => {
    const protocol = warm({ tuned: { hardEvidence: false } });
    while (protocol.stats().probesFailed === 0) runTo(protocol, protocol.wakeAt(), answering(protocol, [3]));
    expect(protocol.stats()).toMatchObject({ nacksMissed: 3 });
    expect(protocol.stats().health).toBeGreaterThanOrEqual(2);
    const slow = machine({ known: 5, tuned: { hardEvidence: false, refutationPeriods: 0 } });
    const healthy = runTo(slow, 4_000, answering(slow, [])).filter(isPing).length;
    for (let version = 0; version < 7; version++) slow.receive(4_000, news(1, [member(0, { status: 'suspected', version })]), address(1));
    expect(slow.stats().health).toBe(7);
    const ill = runTo(slow, 4_000 + 1_600, answering(slow, [1, 2, 3, 4, 5])).filter(isPing).length;
    expect(ill).toBeLessThan(healthy / 4);
  });

  test('whose probes are answered wakes up for its probes and hardly anything else', () => {
    const protocol = machine({ known: 5, tuned: { contactRoundShare: 0 } });
    runTo(protocol, 5_000, answering(protocol, []));
    const { probes } = protocol.stats();
    let wakes = 0;
    for (let now = protocol.wakeAt(); now < 15_000; now = protocol.wakeAt()) {
      wakes += 1;
      for (const { to } of protocol.tick(now).filter(isPing)) protocol.receive(now + 1, ack(to.port - address(0).port), to);
    }
    expect(protocol.stats().probes - probes).toBeGreaterThanOrEqual(49);
    // The rest: looking for missing seeds and the dead, every 2 s each.
    expect(wakes - (protocol.stats().probes - probes)).toBeLessThanOrEqual(12);
  });

  test('turns of members that were just heard are passed over together', () => {
    const protocol = machine({ known: 5, tuned: { contactRoundShare: 2 } });
    protocol.tick(0);
    let wakes = 0;
    for (let now = 0; now < 10_000; now += 10) {
      if (now % 100 === 0) for (const n of [1, 2, 3, 4, 5]) protocol.receive(now, ping(n), address(n));
      if (protocol.wakeAt() > now) continue;
      wakes += 1;
      protocol.tick(now);
    }
    const { probesSaved, probes } = protocol.stats();
    expect(probes).toBeLessThan(3);
    expect(probesSaved + probes, 'no turn is lost').toBeGreaterThanOrEqual(48);
    expect(wakes).toBeLessThan(40);
  });

  test('a nack is waited for as long as helpers take to send it', () => {
    const protocol = machine({ known: 5, tuned: { hardEvidence: false, contactRoundShare: 0 } });
    const due: { at: number; message: Message }[] = [];
    for (let now = 0; protocol.stats().probesFailed === 0 && now < 10_000; now += 5) {
      for (const { message: nack } of due.filter(({ at }) => at === now)) protocol.receive(now, nack, nack.source);
      for (const { to, message: sent } of sends(protocol.tick(now))) {
        const helper = to.port - address(0).port;
        const request = sent.trailer?.nack;
        if (request?.kind === 'request') due.push({ at: now + profiles.fast.nackAfterMs + 10, message: message(helper, [], { trailer: { nack: { kind: 'answer', probe: request.probe } } }) });
        else if (helper !== 1 && section(sent, 'failureDetection')?.type === 'ping') protocol.receive(now + 1, ack(helper), to);
      }
    }
    expect(due.length).toBeGreaterThan(0);
    expect(protocol.stats()).toMatchObject({ probesFailed: 1, nacksMissed: 0, health: 0 });
  });

  test('a pause of our own drops what we were asking, but a suspect is asked again', () => {
    const protocol = machine({ known: 2, tuned: { hardEvidence: false } });
    const asksSuspect = (effects: readonly Effect[]) => effects.filter(isPing).filter(({ to }) => to.port === address(1).port).length;
    protocol.tick(0);
    expect(asksSuspect(protocol.receive(10, news(2, [member(1, { status: 'suspected' })]), address(2)))).toBe(1);
    protocol.timerLate(100, 90);
    expect(asksSuspect(protocol.receive(100, ping(2), address(2)))).toBe(1);
    expect(asksSuspect(protocol.receive(101, ping(2), address(2)))).toBe(0);
  });

  test('an unwell member gives others more time before it asks helpers', () => {
    const helpersAskedAfter = (health: number): number => {
      const protocol = warm({ tuned: { refutationPeriods: 0 } });
      for (let version = 0; version < health; version++) protocol.receive(10_000, news(1, [member(0, { status: 'suspected', version })]), address(1));
      let pingedAt = Number.NaN;
      for (let now = Math.max(10_000, protocol.wakeAt()); now < 20_000; now = protocol.wakeAt()) {
        const pings = protocol.tick(now).filter(isPing);
        if (pings.some(({ message: sent }) => sent.routing !== undefined)) return now - pingedAt;
        if (pings.length > 0 && Number.isNaN(pingedAt)) pingedAt = now;
      }
      return Number.NaN;
    };
    expect(helpersAskedAfter(0)).toBeCloseTo(50, 3);
    expect(helpersAskedAfter(7)).toBeCloseTo(400, 3);
  });

  test('an ack through a helper is as good as a direct one', () => {
    const protocol = warm({});
    const helper = (effect: Effect, now: number): Effect[] => {
      const direct = answering(protocol, [3])(effect, now);
      if (effect.kind !== 'send' || effect.message.routing === undefined) return direct;
      return protocol.receive(now, ack(3, { source: effect.to, routing: { source: address(3), target: address(0) } }), effect.to);
    };
    const effects = runTo(protocol, 20_000, helper);
    expect(kinds(effects)).toEqual([]);
    expect(known(protocol, 3)?.status).toBe('alive');
    expect(protocol.stats().probesFailed).toBe(0);
  });

  test('a suspect is dead after its suspicion, unless it answers', () => {
    const protocol = warm({ tuned: { hardEvidence: false, confirmations: 0 } });
    const effects = runTo(protocol, 14_000, answering(protocol, [3], { nacks: true }));
    expect(kinds(effects)).toEqual(['suspect', 'dead']);
    const pings = effects.filter(isPing).filter(({ to, message: sent }) => to.port === address(3).port && told(sent, 3)?.status === 'suspected');
    expect(pings.length, 'the suspect is told of its suspicion while there is time').toBeGreaterThanOrEqual(2);
  });

  test('each new ping keeps its own deadline', () => {
    const protocol = warm({ tuned: { hardEvidence: false, periodMs: 100, ackTimeoutMsMin: 150, ackTimeoutMsStart: 150, confirmations: 0 } });
    runTo(protocol, 16_000, answering(protocol, [3], { nacks: true }));
    expect(known(protocol, 3)?.status).toBe('dead');
  });
});

describe('suspicion', () => {
  test('ends sooner the more independent members confirm it', () => {
    const endsAfter = (accusers: readonly number[]): number => {
      // Its own turn to probe never comes, and it is no witness of this suspect: it only hears.
      const protocol = machine({ known: 12, tuned: { periodMs: 1e9, suspicionPeriods: 0 } });
      protocol.tick(0);
      const accusations = [{ suspect: uuid(bystanderOf), accusers: accusers.map(uuid) }];
      protocol.receive(0, news(12, [member(bystanderOf, { status: 'suspected' })], { trailer: { accusations } }), address(12));
      expect(protocol.stats().probes).toBe(0);
      while (known(protocol, bystanderOf)?.status === 'suspected') runTo(protocol, protocol.wakeAt());
      return protocol.wakeAt();
    };
    const bystanderOf = 5;
    const [one, two, three, twice] = [endsAfter([2]), endsAfter([2, 3]), endsAfter([2, 3, 4]), endsAfter([2, 2, 2])];
    expect(one).toBeGreaterThan(two);
    expect(two).toBeGreaterThan(three);
    expect(three).toBeLessThan(1_200);
    expect(twice, 'one accuser is one, however often it is named').toBeCloseTo(one, 6);
  });

  test('its witnesses look at once, the others wait for their turn', () => {
    const lookers = Array.from({ length: 12 }, (_, index) => index + 1).filter((number) => {
      const others = Array.from({ length: 13 }, (_, other) => other).filter((other) => other !== number);
      const protocol = machine({ uuid: uuid(number), address: address(number), known: 0 });
      for (const other of others) protocol.receive(0, ping(other), address(other));
      const effects = protocol.receive(5, news(12 === number ? 11 : 12, [member(0, { status: 'suspected' })], { trailer: { accusations: [{ suspect: uuid(0), accusers: [uuid(99)] }] } }), address(12));
      return sends(effects).some(({ to, message: sent }) => to.port === address(0).port && section(sent, 'failureDetection') !== undefined && told(sent, 0)?.status === 'suspected');
    });
    expect(lookers.length).toBe(2);
  });

  test('a refutation ends it and counts as false', () => {
    const protocol = machine({ known: 6 });
    protocol.tick(0);
    protocol.receive(0, news(2, [member(1, { status: 'suspected' })]), address(2));
    expect(kinds(protocol.receive(5, news(2, [member(1, { version: 1 })]), address(2)))).toEqual(['alive']);
    protocol.receive(6, ack(1, { version: 1 }), address(1));
    const answer = answering(protocol, [1]);
    runTo(protocol, 8_000, (effect, now) => (isPing(effect) && effect.to.port === address(1).port ? protocol.receive(now, ack(1, { version: 1 }), address(1)) : answer(effect, now)));
    expect(known(protocol, 1)?.status).toBe('alive');
    expect(protocol.stats().falseSuspicions).toBe(1);
  });

  test('after a refuted death the next one takes twice as long', () => {
    const protocol = machine({ known: 2, tuned: { hardEvidence: false } });
    protocol.tick(0);
    const dieAt = (startMs: number): number => {
      while (known(protocol, 1)?.status !== 'dead' && protocol.wakeAt() < startMs + 20_000) runTo(protocol, protocol.wakeAt(), answering(protocol, [1], { nacks: true }));
      return protocol.wakeAt() - startMs;
    };
    const first = dieAt(0);
    const revivedAt = protocol.wakeAt();
    protocol.receive(revivedAt, news(2, [member(1, { version: 1 })]), address(2));
    const second = dieAt(revivedAt);
    expect(second).toBeGreaterThan(first + 400);
  });
});

describe('hard evidence', () => {
  const suspect = (protocol: Protocol, now: number, accusers: readonly number[]) =>
    protocol.receive(now, news(2, [member(1, { status: 'suspected' })], { trailer: { accusations: [{ suspect: uuid(1), accusers: accusers.map(uuid) }] } }), address(2));

  test('two members, each refused twice: dead now', () => {
    const protocol = machine({ known: 6 });
    protocol.tick(0);
    suspect(protocol, 100, [2, 2]);
    expect(protocol.evidence(101, { uuid: uuid(1), kind: 'refused' }).filter((effect) => effect.kind === 'event')).toEqual([]);
    const look = runTo(protocol, 152, answering(protocol, [1], { nacks: true })).filter((effect) => effect.kind === 'checkEvidence');
    expect(look.length).toBeGreaterThan(0);
    expect(kinds(protocol.evidence(153, { uuid: uuid(1), kind: 'refused' }))).toEqual(['dead']);
  });

  test('refused twice by ourselves alone is only a suspicion', () => {
    const protocol = machine({ known: 6 });
    protocol.tick(0);
    protocol.evidence(101, { uuid: uuid(1), kind: 'refused' });
    runTo(protocol, 152, answering(protocol, [1], { nacks: true }));
    const effects = protocol.evidence(153, { uuid: uuid(1), kind: 'refused' });
    expect(kinds(effects)).toEqual(['suspect']);
    const shown = sends(effects).flatMap(({ message: sent }) => sent.trailer?.accusations ?? []);
    expect(shown[0]?.accusers, 'named twice: it has seen the refusal').toEqual([uuid(0), uuid(0)]);
    expect(kinds(suspect(protocol, 160, [3])), 'a silence that somebody else saw adds no second refusal').toEqual([]);
    expect(kinds(suspect(protocol, 161, [3, 3]))).toEqual(['dead']);
  });

  test('twice within 50 ms, or with an answer in between, is not evidence', () => {
    const protocol = machine({ known: 6 });
    protocol.tick(0);
    suspect(protocol, 100, [2, 2]);
    protocol.evidence(101, { uuid: uuid(1), kind: 'refused' });
    expect(kinds(protocol.evidence(120, { uuid: uuid(1), kind: 'refused' }))).toEqual([]);
    protocol.receive(130, ping(1), address(1));
    suspect(protocol, 131, [2, 2]);
    expect(kinds(protocol.evidence(160, { uuid: uuid(1), kind: 'refused' }))).toEqual([]);
    expect(known(protocol, 1)?.status).toBe('suspected');
  });

  test('counts for nothing where addresses are translated', () => {
    const protocol = machine({ known: 6, tuned: { hardEvidence: false } });
    protocol.tick(0);
    suspect(protocol, 100, [2, 2, 3, 3]);
    protocol.evidence(101, { uuid: uuid(1), kind: 'refused' });
    protocol.evidence(201, { uuid: uuid(1), kind: 'refused' });
    expect(known(protocol, 1)?.status).toBe('suspected');
  });

  test('with nobody else left to see it, our own eyes are enough', () => {
    const protocol = machine({ known: 1 });
    protocol.tick(0);
    protocol.evidence(10, { uuid: uuid(1), kind: 'refused' });
    runTo(protocol, 61, answering(protocol, [1]));
    expect(kinds(protocol.evidence(62, { uuid: uuid(1), kind: 'refused' }))).toEqual(['suspect', 'dead']);
  });
});

describe('a late wake-up', () => {
  test('voids what was pending and accuses nobody', () => {
    for (const told of [true, false]) {
      const protocol = warm({});
      // Up to a probe that nobody answers any more.
      while (!runTo(protocol, protocol.wakeAt()).some(isPing));
      const lateAt = protocol.wakeAt() + 8_000;
      if (told) protocol.timerLate(lateAt, 8_000);
      const effects = protocol.tick(lateAt);
      effects.push(...runTo(protocol, lateAt + 150, answering(protocol, [])));
      expect(kinds(effects)).toEqual([]);
      expect(protocol.stats()).toMatchObject({ timersLate: 1, accusations: 0 });
      expect(protocol.stats().health).toBeLessThanOrEqual(1);
    }
  });

  test('voids a probe that was already with the helpers', () => {
    const protocol = warm({ tuned: { hardEvidence: false } });
    while (!sends(runTo(protocol, protocol.wakeAt(), answering(protocol, [3]))).some(({ message: sent }) => sent.routing !== undefined));
    const lateAt = protocol.wakeAt() + 1_000;
    const effects = [...protocol.tick(lateAt), ...runTo(protocol, lateAt + 40, answering(protocol, []))];
    expect(kinds(effects)).toEqual([]);
    expect(protocol.stats()).toMatchObject({ accusations: 0, probesFailed: 0 });
  });

  test('begins the suspicions that it holds anew', () => {
    const protocol = machine({ known: 2 });
    const silence = answering(protocol, [1], { nacks: true });
    protocol.tick(0);
    protocol.receive(10, news(2, [member(1, { status: 'suspected' })]), address(2));
    runTo(protocol, 900, silence);
    const lateAt = 9_000;
    expect(kinds(protocol.tick(lateAt))).not.toContain('dead');
    runTo(protocol, lateAt + 900, silence);
    expect(known(protocol, 1)?.status).toBe('suspected');
    runTo(protocol, lateAt + 1_300, silence);
    expect(known(protocol, 1)?.status).toBe('dead');
  });

  test('of less than a period moves them by that much', () => {
    const protocol = machine({ known: 2 });
    const silence = answering(protocol, [1], { nacks: true });
    protocol.tick(0);
    protocol.receive(10, news(2, [member(1, { status: 'suspected' })]), address(2));
    runTo(protocol, 900, silence);
    protocol.timerLate(1_050, 150);
    runTo(protocol, 1_150, silence);
    expect(known(protocol, 1)?.status).toBe('suspected');
    runTo(protocol, 1_200, silence);
    expect(known(protocol, 1)?.status).toBe('dead');
  });

  test('a little late is not late', () => {
    const protocol = warm({});
    protocol.timerLate(10_000, 50);
    expect(protocol.stats()).toMatchObject({ timersLate: 0, health: 0 });
  });
});
