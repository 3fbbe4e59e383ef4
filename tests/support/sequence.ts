import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The order of the files that run beside each other: pages, which compute, next to what waits for processes; the long ones first, so that nobody is left alone with one at the end. */

const long = ['issues-failover', 'apply-faults', 'store-kill', 'store-sqlite', 'issues-agents', 'server-alerts', 'alert-servers', 'server-cluster', 'integration/issues', 'issues-database', 'instance-looks', 'browser/repairs', 'browser/access', 'accessibility'];

function rank({ moduleId }: TestSpecification): number {
  const at = long.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
  return at === -1 ? long.length : at;
}

/** Evenly mixed, each in its order. */
function mixed<T>(...lists: readonly (readonly T[])[]): T[] {
  return lists
    .flatMap((list) => list.map((item, index) => ({ item, at: (index + 0.5) / list.length })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export class Sequence extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Not an array's: the slow ones of the last run first, or the big ones.
    const sort = super.sort.bind(this);
    const sorted = (await sort(files)).toSorted((a, b) => rank(a) - rank(b));
    const isPage = ({ moduleId }: TestSpecification) => moduleId.includes('/tests/browser/');
    return mixed(sorted.filter((file) => !isPage(file)), sorted.filter(isPage));
  }
}
