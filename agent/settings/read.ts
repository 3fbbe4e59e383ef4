import { readFileSync, statSync } from 'node:fs';
import { CoterieError } from '~/contract/errors.ts';
import { secretBytesMin } from '~/link/keys.ts';
import { definitions, keyOf, type SettingName } from './definitions.ts';
import type { Given, Resolved, Settings } from './resolve.ts';

/** The outside of the settings: the file, the secret, and how they are shown. */
export async function readSettingsFile(path: string): Promise<NonNullable<Given['file']>> {
  let values: unknown;
  try {
    // Loaded only where there is a file: it takes 3 MB.
    const { parse } = await import('yaml');
    values = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `config ${path}: ${(error as Error).message}`);
  }
  if (values === null || values === undefined) return { path, values: {} };
  if (typeof values !== 'object' || Array.isArray(values)) throw new CoterieError('BAD_INPUT', `config ${path}: it should hold "setting: value" lines.`);
  return { path, values: values as Record<string, unknown> };
}

export function readSecret({ secret, secretFile }: Pick<Settings, 'secret' | 'secretFile'>, warn: (sentence: string) => void): string {
  if (secret !== null) return long(secret, 'secret');
  if (secretFile === null) throw new CoterieError('BAD_INPUT', 'secret_file is missing: set --secret-file (or COTERIE_SECRET_FILE) to the file with the cluster secret, the same on every member.');
  try {
    if ((statSync(secretFile).mode & 0o077) !== 0) warn(`${secretFile} can be read by others: chmod 600 it`);
    return long(readFileSync(secretFile, 'utf8').trim(), 'secret_file');
  } catch (error) {
    if (error instanceof CoterieError) throw error;
    throw new CoterieError('BAD_INPUT', `secret_file: ${(error as Error).message}`);
  }
}

const metricsTokenBytesMin = 16;

/** Null: no other host may read /metrics by a token. */
export function readMetricsToken({ metricsTokenFile }: Pick<Settings, 'metricsTokenFile'>, warn: (sentence: string) => void): string | null {
  if (metricsTokenFile === null) return null;
  try {
    if ((statSync(metricsTokenFile).mode & 0o077) !== 0) warn(`${metricsTokenFile} can be read by others: chmod 600 it`);
    const token = readFileSync(metricsTokenFile, 'utf8').trim();
    if (Buffer.byteLength(token) < metricsTokenBytesMin) throw new Error(`the token should have at least ${metricsTokenBytesMin} bytes`);
    return token;
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `metrics_token_file: ${(error as Error).message}`);
  }
}

/** Null: none is given. */
export function readStatePassword({ statePasswordFile }: Pick<Settings, 'statePasswordFile'>, warn: (sentence: string) => void): string | null {
  if (statePasswordFile === null) return null;
  try {
    if ((statSync(statePasswordFile).mode & 0o077) !== 0) warn(`${statePasswordFile} can be read by others: chmod 600 it`);
    const password = readFileSync(statePasswordFile, 'utf8').trim();
    if (password === '') throw new Error('the file is empty');
    return password;
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `state_password_file: ${(error as Error).message}`);
  }
}

function long(secret: string, name: string): string {
  if (Buffer.byteLength(secret) < secretBytesMin) throw new CoterieError('BAD_INPUT', `${name}: the cluster secret should have at least ${secretBytesMin} bytes.`);
  return secret;
}

/** A table of setting, value and origin; secrets are never shown. */
export function settingsTable(resolved: readonly Resolved[]): string {
  const shown = ({ name, value }: Resolved): string => (value === null ? '-' : isSecret(name) ? '***' : value);
  const rows = [['setting', 'value', 'origin'], ...resolved.map((one) => [keyOf(one.name), shown(one), one.origin])];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([name, value, origin]) => `${name!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${origin}`).join('\n');
}

const isSecret = (name: SettingName): boolean => 'secret' in definitions[name];
