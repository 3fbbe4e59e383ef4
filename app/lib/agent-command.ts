/** The command that starts one more agent on this machine, ready to be pasted. */
export type AgentCommand = {
  readonly cluster: string;
  /** Gossip addresses of servers. */
  readonly seeds: readonly string[];
  /** How many instances are there already: the next one gets the next ports. */
  readonly known: number;
};

type Views = { readonly address: string; readonly observers: readonly { readonly kind: string; readonly members: readonly { readonly kind: string; readonly state: string; readonly address: string }[] }[] };

/** This server first, then the others that it sees: any one of them lets a new member in. */
export function seedsOf(views: Views | undefined): string[] {
  const others = views?.observers.find(({ kind }) => kind === 'server')?.members ?? [];
  const servers = others.filter(({ kind, state }) => kind === 'server' && state === 'alive').map(({ address }) => address);
  return [...new Set([views?.address ?? '', ...servers])].filter((address) => address !== '');
}

const firstPorts = { listen: 3301, gossip: 7301, http: 8301 } as const;

export function agentCommand({ cluster, seeds, known }: AgentCommand): string {
  const flag = (name: keyof typeof firstPorts) => `--${name} 127.0.0.1:${firstPorts[name] + known}`;
  const name = `i${known + 1}`;
  return [
    `coterie agent --name ${name} --cluster ${cluster} --data-dir ./${name}`,
    `${flag('listen')} ${flag('gossip')} ${flag('http')}`,
    `--seeds ${seeds.length === 0 ? '127.0.0.1:7300' : seeds.join(',')} --secret-file ./cluster-secret`,
  ].join(' \\\n  ');
}
