import { describe, expect, test } from 'vitest';
import { profiles } from '~/swim/protocol/config.ts';
import type { Effect } from '~/swim/protocol/effect.ts';
import type { Protocol } from '~/swim/protocol/swim.ts';
import { ack, address, events, incarnation, isPing, kinds, known, machine, member, message, news, ping, runTo, section, sends, table, told, uuid } from './support.ts';

describe('meeting members', () => {
  test('a direct ping of a stranger is answered and makes it a member', () => {
    const protocol = machine();
    protocol.tick(0);
    const effects = protocol.receive(10, ping(1, { version: 4, trailer: { sequence: 77 } }), address(1));
    expect(kinds(effects)).toEqual(['join']);
    expect(known(protocol, 1)).toMatchObject({ status: 'alive', address: address(1), incarnation: incarnation(4) });
    const answer = sends(effects).find(({ message }) => section(message, 'failureDetection')?.type === 'ack');
    expect(answer?.to).toEqual(address(1));
    expect(answer?.message.trailer?.echo).toBe(77);
    expect(answer && told(answer.message, 0)?.payload, 'it is told who we are').toEqual(new Uint8Array());
  });

  test('someone only heard of is pinged, and counts when it answers', () => {
    const protocol = machine({ known: 1 });
    const heard = protocol.receive(10, news(1, [member(2, { payload: new Uint8Array([9]) })]), address(1));
    expect(kinds(heard)).toEqual([]);
    expect(known(protocol, 2)).toBeUndefined();
    expect(sends(heard).map(({ to }) => to)).toEqual([address(2)]);
    expect(kinds(protocol.receive(20, ack(2), address(2)))).toEqual(['join']);
    expect(known(protocol, 2)?.payload).toEqual(new Uint8Array([9]));
  });

  test('the dead and departed whom nobody here knows are not even asked', () => {
    const protocol = machine({ known: 1 });
    const effects = protocol.receive(10, news(1, [member(2, { status: 'dead' }), member(3, { status: 'left' })]), address(1));
    expect(effects).toEqual([]);
  });

  test('who does not answer is asked a few times and then left in peace', () => {
    const protocol = machine({ known: 1 });
    protocol.tick(0);
    protocol.receive(10, news(1, [member(2)]), address(1));
    const later = runTo(protocol, 4_000, (effect) => (effect.kind === 'send' && effect.to.port === address(1).port ? protocol.receive(protocol.wakeAt(), ack(1), address(1)) : []));
    const asked = sends(later).filter(({ to }) => to.port === address(2).port).length;
    expect(asked).toBe(2);
    expect(protocol.receive(4_000, news(1, [member(2)]), address(1)), 'still resting').toEqual([]);
  });

  test('an older incarnation is ignored and not acknowledged, a newer one adopted', () => {
    const protocol = machine();
    protocol.receive(0, ping(1, { version: 5 }), address(1));
    expect(protocol.receive(1, ping(1, { version: 4 }), address(1))).toEqual([]);
    expect(protocol.receive(1, ping(1, { generation: 99, version: 9 }), address(1))).toEqual([]);
    const moved = protocol.receive(2, ping(1, { version: 6, source: address(8) }), address(8));
    expect(kinds(moved)).toEqual(['address']);
    expect(known(protocol, 1)).toMatchObject({ address: address(8), incarnation: incarnation(6) });
  });

  test('a full table refuses newcomers and counts them', () => {
    const protocol = machine({ tuned: { membersMax: 2 } });
    for (const number of [1, 2, 3]) protocol.receive(0, ping(number), address(number));
    expect(protocol.members().map((view) => view.uuid)).toEqual([uuid(1), uuid(2)]);
    expect(protocol.stats().membersRefused).toBe(1);
    expect(sends(protocol.receive(0, news(1, [member(4)]), address(1))).filter(({ to }) => to.port === address(4).port)).toEqual([]);
  });

  test('a table of strangers asks only so many at once', () => {
    const protocol = machine({ known: 1, tuned: { candidatesMax: 5 } });
    const effects = protocol.mergeFull(0, Array.from({ length: 50 }, (_, index) => member(index + 10)));
    const asked = [...effects, ...runTo(protocol, profiles.fast.courtesyMs)].filter(isPing).filter(({ to }) => to.port !== address(1).port);
    expect(new Set(asked.map(({ to }) => to.port)).size).toBe(5);
  });

  test('of two that hear of each other one asks at once, the other one only when it was not asked in time', () => {
    const asked = (asker: number, about: number, untilMs: number) => {
      const protocol = machine({ uuid: uuid(asker), address: address(asker), known: 9 });
      protocol.tick(0);
      const effects = [...protocol.receive(0, news(9, [member(about)]), address(9)), ...runTo(protocol, untilMs)];
      return effects.filter(isPing).filter(({ to }) => to.port === address(about).port).length;
    };
    const others = Array.from({ length: 20 }, (_, index) => 20 + index);
    const first = others.filter((other) => asked(other, 10, 20) > 0);
    expect(others.filter((other) => asked(10, other, 20) === 0)).toEqual(first);
    expect(first.length, 'about half of them').toBeGreaterThan(4);
    expect(first.length).toBeLessThan(16);
    for (const other of others) expect(asked(other, 10, 120)).toBeGreaterThan(0);
  });

  test('seeds are tried until somebody is known, and the first member is synced with', () => {
    const protocol = machine({ seeds: [address(1), address(2), address(0)] });
    const early = runTo(protocol, 350);
    expect(new Set(sends(early).map(({ to }) => to.port))).toEqual(new Set([address(1).port, address(2).port]));
    expect(sends(early).length).toBeGreaterThanOrEqual(8);
    const met = protocol.receive(360, ack(1), address(1));
    expect(met).toContainEqual({ kind: 'fullSync', address: address(1) });
    const pings = sends(runTo(protocol, 900)).filter(({ to }) => to.port === address(2).port);
    expect(pings.length).toBeLessThanOrEqual(1);
  });

  test('`probe` greets an address', () => {
    const protocol = machine();
    const [sent] = sends(protocol.probe(0, address(5)));
    expect(sent?.to).toEqual(address(5));
    expect(sent && section(sent.message, 'failureDetection')?.type).toBe('ping');
  });
});

