import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyOf, testBody } from '~/core/alerts/message.ts';
import { alertables, hides, nameOf } from '~/core/alerts/rule.ts';
import { alertLimits } from '~/core/alerts/decide.ts';
import { issue, rule, severityAt, silence, t0, World, type Sent } from './support.ts';

const [down, low] = [issue('unreachable', 'a'), issue('disk-low', 'b', { severity: 'warning' })];

describe('who is told what', () => {
  it('what lasts is told once it is old enough and its group is complete; its end too, once', () => {
    const world = new World();
    world.begin(down);
    expect(world.pass(5)).toEqual([]);
    world.begin(low);
    expect(world.pass(9)).toEqual([]);
    expect(world.pass(2)).toEqual(['ops: raised unreachable of a', 'ops: raised disk-low of b']);
    expect(world.pass(600)).toEqual([]);
    world.end(down);
    expect(world.pass(4)).toEqual([]);
    world.end(low);
    expect(world.pass(3)).toEqual(['ops: cleared unreachable of a', 'ops: cleared disk-low of b']);
    expect([world.pass(600), world.told, world.kept]).toEqual([[], [], []]);
  });

  it('a blip is told to nobody, nor its end', () => {
    const world = new World();
    world.begin(down);
    world.pass(9);
    world.end(down);
    expect(world.pass(60)).toEqual([]);
  });

  it('what is too young does not go along with what is old enough', () => {
    const world = new World();
    world.begin(down);
    world.pass(12);
    world.begin(low);
    expect(world.pass(8)).toEqual(['ops: raised unreachable of a']);
    expect(world.pass(8)).toEqual(['ops: raised disk-low of b']);
  });

  it('what ends and comes back within the group goes on; later it is another one', () => {
    const world = new World();
    world.begin(down);
    world.pass(20);
    world.end(down);
    world.pass(3);
    world.begin(down);
    expect(world.pass(60)).toEqual([]);
    world.end(down);
    expect(world.pass(10)).toEqual(['ops: cleared unreachable of a']);
    world.begin(down);
    expect(world.pass(20)).toEqual(['ops: raised unreachable of a']);
  });

  it('what is in its grace again, or cannot be judged, is not over; what is first seen later is', () => {
    const world = new World();
    world.begin(down);
    world.pass(20);
    world.issues.delete(down.id);
    expect(world.pass(60)).toEqual([]);
    world.seen.set(down.id, world.now);
    expect(world.pass(10)).toEqual(['ops: cleared unreachable of a']);
  });

  it('what gets worse is told again, what gets better is not', () => {
    const world = new World();
    world.begin(low);
    world.pass(20);
    world.begin(severityAt(low, 'critical'));
    expect(world.pass(10)).toEqual(['ops: worsened disk-low of b']);
    world.begin(low);
    world.pass(10);
    world.begin(severityAt(low, 'critical'));
    expect(world.pass(60)).toEqual([]);
  });

  it('below the severity, of other kinds and objects nothing is told; the replicaset counts as a name', () => {
    const world = new World();
    world.rules = [rule('critical', { minSeverity: 'critical' }), rule('disks', { codes: ['disk-low'] }), rule('a', { objects: ['id-a'] }), rule('set', { objects: ['s1'] }), rule('off', { enabled: false }), rule('other', { objects: ['s2'] })];
    world.begin(down);
    world.begin(low);
    expect(world.pass(30)).toEqual(['critical: raised unreachable of a', 'disks: raised disk-low of b', 'a: raised unreachable of a', 'set: raised unreachable of a', 'set: raised disk-low of b']);
  });

  it('a silence and a mute hold back the beginning, not the end of what was told, and end with the telling of what is still there', () => {
    const world = new World();
    world.begin(down);
    world.pass(20);
    world.silences = [silence({ until: world.now + 100_000 })];
    world.begin(low);
    world.end(down);
    expect(world.pass(90)).toEqual(['ops: cleared unreachable of a']);
    expect(world.pass(15)).toEqual(['ops: raised disk-low of b']);
    const muted = issue('crashed', 'c', { muted: { scope: 'crashed', by: 'ann', at: t0, until: null, reason: null } });
    world.begin(muted);
    expect(world.pass(60)).toEqual([]);
  });

  it('only what is critical, not acknowledged and not silenced is repeated', () => {
    const world = new World();
    world.rules = [rule('ops', { repeatMs: 3_600_000 })];
    world.begin(down);
    world.begin(low);
    world.pass(20);
    expect(world.pass(3610)).toEqual(['ops: reminded unreachable of a']);
    world.begin({ ...down, acknowledged: { scope: down.id, by: 'ann', at: world.now, until: null, reason: null } });
    expect(world.pass(4000)).toEqual([]);
    world.begin(down);
    expect(world.pass(10)).toEqual(['ops: reminded unreachable of a']);
  });

  it('a full channel is told later, of what is true then', () => {
    const world = new World();
    world.full.add('ops');
    world.begin(down);
    world.begin(low);
    world.pass(60);
    world.end(low);
    expect(world.pass(10)).toEqual([]);
    world.full.clear();
    expect(world.pass(10)).toEqual(['ops: raised unreachable of a']);
  });

  it('more than fit into a message follow in the next ones, the worst first', () => {
    const world = new World();
    for (let n = 0; n < 250; n += 1) world.begin(issue('unreachable', `i${n}`, { severity: n === 249 ? 'critical' : 'warning' }));
    world.now += 15_000;
    const messages = [world.look(), world.look(), world.look(), world.look()];
    expect(messages.map(({ length }) => length)).toEqual([alertLimits.itemsMax, alertLimits.itemsMax, 50, 0]);
    expect(messages[0]![0]!.issue.object.name).toBe('i249');
  });

  it('a failure that is over is not told to the channel that failed, while the picture still shows it', () => {
    const world = new World();
    world.rules = [rule('ops')];
    world.failing.add('ops');
    world.begin(issue('alerts-failing', 'demo'));
    expect(world.pass(30)).toEqual([]);
    world.failing.delete('ops');
    expect(world.pass(2)).toEqual([]);
  });

  it('that a channel fails is told over the others only; a channel that is gone is forgotten', () => {
    const world = new World();
    world.rules = [rule('ops'), rule('mail')];
    world.failing.add('ops');
    world.begin(issue('alerts-failing', 'demo'));
    expect(world.pass(30)).toEqual(['mail: raised alerts-failing of demo']);
    world.rules = [rule('ops')];
    world.pass(1);
    expect(world.told).toEqual([]);
  });
});

