import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The order of the files that run beside each other: the long ones first, so that nobody is left alone with one at the end. */

const long = ['faults-providers', 'faults-others', 'issues-failover', 'apply-faults', 'store-kill', 'store-sqlite', 'issues-agents', 'server-alerts', 'alert-servers', 'server-cluster', 'integration/issues', 'issues-database'];

function rank({ moduleId }: TestSpecification): number {
  const at = long.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
  return at === -1 ? long.length : at;
}

export class Sequence extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Not an array's: the slow ones of the last run first, or the big ones.
    const sort = super.sort.bind(this);
    return (await sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