describe('what direct contact proves', () => {
  test('life, whatever was believed, and the accused hears of it', () => {
    for (const status of ['suspected', 'dead'] as const) {
      const protocol = machine({ known: 3 });
      protocol.receive(0, news(2, [member(1, { status })]), address(2));
      const effects = protocol.receive(10, ping(1), address(1));
      expect(kinds(effects)).toEqual(['alive']);
      const answer = sends(effects).find(({ to }) => to.port === address(1).port);
      expect(answer && told(answer.message, 1)?.status).toBe(status);
    }
  });

  test('not after a leave: that is final for its incarnation', () => {
    const protocol = machine({ known: 2 });
    protocol.receive(0, message(1, [{ kind: 'quit', incarnation: incarnation() }]), address(1));
    expect(protocol.receive(1, ping(1), address(1))).toEqual([]);
    expect(known(protocol, 1)?.status).toBe('left');
    expect(kinds(protocol.receive(2, ping(1, { generation: 101 }), address(1)))).toEqual(['alive']);
  });

  test('who leaves tells everybody itself; it is passed on a little later', () => {
    const protocol = machine({ known: 4 });
    runTo(protocol, 240);
    const quit = message(1, [{ kind: 'quit', incarnation: incarnation() }]);
    const tells = (effects: readonly Effect[]) => sends(effects).filter(({ message: sent }) => told(sent, 1)?.status === 'left').length;
    expect(tells([...protocol.receive(241, quit, address(1)), ...runTo(protocol, 241 + profiles.fast.gossipEveryMs / 2)])).toBe(0);
    expect(tells(runTo(protocol, 241 + 2 * profiles.fast.gossipEveryMs))).toBeGreaterThan(0);
  });

  test('a quit of an older incarnation is ignored', () => {
    const protocol = machine();
    protocol.receive(0, ping(1, { version: 2 }), address(1));
    protocol.receive(1, message(1, [{ kind: 'quit', incarnation: incarnation(1) }]), address(1));
    expect(known(protocol, 1)?.status).toBe('alive');
  });
});

