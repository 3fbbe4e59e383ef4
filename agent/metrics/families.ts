import type { Families } from '~/core/metrics/exposition.ts';
import { gossipFamilies, processFamilies } from '~/core/metrics/shared-families.ts';

/** All that an agent exports for Prometheus. docs/metrics.md is made from these rows. */

const peer = { peer: 'uuid of the peer' } as const;

export const agentFamilies = {
  coterie_agent_info: { type: 'gauge', unit: '1', help: 'Who this is; joined to the others by `instance`, it gives them a name.', labels: { alias: 'the instance', uuid: 'the instance', replicaset: 'alias of its replicaset, empty where it has none', zone: 'its zone, empty where it has none', version: 'of the agent' } },
  coterie_agent_state: { type: 'gauge', unit: '1', help: 'State of the instance; 1 where it is.', labels: { state: '`ready`, `crashed`, ... as in agent.md', goal: 'the state where it should be' } },
  coterie_agent_config_version: { type: 'gauge', unit: 'number', help: 'Configuration version that is committed here.' },
  coterie_agent_applied_version: { type: 'gauge', unit: 'number', help: 'Configuration version whose effects are in place.' },
  coterie_agent_disk_bytes: { type: 'gauge', unit: 'bytes', help: 'Size of the disk with the data directory.' },
  coterie_agent_disk_free_bytes: { type: 'gauge', unit: 'bytes', help: 'What is free of it.' },
  coterie_database_up: { type: 'gauge', unit: '1 or 0', help: 'Tarantool runs, is configured and has answered the agent within the last second or two.' },
  coterie_database_info: { type: 'gauge', unit: '1', help: 'What Tarantool says of itself.', labels: { version: 'of Tarantool', status: '`running`, `loading`, `orphan`, `hot_standby`' } },
  coterie_database_read_only: { type: 'gauge', unit: '1 or 0', help: '0: it is the master.' },
  coterie_database_exits_total: { type: 'counter', unit: 'exits', help: 'Times that Tarantool ended unasked since the agent started.' },
  coterie_database_crash_loop: { type: 'gauge', unit: '1 or 0', help: 'It ended five times in a row within a minute of its start.' },
  coterie_database_resident_memory_bytes: { type: 'gauge', unit: 'bytes', help: 'Resident memory of Tarantool.' },
  coterie_database_cpu_ratio: { type: 'gauge', unit: 'cores', help: 'CPU of Tarantool over the last second; 1 is a whole core.' },
  coterie_database_start_time_seconds: { type: 'gauge', unit: 'seconds', help: 'Start of Tarantool, since the epoch.' },
  coterie_database_requests_total: { type: 'counter', unit: 'requests', help: 'Requests since the start of Tarantool (box.stat); what a called function does inside counts too.', labels: { kind: '`select`, `insert`, `replace`, `update`, `upsert`, `delete`, `call`, `eval`, `execute`, `prepare`, `auth`, `error`' } },
  coterie_database_connections: { type: 'gauge', unit: 'connections', help: 'Client connections that are open.' },
  coterie_database_requests_in_progress: { type: 'gauge', unit: 'requests', help: 'Requests that came over the network and are not answered yet.' },
  coterie_database_network_requests_total: { type: 'counter', unit: 'requests', help: 'Requests that came over the network.' },
  coterie_database_network_bytes_total: { type: 'counter', unit: 'bytes', help: 'Bytes to and from clients and replicas.', labels: { direction: '`in` or `out`' } },
  coterie_database_memory_quota_bytes: { type: 'gauge', unit: 'bytes', help: 'What it may take for tuples and indexes (memtx_memory).' },
  coterie_database_memory_reserved_bytes: { type: 'gauge', unit: 'bytes', help: 'What it has taken of that (quota_used).' },
  coterie_database_memory_arena_bytes: { type: 'gauge', unit: 'bytes', help: 'Slabs for tuples and indexes, in use or not (arena_size).' },
  coterie_database_memory_used_bytes: { type: 'gauge', unit: 'bytes', help: 'Tuples and indexes (arena_used).' },
  coterie_database_memory_bytes: { type: 'gauge', unit: 'bytes', help: 'Memory by use (box.info.memory).', labels: { kind: '`cache`, `data`, `index`, `lua`, `net`, `tx`' } },
  coterie_database_rows_total: { type: 'counter', unit: 'rows', help: "Sum of the vclock: rows of the log, its own and those replicated to it." },
  coterie_replication_lag_seconds: { type: 'gauge', unit: 'seconds', help: 'How far this instance was behind the peer when the last row came.', labels: peer },
  coterie_replication_idle_seconds: { type: 'gauge', unit: 'seconds', help: 'Since something was heard of the peer; a heartbeat is due every second.', labels: peer },
  coterie_replication_running: { type: 'gauge', unit: '1 or 0', help: 'This instance follows the peer, or is synchronising with it.', labels: peer },
  coterie_agent_failover_leads: { type: 'gauge', unit: '1 or 0', help: 'The instance is the master of its replicaset by its own word, and its lease is not over; absent where it takes no part in failover.' },
  coterie_agent_failover_led: { type: 'gauge', unit: '1 or 0', help: 'Its replicaset has a master as far as this agent knows: it leads itself, has seen the lease of the master renewed within the length of it, or is bound by what it promised the master.' },
  coterie_agent_failover_epoch: { type: 'gauge', unit: 'number', help: 'Newest epoch of its replicaset that it knows; 0: none.' },
  coterie_agent_failover_lease_left_seconds: { type: 'gauge', unit: 'seconds', help: 'How long it may write without a renewal; below zero it may not. Absent where it holds no lease.' },
  coterie_agent_failover_failsafe: { type: 'gauge', unit: '1 or 0', help: 'It leads by the promises of the members, as the state provider is lost.' },
  coterie_agent_failover_hindered: { type: 'gauge', unit: '1 or 0', help: 'Something keeps it from leading or following, or it leads and lets no write through.' },
  coterie_agent_failover_copies_missing: { type: 'gauge', unit: 'copies', help: 'So many more voters have to follow before a write in durability quorum or strict is acknowledged; 0 where enough do, or the master acknowledges alone. Absent where the instance does not lead.' },
  coterie_agent_failover_provider_answers: { type: 'gauge', unit: '1 or 0', help: 'The state provider answered this agent when it asked last; absent where failover needs none.' },
  coterie_agent_failover_provider_seconds: { type: 'gauge', unit: 'seconds', help: 'Round trip of this agent to the state provider; absent where that does not answer.' },
  coterie_agent_failover_coordinator_active: { type: 'gauge', unit: '1 or 0', help: 'This agent is the coordinator that is active; absent where it has no such role.' },
  coterie_agent_failover_coordinator_term: { type: 'gauge', unit: 'number', help: 'Fencing token of the coordinator that is active, as this one knows it; absent where it knows of none, or has no such role.' },
  coterie_agent_failover_lost_rows_files: { type: 'gauge', unit: 'files', help: 'Files of rows that the master never had: this agent has saved them, and nobody has discarded them.' },
  coterie_agent_sharding_buckets: { type: 'gauge', unit: 'buckets', help: 'Buckets of the instance, by state; absent where it keeps none.', labels: { state: '`active`, `pinned`, `sending`, `receiving`, `sent`, `garbage`' } },
  coterie_agent_sharding_leaving_buckets: { type: 'gauge', unit: 'buckets', help: 'Buckets that were ordered to leave and have not arrived yet.' },
  coterie_agent_sharding_moved_total: { type: 'counter', unit: 'buckets', help: 'Buckets that the instance has handed over since the agent started.' },
  coterie_agent_sharding_hindered: { type: 'gauge', unit: '1 or 0', help: 'The instance names something that keeps buckets where they are.' },
  coterie_gossip_members: { type: 'gauge', unit: 'members', help: 'Other members by what this one takes them for.', labels: { state: '`alive`, `suspected`, `dead`, `left`' } },
  coterie_gossip_rtt_seconds: { type: 'gauge', unit: 'seconds', help: 'Round trip to the other members, as gossip measures it.', labels: { of: '`median` or `max`' } },
  ...gossipFamilies,
  ...processFamilies,
} as const satisfies Families;

export type AgentFamilies = typeof agentFamilies;
