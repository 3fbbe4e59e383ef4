import { describe, expect, test } from 'vitest';
import type { WhatIfEffect } from '~/contract/shapes/what-if.ts';
import { worstCase } from '~/core/failover/timing.ts';
import { whatIf } from '~/core/what-if/what-if.ts';
import { clusterOf, demo, idOf, twoSites, type Shape } from './topologies.ts';

/** The table for two datacentres with an arbiter, row by row, and what becomes of it with less or otherwise. */
const effectIn = (input: ReturnType<typeof twoSites>, id: string, replicaset = 'shop'): WhatIfEffect => {
  const event = whatIf(input).find((one) => one.id === id);
  if (!event) throw new Error(`no event ${id}: ${whatIf(input).map((one) => one.id).join(', ')}`);
  const effect = event.effects.find(({ replicaset: { alias } }) => alias === replicaset);
  if (!effect) throw new Error(`${replicaset} notices nothing of ${id}`);
  return effect;
};
const hostLostMs = worstCase(twoSites().timing).hostLostMs;
const outcomes = (input: ReturnType<typeof twoSites>, ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, effectIn(input, id).outcome]));

describe('two sites and an arbiter, availability', () => {
  test('A, with the master, is lost: B takes over after the lease; what was not passed on is at risk', () => {
    expect(effectIn(twoSites(), 'site:A')).toMatchObject({ outcome: 'failsOver', newMaster: { alias: 'b1' }, writesStopMs: hostLostMs, rowsAtRisk: 'upToTheLag' });
  });

  test('A lives, cut off from B and the arbiter: B takes over, and what A acknowledges until its lease ends is at risk', () => {
    const effect = effectIn(twoSites(), 'siteCutOff:A');
    expect(effect).toMatchObject({ outcome: 'failsOver', newMaster: { alias: 'b1' }, writesStopMs: hostLostMs, rowsAtRisk: 'upToALease' });
    expect(effect.sentence).toContain('a1 cannot renew its lease');
  });

  test('the link between A and B is cut, both see the arbiter: the master stays', () => {
    expect(effectIn(twoSites(), 'link:A:B')).toMatchObject({ outcome: 'degraded', newMaster: null, writesStopMs: 0, rowsAtRisk: 'none' });
  });

  test('the arbiter is lost: nothing, another one coordinates', () => {
    const effect = effectIn(twoSites(), 'arbiterSite:C');
    expect(effect).toMatchObject({ outcome: 'nothing', writesStopMs: 0, wayOut: null });
    expect(effect.sentence).toBe('a1 writes on. ca coordinates from then on. The state provider keeps its majority.');
  });

  test('a link to the arbiter is cut: nothing', () => {
    expect(outcomes(twoSites(), ['link:A:C', 'link:B:C'])).toEqual({ 'link:A:C': 'nothing', 'link:B:C': 'nothing' });
  });

  test('the arbiter is lost, then the link or the other site: read-only, as the members whose promises are needed are out of reach', () => {
    expect(outcomes(twoSites(), ['arbiterSiteAndLink:C:A:B', 'arbiterSiteAndSite:C:B'])).toEqual({ 'arbiterSiteAndLink:C:A:B': 'readOnly', 'arbiterSiteAndSite:C:B': 'readOnly' });
    expect(effectIn(twoSites(), 'arbiterSiteAndLink:C:A:B').sentence).toContain('it reaches 1 of the 2 voters whose promises it would need');
  });

  test('all three are cut from each other: read-only', () => {
    expect(effectIn(twoSites(), 'allLinks')).toMatchObject({ outcome: 'readOnly', newMaster: null, writesStopMs: null });
  });

  test('A and the arbiter are lost: B cannot know, a person can force it', () => {
    const effect = effectIn(twoSites(), 'arbiterSiteAndSite:C:A');
    expect(effect).toMatchObject({ outcome: 'needsPerson', newMaster: null, writesStopMs: null, rowsAtRisk: 'upToTheLag' });
    expect(effect.sentence).toContain('b1 has a copy: a person can make it lead by force');
  });

  test('B is lost: the master writes on, alone', () => {
    expect(effectIn(twoSites(), 'site:B')).toMatchObject({ outcome: 'degraded', newMaster: null });
  });

  test('the provider is lost, members live: promises of both keep the master', () => {
    const effect = effectIn(twoSites(), 'provider');
    expect(effect).toMatchObject({ outcome: 'degraded', newMaster: null, writesStopMs: 0 });
    expect(effect.sentence).toContain('promises of 2 of 2 voters');
  });

  test('one member of etcd is lost: nothing', () => {
    expect(outcomes(twoSites(), ['providerMember:etcd1:2379', 'providerMember:etcd2:2379', 'providerMember:etcd3:2379'])).toEqual({ 'providerMember:etcd1:2379': 'nothing', 'providerMember:etcd2:2379': 'nothing', 'providerMember:etcd3:2379': 'nothing' });
  });
});