describe('strangers that must prove that they are there now', () => {
  const two = () => [1, 2].map((n) => machine({ uuid: uuid(n), address: address(n), strangersProve: true, random: n })) as [Protocol, Protocol];

  test('know each other after three datagrams, whoever began', () => {
    const [a, b] = two();
    const [question] = sends(a.probe(0, address(2)));
    const first = b.receive(1, question!.message, address(1));
    expect(kinds(first), 'a ping alone may be a recorded one').toEqual([]);
    const [second] = sends(first);
    expect(section(second!.message, 'failureDetection')?.type).toBe('ping');
    expect(second!.message.trailer?.echo).toBe(question!.message.trailer?.sequence);
    const third = a.receive(2, second!.message, address(2));
    expect(kinds(third)).toContain('join');
    const answer = sends(third).find(({ message: sent }) => section(sent, 'failureDetection')?.type === 'ack');
    expect(kinds(b.receive(3, answer!.message, address(1)))).toContain('join');
  });

  test('an ack that answers a question of an earlier life counts for nothing', () => {
    const [a, b] = two();
    const [question] = sends(a.probe(0, address(2)));
    const [second] = sends(b.receive(1, question!.message, address(1)));
    const answer = sends(a.receive(2, second!.message, address(2))).find(({ message: sent }) => section(sent, 'failureDetection')?.type === 'ack');
    const later = machine({ uuid: uuid(2), address: address(2), strangersProve: true, generation: 200n, random: 3 });
    expect(kinds(later.receive(0, answer!.message, address(1)))).toEqual([]);
    expect(kinds(later.receive(1, question!.message, address(1)))).toEqual([]);
    expect(later.members()).toEqual([]);
  });

  test('a recorded ping gets one answer, and no more however often it comes', () => {
    const [, b] = two();
    let sent = 0;
    for (let now = 0; now < 100; now++) sent += sends(b.receive(now, ping(1), address(1))).length;
    expect(sent).toBe(100);
    expect(b.stats()).toMatchObject({ members: 0, timers: 0 });
  });
});

describe('what is said about us', () => {
  test('is refuted with the next version, at once and to many', () => {
    const protocol = machine({ known: 5, profile: 'lan' });
    for (const [turn, status] of (['suspected', 'dead', 'left'] as const).entries()) {
      const before = protocol.self().incarnation.version;
      const effects = protocol.receive(100 * turn, news(1, [member(0, { status, version: Number(before) })]), address(1));
      expect(protocol.self()).toMatchObject({ status: 'alive', incarnation: incarnation(Number(before) + 1) });
      const informed = sends(effects).filter(({ message: sent }) => told(sent, 0)?.incarnation.version === before + 1n);
      expect(new Set(informed.map(({ to }) => to.port)).size).toBe(5);
    }
    expect(protocol.stats()).toMatchObject({ refutations: 3, health: 1 });
  });

  test('counts against our own health, but less than our own probes do when they are answered', () => {
    const healthAfter = (answering: boolean) => {
      const protocol = machine({ known: 2, tuned: { contactRoundShare: 0, hardEvidence: false } });
      let worst = 0;
      for (let now = 0; now < 30_000; now += 10) {
        const effects = protocol.tick(now);
        // Member 1 has a bad link to us and says so all the time.
        if (now % 400 === 0) effects.push(...protocol.receive(now, news(1, [member(0, { status: 'suspected', version: Number(protocol.self().incarnation.version) })]), address(1)));
        for (const { to, message: sent } of sends(effects)) {
          const asked = sent.sections.some((section) => section.kind === 'failureDetection' && section.type === 'ping');
          if (asked && answering) protocol.receive(now + 1, ack(to.port - address(0).port), to);
        }
        worst = Math.max(worst, protocol.stats().health);
      }
      return { worst, accusations: protocol.stats().refutations };
    };
    expect(healthAfter(true)).toEqual({ worst: 1, accusations: 75 });
    expect(healthAfter(false).worst).toBe(profiles.fast.healthMax);
  });

  test('a flood of accusations does not make a flood of answers', () => {
    const protocol = machine({ known: 30 });
    let sent = 0;
    for (let version = 0; version < 1_000; version++) sent += sends(protocol.receive(version / 100, news(1, [member(0, { status: 'dead', version })]), address(1))).length;
    expect(protocol.self().incarnation).toEqual(incarnation(1_000));
    expect(sent).toBeLessThan(20);
  });

  test('old accusations are ignored, newer ones outbid', () => {
    const protocol = machine({ known: 1 });
    protocol.setPayload(0, new Uint8Array([1]));
    protocol.receive(1, news(1, [member(0, { status: 'dead', version: 0 })]), address(1));
    expect(protocol.self().incarnation).toEqual(incarnation(1));
    protocol.receive(2, table(1, [member(0, { status: 'alive', generation: 200, version: 7 })]), address(1));
    expect(protocol.self().incarnation).toEqual(incarnation(8, 200));
  });

  test('a member that speaks from two addresses is reported, its address kept', () => {
    const protocol = machine({ known: 1 });
    const effects = protocol.receive(5, ping(1, { source: address(9) }), address(9));
    expect(events(effects)).toMatchObject([{ kind: 'conflict', member: { uuid: uuid(1) }, claimed: address(9) }]);
    expect(known(protocol, 1)?.address).toEqual(address(1));
  });

  test('another process with our uuid is reported, not too often', () => {
    const protocol = machine({ known: 1 });
    const twin = () => protocol.receive(5, { ...ping(1), senderUuid: uuid(0), source: address(9) }, address(9));
    expect(events(twin())).toMatchObject([{ kind: 'conflict', claimed: address(9) }]);
    expect(twin()).toEqual([]);
    expect(events(protocol.receive(20_000, news(1, [member(0, { address: address(9) })]), address(1)))).toMatchObject([{ kind: 'conflict' }]);
  });
});

