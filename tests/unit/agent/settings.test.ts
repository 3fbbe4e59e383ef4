import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingNames } from '~/agent/settings/definitions.ts';
import { helpText, parseCommandLine } from '~/agent/settings/flags.ts';
import { readSecret, readSettingsFile, settingsTable } from '~/agent/settings/read.ts';
import { bytesOf, resolveAll, settingsOf, type Given } from '~/agent/settings/resolve.ts';

const given = (parts: Partial<Given>): Given => ({ flags: {}, environment: {}, file: null, ...parts });
const folder = mkdtempSync(join(tmpdir(), 'coterie-settings-'));

describe('settings of the agent', () => {
  it('takes a flag before a variable, a variable before the file, the file before the default, and says which', () => {
    const file = { path: 'a.yml', values: { zone: 'from-file', cluster: 'from-file', listen: '10.0.0.1:3301' } };
    const environment = { COTERIE_ZONE: 'from-env', COTERIE_CLUSTER: 'from-env' };
    const all = resolveAll(given({ file, environment, flags: { zone: 'from-flag' } }));
    const of = (name: string) => all.find((one) => one.name === name);
    expect(of('zone')).toEqual({ name: 'zone', value: 'from-flag', origin: 'flag --zone' });
    expect(of('cluster')).toEqual({ name: 'cluster', value: 'from-env', origin: 'environment COTERIE_CLUSTER' });
    expect(of('listen')).toEqual({ name: 'listen', value: '10.0.0.1:3301', origin: 'file a.yml' });
    expect(of('gossip')).toMatchObject({ value: '127.0.0.1:7301', origin: 'default' });
    expect(settingsOf(all)).toMatchObject({ listen: '10.0.0.1:3301', advertise: '10.0.0.1:3301', seeds: [], memoryBytes: 64 * 1024 * 1024, keepDatabase: false });
  });

  it.each([
    [{ flags: { listen: 'nowhere' } }, /listen \(flag --listen\): "nowhere" should be host:port/],
    [{ flags: { seeds: '127.0.0.1:1,x' } }, /seeds .* holds "x"/],
    [{ environment: { COTERIE_PROFILE: 'slow' } }, /profile \(environment COTERIE_PROFILE\): "slow" should be one of fast, lan/],
    [{ file: { path: 'a.yml', values: { memory: '1MiB' } } }, /memory \(file a.yml\)/],
    [{ file: { path: 'a.yml', values: { colour: 'red' } } }, /a.yml: there is no setting colour/],
    [{ flags: { name: '-x' } }, /name \(flag --name\)/],
  ])('refuses %j and names the setting', (parts, message) => {
    expect(() => resolveAll(given(parts as Partial<Given>))).toThrow(message);
  });

  it('wants an address that others can reach', () => {
    expect(() => settingsOf(resolveAll(given({ flags: { http: '0.0.0.0:8301' } })))).toThrow(/http_advertise is missing/);
    expect(settingsOf(resolveAll(given({ flags: { http: '0.0.0.0:8301', httpAdvertise: '10.0.0.1:8301' } })))).toMatchObject({ httpAdvertise: '10.0.0.1:8301' });
  });

  it('never shows the secret', () => {
    const table = settingsTable(resolveAll(given({ environment: { COTERIE_SECRET: 'very secret indeed' } })));
    expect(table).toMatch(/^secret +\*\*\* +environment COTERIE_SECRET$/m);
    expect(table).not.toContain('very secret');
  });

  it('reads the secret from a file, warns of one that others can read, refuses a short one', () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 'a secret of enough bytes\n');
    chmodSync(path, 0o644);
    const warnings: string[] = [];
    expect(readSecret({ secret: null, secretFile: path }, (sentence) => warnings.push(sentence))).toBe('a secret of enough bytes');
    expect(warnings[0]).toContain('chmod 600');
    writeFileSync(path, 'short');
    expect(() => readSecret({ secret: null, secretFile: path }, () => {})).toThrow(/secret_file: .*at least 16 bytes/);
    expect(() => readSecret({ secret: null, secretFile: null }, () => {})).toThrow(/--secret-file/);
  });

  it('reads the YAML file', async () => {
    const path = join(folder, 'agent.yml');
    writeFileSync(path, 'zone: dc-a\nseeds: [10.0.0.1:7301, 10.0.0.2:7301]\nkeep_database: true\n');
    const settings = settingsOf(resolveAll(given({ file: await readSettingsFile(path) })));
    expect(settings).toMatchObject({ zone: 'dc-a', seeds: ['10.0.0.1:7301', '10.0.0.2:7301'], keepDatabase: true });
    writeFileSync(path, '- a list');
    await expect(readSettingsFile(path)).rejects.toThrow(/should hold "setting: value" lines/);
  });

  it('parses its command line, and names what it does not know', () => {
    expect(parseCommandLine(['config', '--zone', 'a', '--forget', '--config', 'x.yml'])).toEqual({ command: 'config', flags: { zone: 'a', forget: 'true' }, file: 'x.yml' });
    expect(parseCommandLine([])).toEqual({ command: 'run', flags: {}, file: null });
    expect(() => parseCommandLine(['--colour', 'red'])).toThrow(/--colour/);
    expect(() => parseCommandLine(['begin'])).toThrow(/"begin" is not understood/);
    expect(() => parseCommandLine(['--secret', 'x'])).toThrow(/--secret/);
  });

  it('lists every setting that has a flag in the help', () => {
    for (const name of settingNames.filter((one) => one !== 'secret')) expect(helpText()).toContain(`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  });

  it.each([['64MiB', 67_108_864], ['2GiB', 2_147_483_648], ['100000000', 100_000_000], ['12 k', 12_288], ['1TB', Number.NaN], ['', Number.NaN]])('reads the size %s', (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });
});