describe('failsafe', () => {
  const kept = (failsafe: 'off' | 'majority' | 'all', more: Partial<Shape> = {}) => twoSites({ failover: { failsafe }, ...more });
  const three = { a1: { zone: 'A', of: 'shop' }, a2: { zone: 'A', of: 'shop' }, b1: { zone: 'B', of: 'shop' }, c1: { zone: 'C', of: 'coordinators' }, ca: { zone: 'A', of: 'coordinators' }, cb: { zone: 'B', of: 'coordinators' } };

  test('off: the provider lost stops every write, and majority is what is advised', () => {
    expect(effectIn(kept('off'), 'provider')).toMatchObject({ outcome: 'readOnly', writesStopMs: null, wayOut: 'Set failsafe to majority: then promises of most members keep a master that cannot reach the state provider.' });
  });

  test('majority or all: it goes on', () => {
    for (const failsafe of ['majority', 'all'] as const) expect(effectIn(kept(failsafe), 'provider').outcome, failsafe).toBe('degraded');
  });

  test('arbiter lost and then the link, with two copies in A: a majority of promises keeps the master, all do not', () => {
    const id = 'arbiterSiteAndLink:C:A:B';
    expect([effectIn(kept('majority', { instances: three }), id).outcome, effectIn(kept('all', { instances: three }), id).outcome, effectIn(kept('off', { instances: three }), id).outcome]).toEqual(['degraded', 'readOnly', 'readOnly']);
  });

  test('A cut off with a majority of the voters in it: their promises keep the master there, and B is not appointed', () => {
    expect(effectIn(kept('majority', { instances: three }), 'siteCutOff:A')).toMatchObject({ outcome: 'degraded', newMaster: null });
    // All of three are not reached, so it gives up; a2 is bound by what it promised, b1 is not, and one is enough.
    expect(effectIn(kept('all', { instances: three }), 'siteCutOff:A')).toMatchObject({ outcome: 'failsOver', newMaster: { alias: 'b1' } });
  });
});