describe('news about others', () => {
  test('follows the order of incarnations and statuses', () => {
    const protocol = machine({ known: 2 });
    const hear = (record: Parameters<typeof member>[1]) => {
      protocol.receive(0, news(2, [member(1, record)]), address(2));
      return [known(protocol, 1)?.status, known(protocol, 1)?.incarnation.version];
    };
    expect(hear({ status: 'dead' })).toEqual(['dead', 0n]);
    expect(hear({ status: 'suspected' })).toEqual(['dead', 0n]);
    expect(hear({ status: 'alive', version: 2 })).toEqual(['alive', 2n]);
    expect(hear({ status: 'left', version: 1 })).toEqual(['alive', 2n]);
    expect(hear({ status: 'suspected', version: 3 })).toEqual(['suspected', 3n]);
    expect(hear({ status: 'left', version: 3 })).toEqual(['left', 3n]);
    expect(hear({ status: 'dead', version: 3 })).toEqual(['left', 3n]);
  });

  test('passes on by gossip', () => {
    const protocol = machine({ known: 6 });
    protocol.tick(0);
    runTo(protocol, 1_500);
    protocol.receive(1_500, news(1, [member(2, { version: 1, payload: new Uint8Array([7]) })]), address(1));
    const spread = sends(runTo(protocol, 1_600)).filter(({ message: sent }) => told(sent, 2)?.payload?.[0] === 7);
    expect(spread.length).toBeGreaterThanOrEqual(3);
  });

  test('a payload travels with its incarnation; a missing one does not erase', () => {
    const protocol = machine({ known: 2 });
    expect(kinds(protocol.receive(0, news(2, [member(1, { version: 1, payload: new Uint8Array([1]) })]), address(2)))).toEqual(['payload']);
    expect(kinds(protocol.receive(0, news(2, [member(1, { version: 2 })]), address(2)))).toEqual([]);
    expect(known(protocol, 1)?.payload).toEqual(new Uint8Array([1]));
    expect(protocol.fullState().find((record) => record.uuid === uuid(1))?.payload, 'not vouched for').toBeUndefined();
    expect(kinds(protocol.receive(0, table(2, [member(1, { version: 2, payload: new Uint8Array([2]) })]), address(2)))).toEqual(['payload']);
    expect(protocol.fullState().find((record) => record.uuid === uuid(1))?.payload).toEqual(new Uint8Array([2]));
  });

  test('a death that only a table tells is a suspicion first', () => {
    const protocol = machine({ known: 6 });
    expect(kinds(protocol.receive(0, table(2, [member(1, { status: 'dead' })]), address(2)))).toEqual(['suspect']);
    expect(kinds(protocol.mergeFull(0, [member(3, { status: 'dead' })]))).toEqual(['suspect']);
    expect(protocol.stats().accusations, 'it is not we who accuse').toBe(0);
    expect(kinds(protocol.receive(0, news(2, [member(4, { status: 'dead' })]), address(2)))).toEqual(['dead']);
  });

  test('somebody whom we think dead and others alive is asked', () => {
    const protocol = machine({ known: 3 });
    protocol.receive(0, news(2, [member(1, { status: 'dead' })]), address(2));
    const asked = sends(protocol.mergeFull(10, [member(1)])).filter(({ to }) => to.port === address(1).port);
    expect(asked.length).toBe(1);
    expect(asked[0] && told(asked[0].message, 1)?.status).toBe('dead');
    expect(known(protocol, 1)?.status).toBe('dead');
  });

  test('the dead are forgotten after a while', () => {
    const protocol = machine({ known: 2, tuned: { forgetAfterMs: 1_000 } });
    protocol.tick(0);
    protocol.receive(10, news(2, [member(1, { status: 'dead' })]), address(2));
    runTo(protocol, 1_005, (effect) => (effect.kind === 'send' && effect.to.port === address(2).port ? protocol.receive(protocol.wakeAt(), ack(2), address(2)) : []));
    expect(known(protocol, 1)?.status).toBe('dead');
    runTo(protocol, 1_100);
    expect(known(protocol, 1)).toBeUndefined();
  });

  test('who died again is remembered from its last death', () => {
    const protocol = machine({ known: 2, tuned: { forgetAfterMs: 1_000 } });
    const silent = (untilMs: number) => runTo(protocol, untilMs, (effect, now) => (effect.kind === 'send' && effect.to.port === address(2).port ? protocol.receive(now, ack(2), address(2)) : []));
    protocol.tick(0);
    protocol.receive(10, news(2, [member(1, { status: 'dead' })]), address(2));
    silent(500);
    protocol.receive(500, news(2, [member(1, { version: 1 })]), address(2));
    protocol.receive(600, news(2, [member(1, { status: 'dead', version: 1 })]), address(2));
    silent(1_500);
    expect(known(protocol, 1)?.status).toBe('dead');
    silent(1_700);
    expect(known(protocol, 1)).toBeUndefined();
  });

  test('one call tells only so many events, and says how many it dropped', () => {
    const protocol = machine({ known: 20, tuned: { eventsPerCallMax: 5 } });
    const effects = protocol.receive(0, news(1, Array.from({ length: 12 }, (_, index) => member(index + 2, { status: 'left' }))), address(1));
    expect(events(effects).length).toBe(5);
    expect(protocol.stats().eventsDropped).toBe(7);
    expect(protocol.members().filter((view) => view.status === 'left').length).toBe(12);
  });
});

