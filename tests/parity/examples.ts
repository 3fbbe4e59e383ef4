import type { z } from 'zod';
import type { Contract } from '~/contract/index.ts';
import type { Operation } from '~/contract/operation.ts';

/** One call of every operation, as input and as words on a command line. An operation without one does not compile. */

type Example<I> = {
  readonly input: I;
  /** `@name` stands for a file with the text from `files`. */
  readonly argv: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
};
export type ExamplesOf<T> = { readonly [N in keyof T]: { readonly [V in keyof T[N]]: T[N][V] extends Operation<any, infer I, any> ? Example<z.input<I>> : never } };

export const password = 'correct horse battery';
const preview = { dryRun: true } as const;
const document = 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n  s2:\n    roles: [storage]\n    instances:\n      c: {}\n      d: {}\n';
const edits = [{ kind: 'editReplicaset', replicaset: 's1', weight: 5 }] as const;

/** Mutations are previews: the answers can then be compared, and nothing depends on the order. */
export const examplesFor = ({ code, member }: { code: string; member: string }): ExamplesOf<Contract> => ({
  cluster: {
    overview: { input: {}, argv: [] },
    watch: { input: {}, argv: [] },
    health: { input: {}, argv: [] },
    issues: { input: { severity: 'warning', object: 'a', muted: false, limit: 3 }, argv: ['--severity', 'warning', '--object', 'a', '--no-muted', '--limit', '3'] },
    events: { input: { kind: 'config', severity: 'info', until: 4e12, limit: 5 }, argv: ['--kind', 'config', '--severity', 'info', '--until', '4000000000000', '--limit', '5'] },
    replication: { input: { replicaset: 's1' }, argv: ['--replicaset', 's1'] },
    metrics: { input: { range: 'day', steps: 24, since: 4e12 }, argv: ['--range', 'day', '--steps', '24', '--since', '4000000000000'] },
    suggestions: { input: {}, argv: [] },
  },
  issue: {
    acknowledge: { input: { issue: 'unreachable:nobody', hours: 8, reason: 'on it', ...preview }, argv: ['unreachable:nobody', '--hours', '8', '--reason', 'on it', '--dry-run'] },
    unacknowledge: { input: { issue: 'unreachable:nobody', ...preview }, argv: ['unreachable:nobody', '--dry-run'] },
    mute: { input: { issue: 'clock-offset:a', hours: 48, reason: 'no NTP there yet', ...preview }, argv: ['clock-offset:a', '--hours', '48', '--reason', 'no NTP there yet', '--dry-run'] },
    unmute: { input: { issue: 'clock-offset', ...preview }, argv: ['clock-offset', '--dry-run'] },
    mutes: { input: {}, argv: [] },
  },
  rule: {
    list: { input: {}, argv: [] },
    add: { input: { name: 'busy', watch: 'count', kind: 'process', count: 5, minutes: 30, severity: 'critical', ...preview }, argv: ['busy', '--watch', 'count', '--kind', 'process', '--count', '5', '--minutes', '30', '--severity', 'critical', '--dry-run'] },
    edit: { input: { name: 'flapping', minutes: 20, enabled: false, ...preview }, argv: ['flapping', '--minutes', '20', '--no-enabled', '--dry-run'] },
    remove: { input: { name: 'flapping', ...preview }, argv: ['flapping', '--dry-run'] },
    test: { input: { name: 'failed-applies', hours: 1 }, argv: ['failed-applies', '--hours', '1'] },
  },
  instance: {
    list: { input: { replicaset: 's1', role: 'storage', unconfigured: false, sort: 'lag', descending: true, limit: 10 }, argv: ['--replicaset', 's1', '--role', 'storage', '--no-unconfigured', '--sort', 'lag', '--descending', '--limit', '10'] },
    get: { input: { instance: 'a' }, argv: ['a'] },
    probe: { input: { address: '127.0.0.1:7301', ...preview }, argv: ['127.0.0.1:7301', '--dry-run'] },
    join: { input: { instance: 'spare', replicaset: 's1', zone: 'z1', electable: false, ...preview }, argv: ['spare', 's1', '--zone', 'z1', '--no-electable', '--dry-run'] },
    edit: { input: { instance: 'a', zone: 'z2', electable: true, ...preview }, argv: ['a', '--zone', 'z2', '--electable', '--dry-run'] },
    disable: { input: { instance: 'b', reason: 'maintenance', ...preview }, argv: ['b', '--reason', 'maintenance', '--dry-run'] },
    enable: { input: { instance: 'b', ...preview }, argv: ['b', '--dry-run'] },
    expel: { input: { instance: 'b', ...preview }, argv: ['b', '--dry-run'] },
    restart: { input: { instance: 'a', ...preview }, argv: ['a', '--dry-run'] },
    stop: { input: { instance: 'a', ...preview }, argv: ['a', '--dry-run'] },
    start: { input: { instance: 'a', ...preview }, argv: ['a', '--dry-run'] },
    rebuild: { input: { instance: 'b', ...preview }, argv: ['b', '--dry-run'] },
    logs: { input: { instance: 'a', source: 'agent', lines: 2 }, argv: ['a', '--source', 'agent', '--lines', '2'] },
    followLogs: { input: { instance: 'a', source: 'agent', lines: 1 }, argv: ['a', '--source', 'agent', '--lines', '1'] },
    boxCfg: { input: { instance: 'a' }, argv: ['a'] },
    spaces: { input: { instance: 'a', search: 'o', system: true, sort: 'rows', limit: 5, offset: 0 }, argv: ['a', '--search', 'o', '--system', '--sort', 'rows', '--limit', '5', '--offset', '0'] },
    metrics: { input: { instance: 'a', range: 'day', since: 4e12, series: ['lagSeconds', 'connections'] }, argv: ['a', '--range', 'day', '--since', '4000000000000', '--series', 'lagSeconds,connections'] },
    followMetrics: { input: { instance: 'a', seconds: 1, series: ['lagSeconds'] }, argv: ['a', '--seconds', '1', '--series', 'lagSeconds'] },
    eval: { input: { instance: 'a', code: 'return 1', timeoutMs: 1000, ...preview }, argv: ['a', 'return 1', '--timeout-ms', '1000', '--dry-run'] },
  },
  replicaset: {
    list: { input: { role: 'storage', sort: 'name', descending: true }, argv: ['--role', 'storage', '--sort', 'name', '--descending'] },
    get: { input: { replicaset: 's1' }, argv: ['s1'] },
    create: { input: { alias: 's3', instances: ['spare'], roles: ['storage'], weight: 2, ...preview }, argv: ['s3', '--instances', 'spare', '--roles', 'storage', '--weight', '2', '--dry-run'] },
    edit: { input: { replicaset: 's1', priority: ['b', 'a'], allRw: false, ...preview }, argv: ['s1', '--priority', 'b,a', '--no-all-rw', '--dry-run'] },
    delete: { input: { replicaset: 's2', ...preview }, argv: ['s2', '--dry-run'] },
    restartReplication: { input: { replicaset: 's1', ...preview }, argv: ['s1', '--dry-run'] },
  },
  failover: {
    status: { input: { replicaset: 's1' }, argv: ['--replicaset', 's1'] },
    watch: { input: {}, argv: [] },
    candidates: { input: { replicaset: 's1' }, argv: ['s1'] },
    timing: { input: { leaseMs: 1500, providerFailoverMs: 640 }, argv: ['--lease-ms', '1500', '--provider-failover-ms', '640'] },
    preview: { input: { replicaset: 's1', to: 'b' }, argv: ['s1', '--to', 'b'] },
    incidents: { input: { replicaset: 's1', state: 'done', limit: 5 }, argv: ['--replicaset', 's1', '--state', 'done', '--limit', '5'] },
    incident: { input: { id: 's1:2' }, argv: ['s1:2'] },
    lostRows: { input: { instance: 'a' }, argv: ['--instance', 'a'] },
    readLostRows: { input: { instance: 'a', name: 'none.json', limit: 5 }, argv: ['a', 'none.json', '--limit', '5'] },
    exportLostRows: { input: { instance: 'a', name: 'epoch-2', from: 5 }, argv: ['a', 'epoch-2', '--from', '5'] },
    replayLostRows: { input: { instance: 'a', name: 'epoch-2', rows: ['1', '3-9'], conflict: 'overwrite', ...preview }, argv: ['a', 'epoch-2', '--rows', '1,3-9', '--conflict', 'overwrite', '--dry-run'] },
    discardLostRows: { input: { instance: 'a', name: 'epoch-2', confirm: 'a', ...preview }, argv: ['a', 'epoch-2', '--confirm', 'a', '--dry-run'] },
    whatIf: { input: { kind: 'host', replicaset: 's1' }, argv: ['--kind', 'host', '--replicaset', 's1'] },
    configure: { input: { leaseMs: 3000, preferredZone: null, failsafe: 'all', ...preview }, argv: ['--lease-ms', '3000', '--no-preferred-zone', '--failsafe', 'all', '--dry-run'] },
    switch: { input: { replicaset: 's1', to: 'b', reason: 'maintenance of a', ...preview }, argv: ['s1', '--to', 'b', '--reason', 'maintenance of a', '--dry-run'] },
    promote: { input: { instance: 'b', force: true, confirm: 'b', ...preview }, argv: ['b', '--force', '--confirm', 'b', '--dry-run'] },
    pause: { input: { reason: 'new switches', for: '30m', ...preview }, argv: ['--reason', 'new switches', '--for', '30m', '--dry-run'] },
    resume: { input: { ...preview }, argv: ['--dry-run'] },
    acknowledge: { input: { replicaset: 's1', ...preview }, argv: ['s1', '--dry-run'] },
    evacuate: { input: { instance: 'a', concurrency: 2, ...preview }, argv: ['--instance', 'a', '--concurrency', '2', '--dry-run'] },
    steal: { input: { ...preview }, argv: ['--dry-run'] },
  },
  sharding: {
    status: { input: { group: 'default' }, argv: ['--group', 'default'] },
    watch: { input: {}, argv: [] },
    plan: { input: { group: 'default', weights: ['s1=2', 's2=0.5'] }, argv: ['default', '--weights', 's1=2,s2=0.5'] },
    history: { input: { group: 'default', range: 'day', steps: 24 }, argv: ['default', '--range', 'day', '--steps', '24'] },
    weigh: { input: { group: 'default', weights: ['s1=2'], ...preview }, argv: ['default', '--weights', 's1=2', '--dry-run'] },
    doctor: { input: { group: 'default' }, argv: ['default'] },
    bootstrap: { input: { group: 'default', ...preview }, argv: ['default', '--dry-run'] },
    configure: { input: { group: 'hot', buckets: 100, rebalance: 'manual', bucketsPerSecond: null, ...preview }, argv: ['hot', '--buckets', '100', '--rebalance', 'manual', '--no-buckets-per-second', '--dry-run'] },
    start: { input: { group: 'default', ...preview }, argv: ['default', '--dry-run'] },
    pause: { input: { group: 'default', reason: 'a sale', expires: '2h', ...preview }, argv: ['default', '--reason', 'a sale', '--expires', '2h', '--dry-run'] },
    resume: { input: { group: 'default', ...preview }, argv: ['default', '--dry-run'] },
    abort: { input: { group: 'default', reason: 'too slow', ...preview }, argv: ['default', '--reason', 'too slow', '--dry-run'] },
    move: { input: { group: 'default', buckets: ['7', '10-20'], to: 's2', ...preview }, argv: ['default', '--buckets', '7,10-20', '--to', 's2', '--dry-run'] },
    pin: { input: { group: 'default', buckets: ['7'], ...preview }, argv: ['default', '--buckets', '7', '--dry-run'] },
    unpin: { input: { group: 'default', buckets: ['7'], ...preview }, argv: ['default', '--buckets', '7', '--dry-run'] },
    repair: { input: { group: 'default', finding: 'doubled', confirm: 'default', ...preview }, argv: ['default', '--finding', 'doubled', '--confirm', 'default', '--dry-run'] },
  },
  router: {
    list: { input: { group: 'default' }, argv: ['--group', 'default'] },
    status: { input: { instance: 'a' }, argv: ['a'] },
    watch: { input: {}, argv: [] },
    restart: { input: { instance: 'a', ...preview }, argv: ['a', '--dry-run'] },
    configure: { input: { group: 'default', workers: 2, callTimeoutMs: 3000, ...preview }, argv: ['default', '--workers', '2', '--call-timeout-ms', '3000', '--dry-run'] },
  },
  topology: {
    plan: { input: { document }, argv: ['-f', '@cluster.yml'], files: { 'cluster.yml': document } },
    apply: { input: { edits: [...edits], prune: false, ...preview }, argv: ['--edits', '@edits.json', '--dry-run'], files: { 'edits.json': JSON.stringify(edits) } },
    export: { input: { version: 1 }, argv: ['--version', '1'] },
    diff: { input: { document }, argv: ['-f', '@cluster.yml'], files: { 'cluster.yml': document } },
  },
  role: {
    list: { input: {}, argv: [] },
    get: { input: { role: 'demo' }, argv: ['demo'] },
  },
  code: {
    tree: { input: { version: 1 }, argv: ['--version', '1'] },
    get: { input: { file: 'roles/demo/init.lua' }, argv: ['roles/demo/init.lua'] },
    diff: { input: { files: { 'roles/demo/init.lua': 'return {}\n' }, version: 1 }, argv: ['--files', 'roles/demo/init.lua=@init.lua', '--version', '1'], files: { 'init.lua': 'return {}\n' } },
    validate: { input: { files: { 'roles/demo/init.lua': 'retrun 1\n' }, instances: false }, argv: ['--files', 'roles/demo/init.lua=@init.lua', '--no-instances'], files: { 'init.lua': 'retrun 1\n' } },
    push: { input: { files: { 'roles/demo/init.lua': 'return { init = print }\n' }, replaceAll: false, ...preview }, argv: ['--files', 'roles/demo/init.lua=@init.lua', '--dry-run'], files: { 'init.lua': 'return { init = print }\n' } },
  },
  schema: {
    list: { input: { role: 'demo', replicaset: 's2' }, argv: ['--role', 'demo', '--replicaset', 's2'] },
    export: { input: { role: 'demo' }, argv: ['--role', 'demo'] },
    check: { input: { role: 'demo', document: 'spaces: {}\n' }, argv: ['demo', '-f', '@spaces.yml'], files: { 'spaces.yml': 'spaces: {}\n' } },
    apply: { input: { role: 'demo', document: 'spaces: {}\n', ...preview }, argv: ['demo', '-f', '@spaces.yml', '--dry-run'], files: { 'spaces.yml': 'spaces: {}\n' } },
  },
  function: {
    list: { input: { role: 'demo', search: 'hel' }, argv: ['--role', 'demo', '--search', 'hel'] },
    get: { input: { function: 'demo.hello' }, argv: ['demo.hello'] },
    stats: { input: { function: 'demo.hello' }, argv: ['demo.hello'] },
    history: { input: { function: 'demo.hello', limit: 5, before: 3 }, argv: ['demo.hello', '--limit', '5', '--before', '3'] },
    call: { input: { function: 'demo.hello', replicaset: 's1', arguments: ['you', 1], ...preview }, argv: ['demo.hello', 's1', '--arguments', '["you", 1]', '--dry-run'] },
  },
  migration: {
    list: { input: { role: 'demo', replicaset: 's1' }, argv: ['--role', 'demo', '--replicaset', 's1'] },
    run: { input: { role: 'demo', replicaset: 's1', to: 2, parallel: 2, timeoutSeconds: 30, ...preview }, argv: ['--role', 'demo', '--replicaset', 's1', '--to', '2', '--parallel', '2', '--timeout-seconds', '30', '--dry-run'] },
    resume: { input: { role: 'demo', ...preview }, argv: ['--role', 'demo', '--dry-run'] },
    down: { input: { role: 'demo', to: 0, ...preview }, argv: ['demo', '--to', '0', '--dry-run'] },
    mark: { input: { role: 'demo', step: '0001-first', replicaset: 's1', as: 'done', ...preview }, argv: ['demo', '0001-first', 's1', '--as', 'done', '--dry-run'] },
    abort: { input: { replicaset: 's1', ...preview }, argv: ['s1', '--dry-run'] },
  },
  config: {
    history: { input: { limit: 3, offset: 0 }, argv: ['--limit', '3', '--offset', '0'] },
    get: { input: { version: 1 }, argv: ['--version', '1'] },
    diff: { input: { from: 1, to: 2 }, argv: ['1', '2'] },
    restore: { input: { version: 1, expectedVersion: 2, ...preview }, argv: ['1', '--expected-version', '2', '--dry-run'] },
    download: { input: {}, argv: [] },
    upload: { input: { sections: { motd: 'a\nb', old: null }, ...preview }, argv: ['--sections', 'motd=@motd.txt', '--sections', 'old=', '--dry-run'], files: { 'motd.txt': 'a\nb' } },
    validate: { input: { sections: { motd: 'x' } }, argv: ['--sections', 'motd=x'] },
  },
  applyRun: {
    list: { input: { state: 'done' }, argv: ['--state', 'done'] },
    get: { input: { id: 'no-such-run' }, argv: ['no-such-run'] },
  },
  databaseUser: {
    list: { input: { search: 'rep' }, argv: ['--search', 'rep'] },
    get: { input: { user: 'reporter' }, argv: ['reporter'] },
    set: { input: { user: 'reporter', roles: ['public'], privileges: { 'space:notes': 'read', universe: null }, takeOver: true, ...preview }, argv: ['reporter', '--roles', 'public', '--privileges', 'space:notes=read', '--privileges', 'universe=', '--take-over', '--dry-run'] },
    remove: { input: { user: 'reporter', ...preview }, argv: ['reporter', '--dry-run'] },
  },
  databaseRole: {
    list: { input: { search: 'read' }, argv: ['--search', 'read'] },
    set: { input: { role: 'reading', privileges: { 'space:*': 'read' }, ...preview }, argv: ['reading', '--privileges', 'space:*=read', '--dry-run'] },
    remove: { input: { role: 'reading', ...preview }, argv: ['reading', '--dry-run'] },
  },
  user: {
    list: { input: {}, argv: [] },
    create: { input: { name: 'ann', role: 'viewer', password, ...preview }, argv: ['ann', '--role', 'viewer', '--dry-run'] },
    edit: { input: { name: 'admin', disabled: false, ...preview }, argv: ['admin', '--no-disabled', '--dry-run'] },
    unlock: { input: { name: 'admin', ...preview }, argv: ['admin', '--dry-run'] },
    delete: { input: { name: 'nobody', ...preview }, argv: ['nobody', '--dry-run'] },
  },
  token: {
    list: { input: {}, argv: [] },
    create: { input: { name: 'ci', role: 'operator', days: 7, ...preview }, argv: ['ci', '--role', 'operator', '--days', '7', '--dry-run'] },
    revoke: { input: { id: 'no-such-token', ...preview }, argv: ['no-such-token', '--dry-run'] },
  },
  session: {
    me: { input: {}, argv: [] },
    login: { input: { name: 'admin', password, token: true, ...preview }, argv: ['admin', '--token', '--dry-run'] },
    claim: { input: { code, name: 'admin', password, ...preview }, argv: ['--code-file', '@code', '--name', 'admin', '--dry-run'], files: { code } },
    changePassword: { input: { password, newPassword: password, ...preview }, argv: ['--dry-run'] },
    logout: { input: { ...preview }, argv: ['--dry-run'] },
    list: { input: {}, argv: [] },
    revoke: { input: { id: 'no-such-session', ...preview }, argv: ['no-such-session', '--dry-run'] },
  },
  audit: { list: { input: { operation: 'topology.apply', limit: 2 }, argv: ['--operation', 'topology.apply', '--limit', '2'] } },
  gossip: {
    members: { input: { by: member }, argv: ['--by', member] },
    views: { input: { limit: 2 }, argv: ['--limit', '2'] },
    stats: { input: {}, argv: [] },
    keyring: { input: {}, argv: [] },
    installKey: { input: { ...preview }, argv: ['--dry-run'] },
    giveKeys: { input: { instance: member, ...preview }, argv: [member, '--dry-run'] },
    useKey: { input: { id: '00000001', ...preview }, argv: ['00000001', '--dry-run'] },
    removeKey: { input: { id: '00000001', ...preview }, argv: ['00000001', '--dry-run'] },
  },
  alert: {
    channels: { input: {}, argv: [] },
    addChannel: {
      input: { channel: 'ops', kind: 'mail', host: '127.0.0.1', port: 2525, tls: 'none', from: 'coterie@example.com', to: ['a@example.com', 'b@example.com'], codes: ['unreachable'], forSeconds: 30, ...preview },
      argv: ['ops', '--kind', 'mail', '--host', '127.0.0.1', '--port', '2525', '--tls', 'none', '--from', 'coterie@example.com', '--to', 'a@example.com,b@example.com', '--codes', 'unreachable', '--for-seconds', '30', '--dry-run'],
    },
    editChannel: { input: { channel: 'no-such-channel', minSeverity: 'critical', enabled: false, ...preview }, argv: ['no-such-channel', '--min-severity', 'critical', '--no-enabled', '--dry-run'] },
    removeChannel: { input: { channel: 'no-such-channel', ...preview }, argv: ['no-such-channel', '--dry-run'] },
    test: { input: { channel: 'no-such-channel', ...preview }, argv: ['no-such-channel', '--dry-run'] },
    silence: { input: { code: 'clock-offset', object: 'a', severity: 'warning', hours: 0.5, reason: 'NTP is being moved', ...preview }, argv: ['--code', 'clock-offset', '--object', 'a', '--severity', 'warning', '--hours', '0.5', '--reason', 'NTP is being moved', '--dry-run'] },
    unsilence: { input: { id: 'nosuchid', ...preview }, argv: ['nosuchid', '--dry-run'] },
    silences: { input: {}, argv: [] },
    deliveries: { input: { channel: 'ops', state: 'sent', limit: 5 }, argv: ['--channel', 'ops', '--state', 'sent', '--limit', '5'] },
  },
  data: {
    spaces: { input: { on: 'a', search: 'o', system: true, limit: 5 }, argv: ['--on', 'a', '--search', 'o', '--system', '--limit', '5'] },
    browse: { input: { space: 'orders', on: 'a', index: 'pk', op: 'ge', key: '1', descending: true, limit: 10, timeoutMs: 4000 }, argv: ['orders', '--on', 'a', '--index', 'pk', '--op', 'ge', '--key', '1', '--descending', '--limit', '10', '--timeout-ms', '4000'] },
    get: { input: { space: 'orders', on: 'a', key: '1' }, argv: ['orders', '1', '--on', 'a'] },
    export: { input: { space: 'orders', on: 'a', format: 'json', limit: 10 }, argv: ['orders', '--on', 'a', '--format', 'json', '--limit', '10'] },
    insert: { input: { space: 'orders', on: 'a', row: '[2, "cake"]', reason: 'asked for', ...preview }, argv: ['orders', '[2, "cake"]', '--on', 'a', '--reason', 'asked for', '--dry-run'] },
    replace: { input: { space: 'orders', on: 'a', row: '{"id": 1, "item": "cake"}', ...preview }, argv: ['orders', '{"id": 1, "item": "cake"}', '--on', 'a', '--dry-run'] },
    update: { input: { space: 'orders', key: '1', on: 'a', operations: '[["=", "item", "cake"]]', ...preview }, argv: ['orders', '1', '[["=", "item", "cake"]]', '--on', 'a', '--dry-run'] },
    delete: { input: { space: 'orders', key: '1', on: 'a', ...preview }, argv: ['orders', '1', '--on', 'a', '--dry-run'] },
  },
  console: {
    eval: { input: { on: 'a,b', code: 'return 1', language: 'lua', timeoutMs: 1000, rowsMax: 10, ...preview }, argv: ['a,b', 'return 1', '--language', 'lua', '--timeout-ms', '1000', '--rows-max', '10', '--dry-run'] },
  },
  retention: {
    get: { input: {}, argv: [] },
    edit: { input: { eventDays: 30, auditDays: 400, ...preview }, argv: ['--event-days', '30', '--audit-days', '400', '--dry-run'] },
  },
});
