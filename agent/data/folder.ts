import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What is where in an agent's data directory. Everything in it belongs to one instance, readable by its user only. */
export type DataFolder = {
  readonly root: string;
  readonly identity: string;
  readonly memory: string;
  readonly lock: string;
  readonly config: string;
  readonly candidate: string;
  readonly tarantool: string;
  readonly processRecord: string;
  readonly controlSocket: string;
  readonly gossip: string;
  readonly agentLog: string;
  readonly tarantoolLog: string;
  readonly routerLog: string;
  /** The code of custom roles, as this instance's Tarantool reads it: a folder. */
  readonly roles: string;
};

export function openFolder(root: string): DataFolder {
  const folder: DataFolder = {
    root,
    identity: join(root, 'identity.json'),
    memory: join(root, 'agent.json'),
    lock: join(root, 'agent.lock'),
    config: join(root, 'config'),
    candidate: join(root, 'config', 'candidate'),
    tarantool: join(root, 'tarantool'),
    processRecord: join(root, 'tarantool.pid'),
    controlSocket: join(root, 'control.sock'),
    gossip: join(root, 'gossip.json'),
    agentLog: join(root, 'logs', 'agent.log'),
    tarantoolLog: join(root, 'logs', 'tarantool.log'),
    routerLog: join(root, 'logs', 'router.log'),
    roles: join(root, 'roles'),
  };
  for (const path of [root, folder.config, folder.tarantool, join(root, 'logs')]) mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(root, 0o700);
  return folder;
}
