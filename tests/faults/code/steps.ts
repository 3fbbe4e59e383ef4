import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentProgram } from '~/tests/support/process-cluster.ts';
import { candidateIn } from './candidate.ts';

/** How far an apply of code is, by what its agents have written to their disks. */

export const steps = ['asked', 'checking', 'prepared at one', 'prepared at all', 'committed at one', 'committed at all', 'code at one', 'code at all'] as const;
export type Step = (typeof steps)[number];

export class Watch {
  readonly #agents: readonly AgentProgram[];
  readonly #version: number;
  readonly #written: readonly number[];
  readonly #roles: readonly ReadonlySet<string>[];

  /** Made before it is asked for: `version` is the one that it will have. */
  constructor(agents: readonly AgentProgram[], version: number) {
    this.#agents = agents;
    this.#version = version;
    this.#written = agents.map(writtenAt);
    this.#roles = agents.map((agent) => new Set(rolesOf(agent)));
  }

  /** Resolves true when it has got there; false when `over` says that it never will. */
  async reached(step: Step, over: () => boolean): Promise<boolean> {
    for (;;) {
      if (this.#has(step)) return true;
      if (over()) return false;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #has(step: Step): boolean {
    const agents = [...this.#agents];
    switch (step) {
      case 'asked':
        return true;
      case 'checking':
        return agents.some((agent, at) => rolesOf(agent).some((name) => !this.#roles[at]!.has(name)));
      case 'prepared at one':
        return agents.some((agent) => this.#prepared(agent));
      case 'prepared at all':
        return agents.every((agent) => this.#prepared(agent));
      case 'committed at one':
        return agents.some((agent) => this.#committed(agent));
      case 'committed at all':
        return agents.every((agent) => this.#committed(agent));
      case 'code at one':
        return agents.some((agent, at) => writtenAt(agent) !== this.#written[at]);
      case 'code at all':
        return agents.every((agent, at) => writtenAt(agent) !== this.#written[at]);
    }
  }

  #prepared = (agent: AgentProgram): boolean => candidateIn(agent.dataDir) === this.#version || this.#committed(agent);
  #committed = ({ dataDir }: AgentProgram): boolean => existsSync(join(dataDir, 'config', `${String(this.#version).padStart(10, '0')}.json`));
}

/** The file of each has a name that says its text. */
const rolesOf = ({ dataDir }: AgentProgram): string[] => readdirSync(join(dataDir, 'roles'));

/** Of the bundle that is to be in force. */
function writtenAt({ dataDir }: AgentProgram): number {
  const path = join(dataDir, 'roles', 'bundle');
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
