/** What our own figures have to reach. */

export type Target = {
  readonly text: string;
  /** For the median; undefined where there is no target for this profile or size. */
  readonly limit: (profile: 'fast' | 'lan', size: number) => number | undefined;
};

const none: Target['limit'] = () => 0;

const targets: Readonly<Record<string, Target>> = {
  'kill -9, last observer knows': { text: '500 (fast)', limit: (profile) => (profile === 'fast' ? 500 : undefined) },
  'host silent, dead everywhere': { text: '1,700 fast, 4,200 lan', limit: (profile) => (profile === 'fast' ? 1_700 : 4_200) },
  'graceful leave known to all': { text: '10', limit: () => 10 },
  'started at once, full mesh': { text: '500 (n = 30)', limit: (_profile, size) => (size === 30 ? 500 : undefined) },
  'idle bytes per node and second': { text: '900 fast, 200 lan', limit: (profile) => (profile === 'fast' ? 900 : 200) },
  'CPU, % of a core per node': { text: '0.25 (fast)', limit: (profile) => (profile === 'fast' ? 0.25 : undefined) },
  'wrong verdicts, one stopped for 3 s': { text: '0 (lan)', limit: (profile) => (profile === 'lan' ? 0 : undefined) },
  'accusations by the one that was stopped': { text: '0', limit: none },
  'wrong verdicts, 4 busy loops per core': { text: '0', limit: none },
  'accusations, own main loop blocked 5 s': { text: '0', limit: none },
  '4 stopped 8 s / running 0.25 s for 60 s: accusations among the healthy': { text: '0', limit: none },
  '4 stopped 8 s / running 0.25 s for 60 s: wrong verdicts among the healthy': { text: '0', limit: none },
  'memory per member, bytes': { text: '256', limit: () => 256 },
  'resident memory that createSwim adds, MB': { text: '12', limit: () => 12 },
};

export function targetOf(figure: string): Target | undefined {
  return targets[figure];
}
