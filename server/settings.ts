import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Alias, HostPort } from '~/contract/shapes/basics.ts';
import { isProxy } from './surfaces/http/proxies.ts';

/** What the server is started with. Flags win over COTERIE_* variables, these over defaults; all is checked here, at the door. */

export const usage = `coterie server [flags]          the control plane: dashboard, API, gossip
coterie server adopt [flags]    rebuild a lost database from the agents, then end
coterie server claim-link [--data-dir DIR] [--user NAME] [--reason TEXT] [--public-url URL]
                                print a new one-time link for an admin who cannot sign in any more,
                                or for the user NAME; beside a running server or without one

  --data-dir DIR        what this server keeps (default ./coterie-server)
  --cluster NAME        name of the cluster (default coterie)
  --listen HOST:PORT    dashboard and API (default 127.0.0.1:8080)
  --gossip HOST:PORT    gossip, UDP and TCP (default 127.0.0.1:7300)
  --gossip-advertise HOST:PORT  the same as the others reach it, where it differs
  --seeds A:P,B:P       gossip addresses of members to begin with
  --secret-file FILE    the cluster secret, at least 16 bytes, readable by this user only
  --database-url URL    file:... (default, in the data directory) or postgresql://...
                        a URL with a password belongs into the variable DATABASE_URL
  --public-url URL      how browsers reach this server, where it differs
  --trusted-proxy A,B/N addresses or networks of the proxies in front, whose x-forwarded-for
                        is believed about who calls (default none)
  --profile fast|lan    timing of the gossip (default fast)
  --initial FILE        cluster.yml for a cluster without configuration, applied once all its instances are there
  --headless            no dashboard, only the API
  --log-level LEVEL     debug, info, warn, error (default info)

Each flag is also a variable: COTERIE_DATA_DIR, COTERIE_SECRET_FILE, ...
`;

const listOf = <T extends z.ZodType<string, string>>(item: T) => z.string().default('').transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== '')).pipe(z.array(item));

const Settings = z.object({
  dataDir: z.string().min(1).default('coterie-server'),
  cluster: Alias.default('coterie'),
  listen: HostPort.default('127.0.0.1:8080'),
  gossip: HostPort.default('127.0.0.1:7300'),
  gossipAdvertise: HostPort.optional(),
  seeds: listOf(HostPort),
  secretFile: z.string({ error: 'is needed: a file with the cluster secret' }).min(1),
  databaseUrl: z.string().regex(/^(file:|postgres(ql)?:\/\/)/, 'file:... or postgresql://...').optional(),
  publicUrl: z.url({ protocol: /^https?$/, error: 'an http or https URL' }).optional(),
  trustedProxy: listOf(z.string().refine(isProxy, 'addresses or networks, as 10.0.0.5 or 10.0.0.0/8')),
  profile: z.enum(['fast', 'lan']).default('fast'),
  initial: z.string().optional(),
  headless: z.boolean().default(false),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type Settings = z.output<typeof Settings> & { readonly command: 'run' | 'adopt' };

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const variable = (name: string) => `COTERIE_${kebab(name).replaceAll('-', '_').toUpperCase()}`;

export class UsageError extends Error {}

/** `help`: only the usage was asked for. */
export function readSettings(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Settings | 'help' {
  const names = Object.keys(Settings.shape);
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv, names);
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
  const { values, positionals } = parsed;
  if (values['help'] === true) return 'help';
  const [command = 'run', ...more] = positionals;
  if ((command !== 'run' && command !== 'adopt') || more.length > 0) throw new UsageError(`unknown command ${positionals.join(' ')}\n\n${usage}`);
  const given = names.flatMap((name) => {
    const value = values[kebab(name)] ?? env[variable(name)];
    if (value === undefined || value === '') return [];
    return [[name, name === 'headless' ? value === true || value === 'true' || value === '1' : value] as const];
  });
  const read = Settings.safeParse({ databaseUrl: env['DATABASE_URL'] || undefined, ...Object.fromEntries(given) });
  if (!read.success) throw new UsageError(read.error.issues.map(({ path, message }) => `--${kebab(String(path[0]))}: ${message}`).join('\n'));
  // A password among the arguments can be read by every user of the machine.
  if (typeof values['database-url'] === 'string' && hasPassword(values['database-url'])) throw new UsageError('--database-url has a password in it, which every user of this machine could read: put the URL into the variable DATABASE_URL.');
  return { ...read.data, command };
}

function parse(argv: readonly string[], names: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  const flags = names.map((name) => [kebab(name), { type: name === 'headless' ? ('boolean' as const) : ('string' as const) }] as const);
  return parseArgs({ args: [...argv], allowPositionals: true, options: { ...Object.fromEntries(flags), help: { type: 'boolean', short: 'h' } } });
}

const hasPassword = (url: string) => URL.canParse(url) && new URL(url).password !== '';

export function hostPort(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
