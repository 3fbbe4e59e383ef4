import { describe, expect, it } from 'vitest';
import { agentText, endText, matching, tabFrom, tabsFor, userActions, userState } from '~/app/lib/access.ts';
import { auditedOperations, auditInput, differences, namedPath } from '~/app/lib/audit.ts';
import { fieldErrors, problemFrom, saidAtField } from '~/app/lib/problem.ts';
import { resultOf, secretOf } from '~/app/lib/result.ts';
import { entriesFor, isGroup, pages, pagesFor } from '~/app/shell/pages.ts';
import { audit } from '~/contract/access.ts';
import { planFor } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const day = 86_400_000;
const bob = { name: 'bob', role: 'viewer' as const, createdAt: 0, lastLoginAt: null, lockedUntil: null, disabled: false };
const none = { actor: null, operation: null, outcome: null, since: null };

describe('the Users page', () => {
  it('has the tabs that the role may read, and opens the one of the address', () => {
    expect(tabsFor('viewer').map(({ value }) => value)).toEqual(['tokens', 'sessions', 'database']);
    expect(tabFrom(null, 'admin')).toBe('users');
    expect(tabFrom('sessions', 'admin')).toBe('sessions');
    expect(tabFrom('users', 'operator')).toBe('tokens');
    expect(tabFrom('nonsense', 'viewer')).toBe('tokens');
  });
  it('is for all, the audit log for admins', () => {
    expect(pagesFor('viewer').map(({ label }) => label)).toContain('Users');
    expect(pagesFor('operator').map(({ label }) => label)).not.toContain('Audit');
    expect(pagesFor('admin').map(({ label }) => label)).toContain('Audit');
  });
  it('is under a word of the header, with what else its reader may open', () => {
    const grouped = (role: 'viewer' | 'admin') => Object.fromEntries(entriesFor(role).filter(isGroup).map(({ label, pages: of }) => [label, of.map((page) => page.label)]));
    expect(grouped('admin')).toEqual({ Data: ['Data', 'Console', 'Schema', 'Code'], Manage: ['Configuration', 'Alerts', 'Users', 'Audit', 'API'] });
    expect(grouped('viewer').Manage).toEqual(['Configuration', 'Alerts', 'Users', 'API']);
    expect(pages.map(({ href }) => href)).not.toContain('/api/docs');
  });
  it('finds by any word, and all without one', () => {
    expect(matching([bob], 'VIEW', ({ name, role }) => [name, role, null])).toEqual([bob]);
    expect(matching([bob], 'ann', ({ name }) => [name])).toEqual([]);
    expect(matching([bob], ' ', () => [])).toEqual([bob]);
  });
  it('says who may not sign in, and why', () => {
    expect(userState(bob, now).health).toBe('ok');
    expect(userState({ ...bob, disabled: true, lockedUntil: now + 1 }, now).word).toBe('disabled');
    expect(userState({ ...bob, lockedUntil: now + 1000 }, now)).toMatchObject({ health: 'warning', word: expect.stringMatching(/^locked until .* UTC/) });
    expect(userState({ ...bob, lockedUntil: now + 2 * day }, now).word).toMatch(/^locked until \d+ \w+ \d+, /);
    expect(userState({ ...bob, lockedUntil: now }, now).health).toBe('ok');
  });
  it('offers to enable what is disabled', () => {
    expect(userActions(bob).map(({ label }) => label)).toEqual(['Edit', 'Disable', 'Delete']);
    expect(userActions({ ...bob, disabled: true })[1]).toMatchObject({ label: 'Enable', input: { name: 'bob', disabled: false } });
  });
  it('warns a week before an end', () => {
    expect(endText(null, now).word).toBe('never');
    expect(endText(now, now)).toEqual({ health: 'off', word: 'ended' });
    expect(endText(now + 8 * day, now)).toEqual({ health: 'ok', word: 'in 8 d' });
    expect(endText(now + 2 * day, now).health).toBe('warning');
  });
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari on iOS'],
    ['curl/8.5', 'curl/8.5'],
    [null, 'unknown program'],
  ])('%s', (agent, text) => expect(agentText(agent)).toBe(text));
});

