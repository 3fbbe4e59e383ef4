/** Every setting once: its flag, variable, key and default are derived from its name. */
export type Kind = 'text' | 'name' | 'address' | 'addresses' | 'path' | 'bytes' | 'boolean' | 'choice';

export type Definition = {
  readonly kind: Kind;
  readonly summary: string;
  readonly fallback: string | null;
  readonly choices?: readonly string[];
  /** Shown as `***`. */
  readonly secret?: true;
  /** Not as a flag: everybody on the machine sees those. */
  readonly noFlag?: true;
};

export const definitions = {
  dataDir: { kind: 'path', summary: 'where this instance keeps everything it has', fallback: '/var/lib/coterie/agent' },
  cluster: { kind: 'name', summary: 'name of the cluster', fallback: 'coterie' },
  name: { kind: 'name', summary: 'what the instance is called until it is configured; default: i- and the start of its uuid', fallback: null },
  zone: { kind: 'name', summary: 'where it stands (datacentre, rack); taken over when it joins', fallback: null },
  listen: { kind: 'address', summary: "Tarantool's address", fallback: '127.0.0.1:3301' },
  advertise: { kind: 'address', summary: 'the same as the others reach it; default: --listen', fallback: null },
  gossip: { kind: 'address', summary: 'address of gossip, UDP and TCP', fallback: '127.0.0.1:7301' },
  gossipAdvertise: { kind: 'address', summary: 'the same as the others reach it; default: --gossip', fallback: null },
  http: { kind: 'address', summary: 'address for calls of servers and other agents', fallback: '127.0.0.1:8301' },
  httpAdvertise: { kind: 'address', summary: 'the same as the others reach it; default: --http', fallback: null },
  seeds: { kind: 'addresses', summary: 'gossip addresses of some members, with commas between', fallback: '' },
  secretFile: { kind: 'path', summary: 'file with the cluster secret, readable by this user only', fallback: null },
  secret: { kind: 'text', summary: 'the cluster secret itself, where there is no file', fallback: null, secret: true, noFlag: true },
  memory: { kind: 'bytes', summary: "Tarantool's memory for data: 64MiB, 2GiB", fallback: '64MiB' },
  tarantool: { kind: 'text', summary: 'the tarantool program', fallback: 'tarantool' },
  profile: { kind: 'choice', summary: 'pace of gossip: fast (200 ms) or lan (1 s)', fallback: 'fast', choices: ['fast', 'lan'] },
  logLevel: { kind: 'choice', summary: 'least level that is logged', fallback: 'info', choices: ['debug', 'info', 'warn', 'error'] },
  metrics: { kind: 'choice', summary: 'who may read /metrics at --http: this host (loopback), all who reach it (any), nobody (off)', fallback: 'loopback', choices: ['loopback', 'any', 'off'] },
  metricsTokenFile: { kind: 'path', summary: 'file with a token by which other hosts may read /metrics, readable by this user only', fallback: null },
  statePasswordFile: { kind: 'path', summary: "file with the password of the etcd user that the configuration of failover names, readable by this user only", fallback: null },
  stateCa: { kind: 'path', summary: 'PEM file: who signed the certificates of etcd', fallback: null },
  stateCert: { kind: 'path', summary: "PEM file: this agent's certificate for etcd", fallback: null },
  stateKey: { kind: 'path', summary: "PEM file: the certificate's key", fallback: null },
  hostWatchdog: { kind: 'path', summary: 'watchdog device that resets this host when the agent of a master is gone, such as /dev/watchdog', fallback: null },
  fenceCommand: { kind: 'path', summary: 'program that makes sure that the Tarantool of this host does not write: <instance> <replicaset> <epoch> <reason>', fallback: null },
  stonithCommand: { kind: 'path', summary: 'the same for an instance of another host, run before its leadership is taken over', fallback: null },
  stonithPolicy: { kind: 'choice', summary: 'when that program fails: no take-over (require), or only a line in the log (try)', fallback: 'try', choices: ['require', 'try'] },
  keepDatabase: { kind: 'boolean', summary: 'SIGTERM stops the agent only; Tarantool goes on, and the next agent finds it', fallback: 'false' },
  forget: { kind: 'boolean', summary: 'become a new instance: identity, configuration and data of the old one are moved aside', fallback: 'false' },
} as const satisfies Record<string, Definition>;

export type SettingName = keyof typeof definitions;
export const settingNames = Object.keys(definitions) as SettingName[];

const words = (name: string, between: string) => name.replaceAll(/[A-Z]/g, (letter) => `${between}${letter.toLowerCase()}`);
export const flagOf = (name: SettingName): string => `--${words(name, '-')}`;
export const variableOf = (name: SettingName): string => `COTERIE_${words(name, '_').toUpperCase()}`;
export const keyOf = (name: SettingName): string => words(name, '_');
