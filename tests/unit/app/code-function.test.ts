import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exampleFiles } from '~/app/lib/code-example.ts';
import { functionOfFile, functionNames, settingsIn, withSettings } from '~/app/lib/code-function.ts';
import { filesOfTemplate, templateFaults } from '~/app/lib/code-template.ts';
import { RoleDefinition } from '~/contract/shapes/role.ts';

/** role.yml and the form beside it, in step. */

const text = `# the bank
summary: Accounts      # shown in lists
functions:
  # pays
  bank.pay:
    access: [app]   # who
    mode: write
    timeout: 5      # seconds
    body: |
      function(a)
          return a  -- kept
      end
  bank.balance: {mode: read}
  bank.list:
    access:
      - app
      - public
  bank.empty:
`;
const after = (name: string, changes: Parameters<typeof withSettings>[2], from = text) => {
  const next = withSettings(from, name, changes);
  return { next, settings: settingsIn(next, name)!.settings };
};
/** Lines that are not as they were. */
const changedLines = (next: string) => next.split('\n').filter((line) => !text.split('\n').includes(line));

describe('a function in role.yml', () => {
  it('is read with what is the default', () => {
    expect(settingsIn(text, 'bank.pay')).toEqual({ declared: true, settings: { access: ['app'], mode: 'write', quorum: false, timeout: 5 } });
    expect(settingsIn(text, 'bank.balance')!.settings.mode).toBe('read');
    expect(settingsIn(text, 'bank.empty')).toEqual({ declared: true, settings: { access: [], mode: 'write', quorum: false, timeout: null } });
    expect(settingsIn(text, 'bank.other')).toMatchObject({ declared: false });
    expect(functionNames(text)).toEqual(['bank.pay', 'bank.balance', 'bank.list', 'bank.empty']);
  });
  it('is not known where the text is no YAML, or no map', () => {
    for (const wrong of ['a: [', '- a', 'functions: [a]', 'x']) {
      expect(settingsIn(wrong, 'a')).toBeNull();
      expect(withSettings(wrong, 'a', { mode: 'read' })).toBe(wrong);
    }
    expect(settingsIn('', 'a')).toMatchObject({ declared: false });
  });
  it('is written where it stands: one line changes, comments stay', () => {
    expect(changedLines(after('bank.pay', { mode: 'read' }).next)).toEqual(['    mode: read']);
    expect(changedLines(after('bank.pay', { timeout: 0.5 }).next)).toEqual(['    timeout: 0.5      # seconds']);
    expect(changedLines(after('bank.pay', { access: ['app', 'on', 'a-b'] }).next)).toEqual(['    access: [app, "on", a-b]   # who']);
    expect(changedLines(after('bank.pay', { quorum: true }).next)).toEqual(['    quorum: true']);
    expect(after('bank.pay', { timeout: null }).next).toBe(text.replace('    timeout: 5      # seconds\n', ''));
  });
  it.each([
    ['bank.pay', { access: ['x'], mode: 'read', quorum: true, timeout: 7 }],
    ['bank.balance', { access: ['x'], mode: 'write', quorum: true, timeout: 7 }],
    ['bank.list', { access: [], mode: 'read', quorum: true, timeout: 7 }],
    ['bank.empty', { access: ['x', 'y'], mode: 'read', quorum: false, timeout: 1 }],
    ['bank.fresh', { access: ['x'], mode: 'read', quorum: true, timeout: 2 }],
  ] as const)('%s says then what it was told, and the others what they said', (name, settings) => {
    const { next, settings: now } = after(name, settings);
    expect(now).toEqual(settings);
    const [was, is] = [parse(text).functions, parse(next).functions];
    for (const other of Object.keys(was).filter((one) => one !== name)) expect(is[other], other).toEqual(was[other]);
    expect(next).toContain('# the bank');
    expect(next).toContain('return a  -- kept');
    expect(settingsIn(withSettings(next, name, { timeout: null }), name)!.settings.timeout).toBeNull();
  });
  it('is named where it is not yet, whatever the file has', () => {
    for (const from of ['', 'summary: x\n', 'functions:\n', 'functions: {}\n', text]) expect(settingsIn(withSettings(from, 'a.b', {}), 'a.b'), from).toMatchObject({ declared: true, settings: { mode: 'write' } });
    expect(withSettings(text, 'bank.pay', {})).toBe(text);
  });
  it('stays a map when its only setting goes', () => {
    expect(parse(withSettings('functions:\n  a.b:\n    timeout: 5\n', 'a.b', { timeout: null })).functions).toEqual({ 'a.b': {} });
  });
  it('has a file of its name', () => {
    expect(functionOfFile('roles/bank/functions/bank.pay.lua')).toEqual({ role: 'bank', name: 'bank.pay' });
    for (const other of ['roles/bank/init.lua', 'roles/bank/functions/1.lua', 'roles/bank/functions/a/b.lua', 'roles/bank/role.yml']) expect(functionOfFile(other)).toBeNull();
  });
});

describe('a template', () => {
  const whole = { name: 'shop-2', summary: 'Goods: "all" of them', storage: true, space: 'goods', func: 'shop.find' };
  it.each([whole, { ...whole, storage: false }, { ...whole, space: '', func: '' }])('makes a definition that the contract takes', (template) => {
    const files = filesOfTemplate(template);
    const definition = RoleDefinition.parse(parse(files['roles/shop-2/role.yml']!));
    expect(definition).toMatchObject({ summary: whole.summary, dependencies: template.storage ? ['storage'] : [] });
    expect(Object.keys(definition.spaces)).toEqual(template.space === '' ? [] : ['goods']);
    expect(Object.keys(files)).toHaveLength(template.func === '' ? 2 : 3);
    expect(files['roles/shop-2/init.lua']).toContain('return shop_2');
  });
  it('says which name is wrong', () => {
    expect(templateFaults(whole)).toEqual({});
    expect(Object.keys(templateFaults({ ...whole, space: '1', func: 'a b' }))).toEqual(['space', 'func']);
  });
  it('so is the example', () => {
    const { functions } = RoleDefinition.parse(parse(exampleFiles['roles/bank/role.yml']!));
    for (const name of Object.keys(functions)) expect(exampleFiles).toHaveProperty([`roles/bank/functions/${name}.lua`]);
  });
});
