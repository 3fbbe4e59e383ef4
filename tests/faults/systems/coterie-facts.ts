/** What instances say about themselves when they are asked from outside, past agents and leases. */
import { connectionDefaults, openConnection, systemClock } from '~/iproto/index.ts';
import type { TarantoolUser } from '../targets/tarantool.ts';
import type { Endpoint } from '../workloads/target.ts';

export type InstanceFacts = {
  readonly node: string;
  readonly uuid: string;
  readonly readOnly: boolean;
  /** Without what is local to the instance. */
  readonly vclock: string;
  readonly epoch: number;
  /** Uuids of those whose rows it fetches. */
  readonly follows: readonly string[];
  /** Of links that are broken, and of a status that is not `running`. */
  readonly trouble: string;
  /** Epoch, from and to in seconds of CLOCK_MONOTONIC, when it could write since its start; `to` null: still. */
  readonly intervals: readonly (readonly [number, number, number | null])[];
  /** Of the workloads' data; empty if it was not asked for. */
  readonly digest: string;
};

const program = `
  local digests = ...
  local info, follows, trouble, vclock = box.info, {}, {}, {}
  if info.status ~= 'running' then table.insert(trouble, info.status) end
  for _, peer in pairs(info.replication) do
    local up = peer.upstream
    if up and (up.status == 'follow' or up.status == 'sync') then table.insert(follows, peer.uuid)
    elseif up then table.insert(trouble, tostring(up.status) .. ': ' .. tostring(up.message)) end
  end
  for id, lsn in pairs(info.vclock) do if id ~= 0 and lsn > 0 then table.insert(vclock, ('%d:%d'):format(id, tonumber(lsn))) end end
  table.sort(vclock)
  local row = box.space._coterie_epoch and box.space._coterie_epoch:get(1)
  local intervals, known = setmetatable({}, {__serialize = 'seq'}), package.loaded['lease.intervals']
  for _, one in ipairs(known and known.all() or {}) do table.insert(intervals, {one.epoch, one.from, one.to}) end
  local digest = ''
  if digests then
    local crc, rows = require('digest').crc32.new(), 0
    for _, name in ipairs({'faults_set', 'faults_register', 'faults_counter', 'faults_bank', 'faults_accounts', 'faults_notes', 'faults_ballast', '_coterie_buckets'}) do
      local space = box.space[name]
      for _, tuple in ipairs(space and space:select() or {}) do
        crc:update(require('json').encode(tuple))
        rows = rows + 1
      end
    end
    digest = ('%d rows, crc %x'):format(rows, crc:result())
  end
  return info.uuid, info.ro, table.concat(vclock, ' '), row and row[2] or 0, setmetatable(follows, {__serialize = 'seq'}), table.concat(trouble, '; '), digest, intervals`;

const [askMs, digestMs] = [3_000, 30_000];

/** Those that answer. */
export async function askInstances(instances: readonly { readonly node: string; readonly endpoint: Endpoint }[], { user, digests }: { readonly user: TarantoolUser; readonly digests: boolean }): Promise<InstanceFacts[]> {
  const asked = instances.map(async ({ node, endpoint }): Promise<InstanceFacts[]> => {
    try {
      const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, address: { ...endpoint }, credentials: { user: user.user, password: user.password }, connectTimeoutMs: askMs });
      const values = await connection.eval(program, [digests], { timeoutMs: digests ? digestMs : askMs }).finally(() => connection.close());
      const [uuid, readOnly, vclock, epoch, follows, trouble, digest, intervals] = values as [string, boolean, string, number, string[], string, string, [number, number, number | null][]];
      return [{ node, uuid, readOnly, vclock, epoch, follows, trouble, digest, intervals }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(asked)).flat();
}
