import { describe, expect, it } from 'vitest';
import { instanceActions, replicasetActions } from '~/app/lib/actions.ts';
import { checkDraft, isEmptyEdit, moved, nameToType, wholePriority, withField } from '~/app/lib/draft.ts';
import { isPlanCurrent, readyOf } from '~/app/lib/ready.ts';
import { resultOf } from '~/app/lib/result.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { runText } from '~/app/lib/run.ts';
import { nextAlias, startOf } from '~/app/lib/start.ts';
import { buttonOf, titleOf } from '~/app/lib/wording.ts';
import { free, healthy, planFor, runOf, troubled } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const labels = (actions: readonly { label: string }[]) => actions.map(({ label }) => label);
const named = (alias: string, overview = healthy(now)) => overview.instances.find((one) => one.alias === alias)!;

describe('the draft of an input', () => {
  it('names only what changes', () => {
    const edited = withField({ instance: 'i1' }, 'zone', { value: 'b', original: 'a' });
    expect(edited).toEqual({ instance: 'i1', zone: 'b' });
    expect(withField(edited, 'zone', { value: 'a', original: 'a' })).toEqual({ instance: 'i1' });
    expect(withField({ instance: 'i1' }, 'zone', { value: null, original: 'a' })).toEqual({ instance: 'i1', zone: null });
    expect(withField({ priority: ['b', 'a'] }, 'priority', { value: ['a', 'b'], original: ['a', 'b'] })).toEqual({});
  });

  it('has no field that was cleared', () => expect(Object.keys(withField({ instance: 'i1', zone: 'b' }, 'zone', { value: undefined }))).toEqual(['instance']));

  it('is checked by the contract, errors by field', () => {
    expect(checkDraft('replicaset.create', { alias: 'bad alias', instances: [] })).toMatchObject({ complete: false, errors: { alias: expect.stringContaining('letters'), instances: expect.any(String) } });
    expect(checkDraft('instance.join', { replicaset: 's1' })).toMatchObject({ complete: false, errors: { instance: 'This is needed.' } });
    expect(checkDraft('instance.probe', { address: '10.0.0.1:7301' })).toMatchObject({ complete: true, errors: {} });
  });

  it('an edit of nothing is no edit', () => {
    expect(isEmptyEdit('instance.edit', { instance: 'i1' })).toBe(true);
    expect(isEmptyEdit('instance.edit', { instance: 'i1', zone: null })).toBe(false);
    expect(isEmptyEdit('instance.disable', { instance: 'i1' })).toBe(false);
  });

  it('asks for the typed name where the contract does', () => {
    expect(nameToType('instance.expel', { instance: 'i1' })).toBe('i1');
    expect(nameToType('instance.disable', { instance: 'i1' })).toBeNull();
  });
});

describe('priority', () => {
  it('moves within the list', () => {
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 99)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  });
  it('is made whole', () => expect(wholePriority(['c', 'gone'], ['a', 'b', 'c'])).toEqual(['c', 'a', 'b']));
});

describe('the button of a dialog', () => {
  const whole = { checked: { input: {}, errors: {}, complete: true }, emptyEdit: false, plan: planFor({}), planFailed: false, name: null, typed: '' };
  const refusal = { code: 'x', target: 'i1', sentence: 's', wayOut: 'w' };
  it.each([
    ['an edit of nothing', { emptyEdit: true }, 'Nothing is changed yet.'],
    ['missing fields', { checked: { input: {}, errors: { alias: 'no' }, complete: false } }, 'Some fields are still missing or not valid.'],
    ['a plan under way', { plan: null }, null],
    ['a plan that failed', { plan: null, planFailed: true }, 'The plan could not be made.'],
    ['a refusal', { plan: planFor({ refusals: [refusal] }) }, 'Refused as unsafe: see the way out in the plan.'],
    ['a name not typed', { name: 'i1', typed: 'i' }, 'Type i1 to confirm.'],
  ])('waits for %s', (_, given, why) => expect(readyOf({ ...whole, ...given })).toEqual({ ready: false, why }));
  it('may then be pressed', () => {
    expect(readyOf(whole)).toEqual({ ready: true });
    expect(readyOf({ ...whole, name: 'i1', typed: 'i1' })).toEqual({ ready: true });
  });
});