describe('quorum and strict', () => {
  const three = { a1: { zone: 'A', of: 'shop' }, b1: { zone: 'B', of: 'shop' }, b2: { zone: 'B', of: 'shop' }, c1: { zone: 'C', of: 'coordinators' }, ca: { zone: 'A', of: 'coordinators' }, cb: { zone: 'B', of: 'coordinators' } };

  test('two copies: whoever leads acknowledges nothing without the other', () => {
    for (const durability of ['quorum', 'strict'] as const) {
      expect(outcomes(twoSites({ durability }), ['site:B', 'link:A:B', 'site:A', 'arbiterSite:C']), durability).toEqual({ 'site:B': 'readOnly', 'link:A:B': 'readOnly', 'site:A': 'readOnly', 'arbiterSite:C': 'nothing' });
      expect(effectIn(twoSites({ durability }), 'site:A'), durability).toMatchObject({ newMaster: { alias: 'b1' }, rowsAtRisk: 'none' });
    }
  });

  test('quorum with three copies, one of them beside the master lost: it goes over without loss', () => {
    expect(effectIn(twoSites({ instances: three, durability: 'quorum' }), 'site:A')).toMatchObject({ outcome: 'failsOver', newMaster: { alias: 'b1' }, rowsAtRisk: 'none' });
    expect(effectIn(twoSites({ instances: three, durability: 'quorum' }), 'siteCutOff:A')).toMatchObject({ outcome: 'failsOver', rowsAtRisk: 'none' });
    expect(effectIn(twoSites({ instances: three, durability: 'strict' }), 'site:A')).toMatchObject({ outcome: 'readOnly', newMaster: { alias: 'b1' } });
  });

  test('the link cut, and most copies on the other side: a switchover is advised for a cut, and not for a loss', () => {
    const input = twoSites({ instances: three, durability: 'quorum' });
    expect(effectIn(input, 'link:A:B')).toMatchObject({ outcome: 'readOnly', wayOut: 'Switch shop over to b1, in site B: the side with most of its copies would have the master.' });
    expect(effectIn(input, 'site:B').wayOut).toBeNull();
  });

  test('strict with one copy lost: quorum is advised, because it goes on', () => {
    const effect = effectIn(twoSites({ instances: three, durability: 'strict' }), 'host:b2');
    expect(effect).toMatchObject({ outcome: 'readOnly', newMaster: null });
    expect(effect.wayOut).toContain('durability quorum instead of strict');
  });

  test('quorum: two of three hosts of a site lost, too few are heard, a person decides', () => {
    const effect = effectIn(twoSites({ instances: { ...three, a1: { zone: 'B', of: 'shop' }, b2: { zone: 'A', of: 'shop' } }, durability: 'quorum' }), 'site:B');
    expect(effect).toMatchObject({ outcome: 'needsPerson', rowsAtRisk: 'upToTheLag' });
    expect(effect.sentence).toContain('1 of 3 voters were heard with their data, 2 are needed');
  });

  test('the one with the most rows leads, wherever it is', () => {
    expect(effectIn(twoSites({ instances: three, lagging: { b1: 500 } }), 'site:A')).toMatchObject({ newMaster: { alias: 'b2' } });
  });

  test('a gate stops a master that hears no replica', () => {
    expect(outcomes(twoSites({ minReplicas: 1 }), ['link:A:B', 'site:B'])).toEqual({ 'link:A:B': 'readOnly', 'site:B': 'readOnly' });
  });
});

describe('with less than an arbiter', () => {
  const pair = { a1: { zone: 'A', of: 'shop' }, b1: { zone: 'B', of: 'shop' }, ca: { zone: 'A', of: 'coordinators' }, cb: { zone: 'B', of: 'coordinators' } };

  test('etcd two of three with the master: the other site cannot take over, and a third site is advised', () => {
    const input = twoSites({ instances: pair, coordinators: ['ca', 'cb'], etcd: ['A', 'A', 'B'] });
    const effect = effectIn(input, 'site:A');
    expect(effect.outcome).toBe('needsPerson');
    expect(effect.wayOut).toContain('a third site, which needs no data');
    expect(effectIn(input, 'allLinks')).toMatchObject({ outcome: 'degraded', newMaster: null });
  });

  test('no coordinator outside of the lost site: one there is advised', () => {
    const effect = effectIn(twoSites({ coordinators: ['ca'] }), 'site:A');
    expect(effect).toMatchObject({ outcome: 'needsPerson', wayOut: 'Give role failover-coordinator to an instance in site B, too.' });
    expect(effect.sentence).toContain('No coordinator is left');
    expect(effectIn(twoSites({ coordinators: ['ca'] }), `coordinator:${idOf('ca')}`)).toMatchObject({ outcome: 'degraded' });
  });

  test('nobody there may lead: to make one electable is advised', () => {
    const effect = effectIn(twoSites({ instances: { ...pair, b1: { zone: 'B', of: 'shop', electable: false }, c1: { zone: 'C', of: 'coordinators' } } }), 'site:A');
    expect(effect).toMatchObject({ outcome: 'readOnly', wayOut: 'Make b1 electable: it has the rows, and may not lead.' });
  });

  test('members of etcd at unknown places are taken to survive, and it is said', () => {
    const event = whatIf(twoSites({ etcd: [null, 'B', 'C'] })).find(({ id }) => id === 'site:A');
    expect(event?.assumed).toEqual(['It is not known where etcd1:2379 of etcd stands: taken to survive the loss of any site.']);
  });

  test('a lease shorter than a change of the provider\'s leader: writes stop meanwhile, unless members promise', () => {
    const slow = { changed: { providerFailoverMs: 1_890 } };
    const { timing } = twoSites();
    expect(effectIn(twoSites({ ...slow, failover: { failsafe: 'off' } }), 'providerMember:etcd1:2379').writesStopMs).toBe(1_890 - (timing.leaseMs - timing.marginMs - timing.renewMs));
    expect(effectIn(twoSites(slow), 'providerMember:etcd1:2379').writesStopMs).toBe(0);
  });
});

