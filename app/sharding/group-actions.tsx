'use client';
import { Button } from '@mantine/core';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import type { Action } from '~/app/lib/actions.ts';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';

const noProvider = 'There is no state provider: turn on failover first';

/** What can be done to the buckets of a group: what is wanted often as buttons, the rest in a menu. */
export function GroupActions({ group: { group, bootstrapped, pause, settings, inFlight, run, health }, enabled }: { group: GroupStatus; enabled: boolean }) {
  const { open } = useOperations();
  const { role } = useSession();
  // Without the word of a coordinator it is not known whether there are buckets.
  const fresh = bootstrapped === null && health !== 'unknown';
  const unable = enabled ? (bootstrapped === null ? (fresh ? 'The group has no buckets yet' : 'No coordinator answers') : null) : noProvider;
  const button = (operation: MutationName, label: string, unfit: string | null) => {
    const why = refusalFor(operation, role) ?? unfit;
    return <WhyDisabled why={why}><Button variant="default" size="xs" disabled={why !== null} onClick={() => open(operation, { group })}>{label}</Button></WhyDisabled>;
  };
  const action = (operation: MutationName, label: string, unfit: string | null): Action => ({ operation, label, input: { group }, ...(unfit === null ? {} : { unfit }) });
  const startable = settings.rebalance === 'manual' ? (run === null ? null : 'It is started already') : settings.rebalance === 'auto' ? 'Rebalancing is automatic' : 'Rebalancing is off';
  return (
    <>
      {fresh && button('sharding.bootstrap', 'Bootstrap', enabled ? null : noProvider)}
      {button('sharding.weigh', 'Weights', null)}
      {!fresh && settings.rebalance === 'manual' && pause === null && button('sharding.start', 'Start', unable ?? startable)}
      {!fresh && pause === null && button('sharding.pause', 'Pause', unable)}
      {!fresh && inFlight > 0 && button('sharding.abort', 'Cut short', unable)}
      {button('sharding.configure', 'Settings', null)}
      {!fresh && (
        <ActionMenu
          label={`More on group ${group}`}
          actions={[action('sharding.move', 'Move buckets', unable), action('sharding.pin', 'Pin buckets', unable), action('sharding.unpin', 'Unpin buckets', unable), ...(settings.rebalance === 'manual' ? [] : [action('sharding.start', 'Start', unable ?? startable)]), ...(inFlight > 0 ? [] : [action('sharding.abort', 'Cut short', unable ?? 'Nothing is under way')])]}
        />
      )}
    </>
  );
}
