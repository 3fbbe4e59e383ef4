'use client';
import { Button, Group } from '@mantine/core';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';

/** What can be done to the buckets of a group. */
export function GroupActions({ group: { group, bootstrapped, pause, settings, inFlight }, enabled }: { group: GroupStatus; enabled: boolean }) {
  const { open } = useOperations();
  const { role } = useSession();
  const button = (operation: MutationName, label: string, unfit: string | null = null) => {
    const why = refusalFor(operation, role) ?? (enabled || operation === 'sharding.configure' ? unfit : 'There is no state provider: turn on failover first');
    return <WhyDisabled why={why}><Button variant="default" size="xs" disabled={why !== null} onClick={() => open(operation, { group })}>{label}</Button></WhyDisabled>;
  };
  if (bootstrapped === null) return <Group gap={6}>{button('sharding.bootstrap', 'Bootstrap')}{button('sharding.configure', 'Settings')}</Group>;
  return (
    <Group gap={6}>
      {button('sharding.configure', 'Settings')}
      {settings.rebalance === 'manual' && button('sharding.start', 'Start')}
      {pause === null ? button('sharding.pause', 'Pause') : button('sharding.resume', 'Resume')}
      {button('sharding.abort', 'Cut short', inFlight === 0 ? 'Nothing is under way' : null)}
      {button('sharding.move', 'Move buckets')}
      {button('sharding.pin', 'Pin')}
      {button('sharding.unpin', 'Unpin')}
    </Group>
  );
}
