import { describe, expect, it } from 'vitest';
import { linesOf, privilegesChanged, privilegeText } from '~/app/lib/database-users.ts';

describe('privileges in the form', () => {
  const current = { 'space:accounts': 'read,write', universe: 'execute' };

  it('are lines, and unchanged lines say nothing', () => {
    expect(linesOf(current)).toEqual([{ kind: 'space', name: 'accounts', may: ['read', 'write'] }, { kind: 'universe', name: '', may: ['execute'] }]);
    expect(privilegesChanged(current, linesOf(current))).toBeUndefined();
  });
  it('say what is new, other, and gone; a line that is not whole says nothing', () => {
    const [accounts] = linesOf(current);
    expect(privilegesChanged(current, [{ ...accounts!, may: ['read'] }, { kind: 'function', name: ' bank.put ', may: ['execute'] }, { kind: 'space', name: '', may: ['read'] }, { kind: 'space', name: 't', may: [] }])).toEqual({ universe: null, 'space:accounts': 'read', 'function:bank.put': 'execute' });
  });
  it('read as a sentence', () => {
    expect([privilegeText('space:*', 'read,write'), privilegeText('universe', 'execute'), privilegeText('function:a.b', 'execute')]).toEqual(['read, write on all spaces', 'execute on the universe', 'execute on function a.b']);
  });
});
