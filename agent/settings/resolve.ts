import { resolve as resolvePath } from 'node:path';
import { CoterieError } from '~/contract/errors.ts';
import { Alias, HostPort, Zone } from '~/contract/shapes/basics.ts';
import type { LogLevel } from '~/agent/logs/logger.ts';
import { definitions, flagOf, keyOf, settingNames, variableOf, type Definition, type SettingName } from './definitions.ts';

/** One precedence for every setting: flag, then environment, then file, then default. Each keeps where it came from. */
export type Given = { readonly flags: Partial<Record<SettingName, string>>; readonly environment: Readonly<Record<string, string | undefined>>; readonly file: { readonly path: string; readonly values: Readonly<Record<string, unknown>> } | null };
export type Resolved = { readonly name: SettingName; readonly value: string | null; readonly origin: string };

export type Settings = {
  readonly dataDir: string;
  readonly cluster: string;
  readonly name: string | null;
  readonly zone: string | null;
  readonly listen: string;
  readonly advertise: string;
  readonly gossip: string;
  readonly gossipAdvertise: string;
  readonly http: string;
  readonly httpAdvertise: string;
  readonly seeds: readonly string[];
  readonly secretFile: string | null;
  readonly secret: string | null;
  readonly memoryBytes: number;
  readonly tarantool: string;
  readonly profile: 'fast' | 'lan';
  readonly logLevel: LogLevel;
  readonly metrics: 'loopback' | 'any' | 'off';
  readonly metricsTokenFile: string | null;
  readonly statePasswordFile: string | null;
  readonly stateCa: string | null;
  readonly stateCert: string | null;
  readonly stateKey: string | null;
  readonly hostWatchdog: string | null;
  readonly fenceCommand: string | null;
  readonly stonithCommand: string | null;
  readonly stonithPolicy: 'require' | 'try';
  readonly keepDatabase: boolean;
  readonly forget: boolean;
};

export function resolveAll(given: Given): Resolved[] {
  const unknown = Object.keys(given.file?.values ?? {}).filter((key) => !settingNames.some((name) => keyOf(name) === key));
  if (unknown.length > 0) throw new CoterieError('BAD_INPUT', `${given.file?.path}: there is no setting ${unknown.join(', ')}. Settings: ${settingNames.map(keyOf).join(', ')}.`);
  return settingNames.map((name) => {
    const found = valueOf(name, given);
    if (found.value !== null) check(name, found.value, found.origin);
    return found;
  });
}

function valueOf(name: SettingName, { flags, environment, file }: Given): Resolved {
  const flag = flags[name];
  if (flag !== undefined) return { name, value: flag, origin: `flag ${flagOf(name)}` };
  const variable = environment[variableOf(name)];
  if (variable !== undefined && variable !== '') return { name, value: variable, origin: `environment ${variableOf(name)}` };
  const written = file?.values[keyOf(name)];
  if (written !== undefined && written !== null) return { name, value: Array.isArray(written) ? written.join(',') : String(written), origin: `file ${file?.path}` };
  return { name, value: definitions[name].fallback, origin: 'default' };
}

function check(name: SettingName, value: string, origin: string): void {
  const definition: Definition = definitions[name];
  const refuse = (what: string): never => {
    throw new CoterieError('BAD_INPUT', `${keyOf(name)} (${origin}): ${definition.secret ? 'the value' : `"${value}"`} ${what}.`);
  };
  switch (definition.kind) {
    case 'name': {
      const parsed = (name === 'zone' ? Zone : Alias).safeParse(value);
      return parsed.success ? undefined : refuse(`should be ${parsed.error.issues[0]?.message}`);
    }
    case 'address':
      return HostPort.safeParse(value).success ? undefined : refuse('should be host:port');
    case 'addresses': {
      const wrong = listOf(value).find((one) => !HostPort.safeParse(one).success);
      return wrong === undefined ? undefined : refuse(`holds "${wrong}", which should be host:port`);
    }
    case 'bytes':
      return bytesOf(value) >= 32 * 1024 * 1024 ? undefined : refuse('should be a size of at least 32MiB, as 64MiB or 2GiB');
    case 'boolean':
      return value === 'true' || value === 'false' ? undefined : refuse('should be true or false');
    case 'choice':
      return definition.choices?.includes(value) ? undefined : refuse(`should be one of ${definition.choices?.join(', ')}`);
    case 'path':
    case 'text':
      return value.length > 0 ? undefined : refuse('should not be empty');
  }
}

const listOf = (value: string): string[] => value.split(',').map((one) => one.trim()).filter((one) => one !== '');

const units: Record<string, number> = { '': 1, b: 1, kib: 1024, k: 1024, mib: 1024 ** 2, m: 1024 ** 2, gib: 1024 ** 3, g: 1024 ** 3 };
export function bytesOf(text: string): number {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text);
  return match ? Number(match[1]) * (units[match[2]!.toLowerCase()] ?? Number.NaN) : Number.NaN;
}

export function settingsOf(resolved: readonly Resolved[]): Settings {
  const of = (name: SettingName): string | null => resolved.find((one) => one.name === name)?.value ?? null;
  const path = (name: SettingName) => (of(name) === null ? null : resolvePath(of(name) as string));
  const advertised = (name: 'advertise' | 'gossipAdvertise' | 'httpAdvertise', bind: 'listen' | 'gossip' | 'http'): string => {
    const address = of(name) ?? (of(bind) as string);
    if (/^(0\.0\.0\.0|\[::\]):/.test(address)) throw new CoterieError('BAD_INPUT', `${keyOf(name)} is missing: nobody can connect to ${address}. Set ${flagOf(name)} to host:port as the others reach this machine.`);
    return address;
  };
  return {
    dataDir: path('dataDir') as string,
    cluster: of('cluster') as string,
    name: of('name'),
    zone: of('zone'),
    listen: of('listen') as string,
    advertise: advertised('advertise', 'listen'),
    gossip: of('gossip') as string,
    gossipAdvertise: advertised('gossipAdvertise', 'gossip'),
    http: of('http') as string,
    httpAdvertise: advertised('httpAdvertise', 'http'),
    seeds: listOf(of('seeds') ?? ''),
    secretFile: path('secretFile'),
    secret: of('secret'),
    memoryBytes: bytesOf(of('memory') as string),
    tarantool: of('tarantool') as string,
    profile: of('profile') === 'lan' ? 'lan' : 'fast',
    // Checked to be one of the choices.
    logLevel: of('logLevel') as LogLevel,
    metrics: of('metrics') as Settings['metrics'],
    metricsTokenFile: path('metricsTokenFile'),
    statePasswordFile: path('statePasswordFile'),
    stateCa: path('stateCa'),
    stateCert: path('stateCert'),
    stateKey: path('stateKey'),
    hostWatchdog: path('hostWatchdog'),
    fenceCommand: path('fenceCommand'),
    stonithCommand: path('stonithCommand'),
    stonithPolicy: of('stonithPolicy') === 'require' ? 'require' : 'try',
    keepDatabase: of('keepDatabase') === 'true',
    forget: of('forget') === 'true',
  };
}