describe('the plan that is shown', () => {
  const words = { instance: 'i1' };
  const shown = { settled: words, asked: words, of: words, baseVersion: 5, version: 5, isFetching: false, isPlaceholder: false };
  const heard = { ...shown, isFetching: true, isPlaceholder: true };
  it('counts where it is of what is typed and of the version that the page has heard of', () => expect([shown, heard].map(isPlanCurrent)).toEqual([true, true]));
  it.each<[string, object]>([
    ['is made once more on demand', { ...shown, isFetching: true }],
    ['is of an older version', { ...heard, version: 6 }],
    ['is of other words', { ...heard, of: { instance: 'i2' } }],
    ['is of words that are typed over', { ...shown, asked: { instance: 'i2' } }],
    ['knows no version', { ...heard, baseVersion: null, version: null }],
  ])('does not where it %s', (_, given) => expect(isPlanCurrent(given as typeof shown)).toBe(false));
});

describe('menus', () => {
  it('offer a replica to be made master, and a rebuild', () => {
    expect(labels(instanceActions(named('s1-2'), healthy(now)))).toEqual(['Edit', 'Make master', 'Restart', 'Stop', 'Rebuild from peers', 'Disable', 'Expel']);
    expect(instanceActions(named('s1-2'), healthy(now))[1]!.input).toEqual({ replicaset: 's1', priority: ['s1-2'] });
  });
  it('do not rebuild a master, and say why', () => {
    expect(instanceActions(named('s1-1'), healthy(now)).find(({ label }) => label === 'Rebuild from peers')?.unfit).toContain('master');
  });
  it('have nothing of a database for a router', () => expect(labels(instanceActions(named('r1'), healthy(now)))).toEqual(['Edit', 'Disable', 'Expel']));
  it('enable what is disabled', () => expect(labels(instanceActions(named('s2-3', troubled(now)), troubled(now)))).toEqual(['Edit', 'Make master', 'Enable', 'Expel']));
  it('let an unconfigured one join only where there is something to join', () => {
    expect(instanceActions(named('i1', free(now)), free(now))[0]!.unfit).toBeDefined();
    expect(instanceActions(named('spare'), healthy(now))[0]!.unfit).toBeUndefined();
  });
  it('restart replication only of data that has copies', () => {
    const overview = healthy(now);
    expect(labels(replicasetActions(overview.replicasets[0]!, overview))).toContain('Restart replication');
    expect(labels(replicasetActions(overview.replicasets[2]!, overview))).not.toContain('Restart replication');
  });
});

describe('rights', () => {
  it('follow the contract', () => {
    expect(refusalFor('instance.disable', 'viewer')).toBe('Needs role operator; you are viewer');
    expect(refusalFor('instance.disable', 'operator')).toBeNull();
    expect(refusalFor('instance.expel', 'operator')).toBe('Needs role admin; you are operator');
    expect(refusalFor('instance.expel', 'admin')).toBeNull();
  });
});

describe('what a dialog begins with', () => {
  it('is the likely answer', () => {
    expect(startOf('replicaset.create', { instances: ['i1'] }, free(now))).toEqual({ alias: 's1', instances: ['i1'], roles: ['storage'] });
    expect(startOf('instance.join', { replicaset: 's2' }, healthy(now))).toEqual({ instance: 'spare', replicaset: 's2' });
    expect(startOf('instance.disable', { instance: 'i1' }, null)).toEqual({ instance: 'i1' });
  });
  it('is a name that nobody has', () => {
    expect(nextAlias([])).toBe('s1');
    expect(nextAlias(['s1', 's3'])).toBe('s2');
    expect(nextAlias(['s1', 's2'])).toBe('s3');
  });
});

describe('words', () => {
  it('title and button', () => {
    expect(titleOf('instance.expel', { instance: 'i1' })).toBe('Expel i1');
    expect(titleOf('instance.join', { replicaset: 's1' })).toBe('Add an instance to s1');
    expect(titleOf('replicaset.create', { alias: 's1' })).toBe('Create replicaset');
    expect(titleOf('session.logout', {})).toBe('Sign out');
    expect(titleOf('token.revoke', { id: 't1' })).toBe('Revoke token t1');
    expect(buttonOf('instance.edit')).toBe('Apply');
    expect(buttonOf('session.logout')).toBe('Apply');
  });
  it('outcome', () => {
    const overview = troubled(now);
    expect(runText(runOf(overview, 'done', now)).word).toBe('Version 5 is applied on 5 instances in 42 ms');
    expect(runText(runOf(overview, 'partial', now)).word).toContain('5 of 6');
    expect(runText(runOf(overview, 'aborted', now)).word).toBe('Nothing was changed: s1-1 refused it: disk full');
    const outcome = { dryRun: false, plan: planFor({}), run: null, data: { found: false, sentence: 'Nobody answered.' } };
    expect(resultOf('instance.probe', outcome)).toEqual({ health: 'warning', title: 'Nobody answered', sentence: 'Nobody answered.' });
    expect(resultOf('instance.disable', { ...outcome, run: runOf(overview, 'aborted', now) }).title).toBe('Nothing was changed');
  });
});
