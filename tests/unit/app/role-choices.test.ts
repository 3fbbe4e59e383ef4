import { describe, expect, it } from 'vitest';
import { chosenRoles, isOn, roleChoices } from '~/app/lib/role-choices.ts';

const info = (name: string, changes: Partial<ReturnType<typeof one>> = {}) => ({ ...one(name), ...changes });
const one = (name: string) => ({ name, summary: `${name} things.`, data: true, dependencies: [] as string[], custom: true, hidden: false, permanent: false });
const infos = [
  info('bank', { dependencies: ['storage', 'money'] }), info('money', { hidden: true, dependencies: ['audit'] }), info('audit', { hidden: true }), info('watch', { permanent: true, hidden: true }),
  info('router', { custom: false, data: false }), info('storage', { custom: false }),
];
const of = (value: readonly string[]) => Object.fromEntries(roleChoices(infos, value).map((choice) => [choice.name, choice]));

describe('the roles that a replicaset is offered', () => {
  it('are the built-in ones, then custom ones, without hidden ones', () => {
    expect(roleChoices(infos, []).map(({ name }) => name)).toEqual(['router', 'storage', 'bank', 'watch']);
    expect(of([]).bank!.summary).toBe('bank things; brings storage, money along');
    expect(of(['bank']).money!.fixed).toBe('comes with bank');
    expect(of(['money'])).not.toHaveProperty('money');
  });
  it('a permanent one is on where there is a database, and says so', () => {
    expect(of(['router']).watch).toMatchObject({ checked: false, fixed: null });
    expect(of(['storage']).watch).toMatchObject({ checked: true, fixed: 'on every replicaset that has a database' });
  });
  it('one that another brings along is on, and says whose it is', () => {
    expect(of(['bank']).storage).toMatchObject({ checked: true, fixed: 'comes with bank' });
    expect(of(['storage']).storage).toMatchObject({ checked: true, fixed: null });
    expect(of(['bank', 'audit']).audit!.fixed).toBe('comes with bank');
  });
  it('what is on by itself is no choice, and what was one stays one', () => {
    const ticked = (value: readonly string[]) => ({ value, choices: roleChoices(infos, value) });
    expect(chosenRoles(['bank', 'storage', 'watch', 'router'], ticked(['bank']))).toEqual(['bank', 'router']);
    expect(chosenRoles(['bank', 'storage', 'watch'], ticked(['bank', 'storage']))).toEqual(['bank', 'storage']);
    expect(chosenRoles(['storage'], ticked(['storage', 'bank']))).toEqual(['storage']);
  });
  it('one is on where it is chosen, brought along, or permanent', () => {
    const on = (name: string, value: readonly string[]) => isOn(name, value, infos);
    expect([on('bank', ['bank']), on('audit', ['bank']), on('watch', ['storage'])]).toEqual([true, true, true]);
    expect([on('bank', ['storage']), on('watch', ['router']), on('audit', [])]).toEqual([false, false, false]);
    expect(on('money', ['money'])).toBe(true);
  });
  it('a circle of dependencies ends', () => {
    const circle = [info('a', { dependencies: ['b'] }), info('b', { dependencies: ['a'] }), info('c')];
    expect(roleChoices(circle, ['a']).map(({ name, checked }) => [name, checked])).toEqual([['a', true], ['b', true], ['c', false]]);
  });
});
