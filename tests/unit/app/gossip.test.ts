import { describe, expect, it } from 'vitest';
import { keySteps, rotationSentence } from '~/app/lib/gossip-keys.ts';
import { statRows } from '~/app/lib/gossip-stats.ts';
import { columnsOf, fits, matrixRows, memberRows, opinionsOf, rttText, verdictOf, worstOf, type Member, type Observer, type State } from '~/app/lib/gossip.ts';

const seen = (name: string, state: State = 'alive', rttMs: number | null = 1): Observer['members'][number] => ({ uuid: `uuid-${name}`, name, kind: name === 'srv' ? 'server' : 'agent', address: `h:${name}`, state, incarnation: '7', rttMs });
const observer = (name: string, members: Observer['members'], heard = true): Observer => ({ uuid: `uuid-${name}`, name, kind: name === 'srv' ? 'server' : 'agent', heard, sentence: heard ? null : 'hung', members });
const member = (name: string): Member => ({ ...seen(name), generation: '1', configVersion: 3, since: 5 });

const three = [observer('srv', [seen('i10'), seen('i2', 'suspected')]), observer('i2', [], false), observer('i10', [seen('srv', 'alive', 0.4), seen('i2', 'alive', 9)])];

describe('members', () => {
  it('begin with the server that answers, told by its peers, and go on in the order of people', () => {
    const rows = memberRows([member('i10'), member('i2')], three);
    expect(rows.map(({ name, self, address }) => [name, self, address])).toEqual([['srv', true, 'h:srv'], ['i2', false, 'h:i2'], ['i10', false, 'h:i10']]);
    expect(memberRows([member('i2'), member('i3'), { ...member('i9'), state: 'dead' }], three).map(({ name }) => name)).toEqual(['srv', 'i9', 'i2', 'i3']);
    expect(memberRows([member('i2')], []).map(({ name }) => name)).toEqual(['i2']);
  });
  it('are found by alias, address and uuid, and by state', () => {
    const one = member('i2');
    for (const search of ['I2', 'h:i', 'uuid-i2', ' ', '']) expect(fits(one, { search, state: null }), search).toBe(true);
    expect(fits(one, { search: 'i3', state: null })).toBe(false);
    expect(fits(one, { search: '', state: 'dead' })).toBe(false);
  });
  it('have round trips of three digits', () => expect([0.423, 0.999, 3.21, 9.96, 120.4].map(rttText)).toEqual(['0.42 ms', '1.0 ms', '3.2 ms', '10 ms', '120 ms']));
});

describe('the matrix', () => {
  it('has a column for everybody that somebody knows, and a cell for each pair', () => {
    const columns = columnsOf([...three, observer('i3', [seen('ghost', 'dead', null)])]);
    expect(columns.map(({ name }) => name)).toEqual(['srv', 'ghost', 'i2', 'i3', 'i10']);
    const rows = matrixRows(three, columnsOf(three));
    expect(rows[0]!.cells).toEqual([{ kind: 'self' }, { kind: 'seen', state: 'suspected', rttMs: 1, incarnation: '7' }, { kind: 'seen', state: 'alive', rttMs: 1, incarnation: '7' }]);
    expect(rows[1]!.cells.map(({ kind }) => kind)).toEqual(['absent', 'self', 'absent']);
  });
  it('names who is not seen alike and who did not tell', () => {
    expect(verdictOf(three)).toEqual({ health: 'warning', sentence: 'i2: some see it alive and some do not. i2: did not tell.' });
    expect(verdictOf([observer('srv', [seen('a')]), observer('a', [seen('srv')])]).health).toBe('ok');
    expect(verdictOf([observer('srv', [seen('a', 'dead')])]).sentence).toBe('a: seen alive by nobody.');
    expect(verdictOf([observer('srv', [seen('a', 'left')])]).health).toBe('ok');
    expect(verdictOf([observer('srv', []), ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => observer(name, [], false))])).toEqual({ health: 'unknown', sentence: 'a, b, c, d and 2 more: did not tell.' });
  });
});

describe('the compact form', () => {
  it('puts what is not well first and says who thinks so', () => {
    const opinions = opinionsOf(three);
    expect(opinions[0]).toEqual({ column: { uuid: 'uuid-i2', name: 'i2' }, worst: 'suspected', of: 2, alive: 1, others: [{ state: 'suspected', by: ['srv'] }], rttMaxMs: 9 });
    expect(opinions.slice(1).map(({ column, worst }) => [column.name, worst])).toEqual([['srv', 'alive'], ['i10', 'alive']]);
  });
  it('calls the worst by its name', () => {
    expect(worstOf([])).toBe('alive');
    expect(worstOf(['left', 'dead', 'suspected'])).toBe('dead');
  });
});

describe('keys', () => {
  const key = (id: string, primary: boolean, missing: string[] = []) => ({ id, primary, members: 3 - missing.length, of: 3, missing });
  it('are used when all have them, and removed when nobody seals with them', () => {
    const [old, fresh, late] = keySteps([key('old', true), key('new', false), key('late', false, ['i2'])]);
    expect([old!.useRefusal === null, old!.removeRefusal === null]).toEqual([false, false]);
    expect([fresh!.useRefusal, fresh!.removeRefusal]).toEqual([null, null]);
    expect(late!.useRefusal).toContain('i2');
  });
  it('say where a rotation stands', () => {
    expect(rotationSentence([key('old', true)])).toMatch(/^No rotation/);
    expect(rotationSentence([key('old', true), key('new', false)])).toContain('Key new is on every member');
    expect(rotationSentence([key('old', true), key('new', false, ['i2'])])).toContain('not on every member');
    expect(rotationSentence([key('old', true), key('new', true)])).toMatch(/^Two keys/);
  });
});

describe('counters', () => {
  it('are explained, and unknown ones come last', () => {
    const rows = statRows({ zebra: 1, received: 5, members: 4 });
    expect(rows.map(({ name }) => name)).toEqual(['members', 'received', 'zebra']);
    expect(rows[0]).toMatchObject({ value: 4, meaning: expect.stringContaining('known') });
  });
});