describe('our own changes', () => {
  test('a payload is a new version, told at once', () => {
    const protocol = machine({ known: 4 });
    const effects = protocol.setPayload(5, new Uint8Array([1, 2]));
    expect(protocol.self()).toMatchObject({ payload: new Uint8Array([1, 2]), incarnation: incarnation(1) });
    expect(sends(effects).filter(({ message: sent }) => told(sent, 0)?.payload?.length === 2).length).toBe(4);
    expect(() => protocol.setPayload(6, new Uint8Array(1_201))).toThrow(RangeError);
  });

  test('an address is a new version', () => {
    const protocol = machine({ known: 1 });
    protocol.setAddress(5, address(77));
    expect(protocol.self()).toMatchObject({ address: address(77), incarnation: incarnation(1) });
  });

  test('a leave is told to everybody, and then there is silence', () => {
    const protocol = machine({ known: 40 });
    protocol.tick(0);
    const effects = protocol.leave(10);
    expect(sends(effects).filter(({ message: sent }) => section(sent, 'quit') !== undefined).length).toBe(40);
    expect(protocol.self().status).toBe('left');
    expect(protocol.receive(20, ping(1), address(1))).toEqual([]);
    expect(sends(runTo(protocol, 10_000)).length).toBe(40);
    expect(protocol.wakeAt()).toBe(Infinity);
    expect(protocol.leave(20_000)).toEqual([]);
  });
});