describe('the audit log', () => {
  it('is asked for what the address says, and for nothing that it cannot mean', () => {
    expect(auditInput(none, now)).toEqual({});
    expect(auditInput({ actor: 'bob', operation: 'user.edit', outcome: 'refused', since: '1d' }, now)).toEqual({ actor: 'bob', operation: 'user.edit', outcome: 'refused', since: now - day });
    expect(auditInput({ ...none, outcome: 'odd', since: 'odd' }, now)).toEqual({});
    expect(auditInput({ ...none, since: '1700000000000' }, now)).toEqual({ since: 1_700_000_000_000 });
    expect(audit.list.input.safeParse(auditInput({ ...none, since: '30d' }, 5)).success).toBe(true);
  });
  it('has all that changes something, and nothing that only reads', () => {
    expect(auditedOperations).toEqual(expect.arrayContaining(['session.changePassword', 'topology.apply', 'server.claimLink']));
    expect(auditedOperations).not.toContain('audit.list');
  });
  it('shows both sides by path', () => {
    expect(differences({ before: { a: 1, b: 'x' }, after: { b: 'y', c: null } })).toEqual([
      { path: 'a', before: '1', after: null },
      { path: 'b', before: 'x', after: 'y' },
      { path: 'c', before: null, after: 'null' },
    ]);
    expect(differences({ before: null, after: null })).toEqual([]);
    expect(namedPath('/replicasets/u-1/weight/u-2', [{ uuid: 'u-1', alias: 's1' }])).toBe('/replicasets/s1/weight/u-2');
    expect(differences({ before: null, after: { truncated: true, bytes: 9, start: '{' } })).toMatchObject([{ path: '', before: null, after: expect.stringContaining('truncated') }]);
  });
});

describe('the menu of a user', () => {
  const user = { name: 'eve', role: 'viewer', createdAt: 1, lastLoginAt: null, lockedUntil: null, disabled: false } as const;
  it('offers to unlock who is locked', () => {
    const labels = (lockedUntil: number | null) => userActions({ ...user, lockedUntil }).map(({ label }) => label);
    expect(labels(null)).toEqual(['Edit', 'Disable', 'Delete']);
    expect(labels(9)).toEqual(['Edit', 'Unlock', 'Disable', 'Delete']);
  });
});

describe('the dialogs of access', () => {
  const outcome = (data: Record<string, unknown>) => ({ dryRun: false, plan: planFor({}), run: null, data });
  it('say who else is out after a new password', () => {
    expect(resultOf('session.changePassword', outcome({ user: 'a', sessionsEnded: 2, tokensEnded: 1 })).sentence).toContain('2 other sessions and 1 CLI token were ended');
    expect(resultOf('session.changePassword', outcome({ user: 'a', sessionsEnded: 0, tokensEnded: 0 })).sentence).toContain('Nothing else was signed in');
    expect(resultOf('user.edit', outcome({ name: 'a' })).sentence).toBeNull();
  });
  it('show the text of a new token, and of nothing else', () => {
    expect(secretOf('token.create', outcome({ secret: 's' }))).toBe('s');
    expect(secretOf('token.revoke', outcome({ secret: 's' }))).toBeNull();
  });
  it('tell a wrong password at its field', () => {
    const problem = (code: string, data: unknown) => problemFrom(Object.assign(new Error('m'), { data: { problem: { code, detail: 'd', data } } }));
    const wrong = problem('FORBIDDEN', { issues: [{ field: 'password', message: 'wrong' }, { field: '', message: 'x' }, 7] });
    expect(fieldErrors(wrong)).toEqual({ password: 'wrong' });
    expect(saidAtField(wrong)).toBe(true);
    expect(saidAtField(problem('FORBIDDEN', {}))).toBe(false);
    expect(saidAtField(problem('BAD_INPUT', { issues: [{ field: 'name', message: 'm' }] }))).toBe(false);
  });
});