describe('the demo: one host, a stateboard', () => {
  const one = (input: ReturnType<typeof demo>, alias: string, replicaset = 'one') => effectIn(input, `instance:${idOf(alias)}`, replicaset);

  test('an instance that leads is replaced; one that follows is missed', () => {
    expect(one(demo(), 'a1')).toMatchObject({ outcome: 'failsOver', newMaster: { alias: 'a2' } });
    expect(one(demo(), 'a2')).toMatchObject({ outcome: 'degraded', newMaster: null });
    expect(whatIf(demo()).find(({ id }) => id === `instance:${idOf('a1')}`)).toMatchObject({ worst: 'failsOver', untouched: 2, summary: 'one fails over within 3.0 s; the other 2 notice nothing.' });
  });

  test('the stateboard is lost: masters stay by promises, itself stands still; without failsafe all stop', () => {
    expect(one(demo(), 'board')).toMatchObject({ outcome: 'degraded', wayOut: 'Keep the state of failover in an etcd of three members on three hosts.' });
    expect(one(demo(), 'board', 'board')).toMatchObject({ outcome: 'readOnly' });
    expect(one(demo({ failover: { failsafe: 'off' } }), 'board').outcome).toBe('readOnly');
  });

  test('the one host is lost, and with it everything', () => {
    expect(whatIf(demo()).find(({ id }) => id === 'host:127.0.0.1')?.effects.map(({ outcome }) => outcome)).toEqual(['readOnly', 'readOnly', 'readOnly']);
  });

  test('the active coordinator is lost: the other one takes its place', () => {
    expect(effectIn(demo(), `coordinator:${idOf('c1')}`, 'one').sentence).toBe('a1 writes on. c2 coordinates from then on.');
  });
});

describe('modes and people', () => {
  const lost = (given: Partial<Shape>) => effectIn(twoSites(given), 'site:A');

  test('manual, disabled, paused, held: a person decides, and the reason is said', () => {
    expect(lost({ failover: { mode: 'manual' } })).toMatchObject({ outcome: 'needsPerson', wayOut: expect.stringContaining('stateful') });
    expect(lost({ failover: { mode: 'disabled' } })).toMatchObject({ outcome: 'needsPerson' });
    expect(lost({ changed: { paused: true } }).sentence).toContain('Failover is paused');
    expect(lost({ changed: { held: new Set([idOf('shop')]) } }).sentence).toContain('waits until a person has looked');
  });

  test('eventual: a cut makes two masters', () => {
    const effect = effectIn(twoSites({ failover: { mode: 'eventual' } }), 'link:A:B');
    expect(effect).toMatchObject({ outcome: 'needsPerson', rowsAtRisk: 'allOfOneSide' });
    expect(effect.sentence).toContain('a1 and b1 all write at once');
    expect(lost({ failover: { mode: 'eventual' } })).toMatchObject({ outcome: 'failsOver', writesStopMs: 5_000 });
  });

  test('nobody leads: it is said, and nothing is made up', () => {
    const input = twoSites();
    expect(effectIn({ ...input, masters: {} }, 'site:A')).toMatchObject({ outcome: 'readOnly', master: null });
  });

  test('a dead arbiter site makes the next loss worse', () => {
    const input = clusterOf({ instances: { a1: { zone: 'A', of: 'shop' }, b1: { zone: 'B', of: 'shop' }, c1: { zone: 'C', of: 'coordinators' }, cb: { zone: 'B', of: 'coordinators' } }, coordinators: ['cb', 'c1'], etcd: ['A', 'B', 'C'], dead: ['c1'] });
    const { provider } = input;
    if (provider?.kind !== 'etcd') throw new Error('etcd');
    expect(effectIn({ ...input, provider: { ...provider, members: provider.members.map((member) => ({ ...member, alive: member.zone !== 'C' })) } }, 'site:A').outcome).toBe('needsPerson');
  });
});
