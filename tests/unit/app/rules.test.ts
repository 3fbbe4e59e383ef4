import { describe, expect, it } from 'vitest';
import { fieldsOf, issuesTabFrom, minutesOf, originOf, ruleActions, spanOf, type RuleRow } from '~/app/lib/rules.ts';

const rule: RuleRow = { name: 'busy', watch: 'count', per: 'object', count: 3, minutes: 10, severity: 'warning', todo: '', enabled: true, sentence: '', builtIn: false, changed: false, by: 'ann', at: 1, raised: 0 };
const offered = (given: Partial<RuleRow>) => ruleActions({ ...rule, ...given }).map(({ label }) => label);

describe('rules', () => {
  it('offer what fits: own ones are removed, built-in ones only brought back', () => {
    expect(offered({})).toEqual(['Edit', 'Switch off', 'Remove']);
    expect(offered({ builtIn: true, enabled: false })).toEqual(['Edit', 'Switch on']);
    expect(offered({ builtIn: true, changed: true })).toEqual(['Edit', 'Switch off', 'Bring back as it came']);
    expect([originOf(rule), originOf({ ...rule, builtIn: true }), originOf({ ...rule, builtIn: true, changed: true })]).toEqual(['ann', 'built in', 'built in, changed by ann']);
  });

  it('ask for no field that means nothing to their kind', () => {
    expect(fieldsOf('flapping')).toEqual({ filters: false, per: true, count: true });
    expect(fieldsOf('absence')).toEqual({ filters: true, per: false, count: false });
  });

  it('have their window in the biggest unit that is whole', () => {
    expect([10, 60, 90, 120, 1440, 10_080, 0.5].map(spanOf)).toEqual([
      { value: 10, unit: 'minutes' }, { value: 1, unit: 'hours' }, { value: 90, unit: 'minutes' }, { value: 2, unit: 'hours' }, { value: 1, unit: 'days' }, { value: 7, unit: 'days' }, { value: 0.5, unit: 'minutes' },
    ]);
    expect(minutesOf(2, 'days')).toBe(2880);
  });

  it('are a tab of the address', () => expect([issuesTabFrom('rules'), issuesTabFrom('x'), issuesTabFrom(null)]).toEqual(['rules', 'now', 'now']));
});