describe('under random issues, restarts, silences and full channels', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), n: fc.nat(4), severity: fc.constantFrom('warning' as const, 'critical' as const) }),
    fc.record({ kind: fc.constant('end' as const), n: fc.nat(4) }),
    fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 25 }) }),
    fc.record({ kind: fc.constant('restart' as const) }),
    fc.record({ kind: fc.constant('silence' as const), on: fc.boolean() }),
    fc.record({ kind: fc.constant('full' as const), on: fc.boolean() }),
  );
  const numbered = (n: number) => issue('unreachable', `i${n}`);

  it('nobody hears of an end without its beginning, of a beginning twice, or of nothing at all', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        world.rules = [rule('ops'), rule('calm', { minSeverity: 'critical', forMs: 0 })];
        for (const one of steps) {
          switch (one.kind) {
            case 'begin': world.begin(severityAt(numbered(one.n), one.severity)); break;
            case 'end': world.end(numbered(one.n)); break;
            case 'pass': world.pass(one.seconds); break;
            case 'restart': world.restart(); break;
            case 'silence': world.silences = one.on ? [silence()] : []; break;
            case 'full': world.full = new Set(one.on ? ['ops', 'calm'] : []); break;
          }
        }
        world.silences = [];
        world.full.clear();
        world.pass(60);
        check(world.sent);
        // In the end each channel knows exactly what is open and fits, or was worse once.
        for (const { channel, minSeverity } of world.rules) {
          const believed = believedBy(world.sent, channel);
          for (const one of world.issues.values()) if (one.severity === 'critical' || minSeverity === 'warning') expect(believed).toContain(one.id);
          for (const id of believed) expect([...world.issues.keys()]).toContain(id);
        }
        const quiet = world.sent.length;
        world.pass(300);
        expect(world.sent.length).toBe(quiet);
      }),
      { numRuns: 300 },
    );
  });

  function check(sent: readonly Sent[]): void {
    const open = new Set<string>();
    for (const { channel, change, issue: { id } } of sent) {
      const key = `${channel} ${id}`;
      expect(open.has(key), `${change} ${key}`).toBe(change !== 'raised');
      if (change === 'raised') open.add(key);
      if (change === 'cleared') open.delete(key);
    }
  }

  const believedBy = (sent: readonly Sent[], channel: string) => {
    const open = new Set<string>();
    for (const one of sent.filter((item) => item.channel === channel)) {
      if (one.change === 'cleared') open.delete(one.issue.id);
      else open.add(one.issue.id);
    }
    return [...open];
  };
});

describe('words and names', () => {
  it('the subject is of the worst, the text has every sentence and the way out', () => {
    const body = bodyOf([{ change: 'raised', issue: down }, { change: 'cleared', issue: low }], { id: 'x', at: t0 + 60_000, cluster: 'demo', url: 'https://c.example' });
    expect(body).toMatchObject({ version: 1, kind: 'issues', subject: '[demo] critical: unreachable of a and 1 more' });
    expect(body.text).toBe('CRITICAL (since 03:00:00 UTC): a has unreachable.\nMend it.\n\nOVER (since 03:00:00 UTC): b has disk-low.\n\nhttps://c.example/issues');
    expect(body.issues.map(({ change, id }) => [change, id])).toEqual([['raised', down.id], ['cleared', low.id]]);
    expect(testBody('ops', { id: 'x', at: t0, cluster: 'demo', url: 'https://c.example', by: 'ann' })).toMatchObject({ kind: 'test', subject: '[demo] test of the channel ops', issues: [] });
  });

  it('a silence is about a kind, an object with what is in it, a severity and below, or all', () => {
    const [one] = alertables([down], [{ uuid: 'id-a', replicaset: { uuid: 'rs', alias: 's1' } }]);
    const all = { code: null, object: null, severity: null };
    const s1 = { kind: 'replicaset' as const, id: 'rs', name: 's1' };
    expect([all, { ...all, code: 'unreachable' }, { ...all, object: s1 }, { ...all, severity: 'critical' as const }].map((what) => hides(what, one!))).toEqual([true, true, true, true]);
    expect([{ ...all, code: 'crashed' }, { ...all, object: { ...s1, id: 'other' } }, { ...all, severity: 'warning' as const }].map((what) => hides(what, one!))).toEqual([false, false, false]);
    expect([all, { ...all, code: 'x', object: s1, severity: 'warning' as const }, { ...all, object: s1 }].map(nameOf)).toEqual(['everything', 'x of s1 up to warning', 'everything about s1']);
  });
});
