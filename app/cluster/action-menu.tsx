'use client';
import { ActionIcon, Button, Menu, Text } from '@mantine/core';
import { Fragment } from 'react';
import type { Action } from '~/app/lib/actions.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { ChevronDown, Dots } from '~/app/ui/icons.tsx';

/** What can be done to one object. What may not be done now says why, in the menu itself. */
export function ActionMenu({ label, actions, button }: { label: string; actions: readonly Action[]; button?: string }) {
  const { open } = useOperations();
  const { role } = useSession();
  if (actions.length === 0) return null;
  const firstDanger = actions.findIndex(({ danger }) => danger);
  const forbidden = actions.map(({ operation }) => refusalFor(operation, role));
  // One sentence for all rather than the same one under each.
  const mayNothing = forbidden.every((why) => why !== null);
  return (
    <Menu width={250}>
      <Menu.Target>
        {button === undefined ? (
          <ActionIcon variant="subtle" color="gray" aria-label={label}><Dots /></ActionIcon>
        ) : (
          <Button size="compact-sm" variant="default" rightSection={<ChevronDown size={13} />} style={{ flex: 'none' }}>{button}</Button>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        {mayNothing && <Menu.Label>You are {role}: changes need role operator or admin</Menu.Label>}
        {actions.map((action, index) => {
          const why = forbidden[index] ?? action.unfit ?? null;
          return (
            <Fragment key={action.label}>
              {index === firstDanger && index > 0 && <Menu.Divider />}
              <Menu.Item {...(action.danger ? { color: 'var(--critical)' } : {})} disabled={why !== null} onClick={() => open(action.operation, action.input)} title={why ?? undefined}>
                {action.label}
                {why !== null && !mayNothing && <Text size="xs" c="dimmed" style={{ whiteSpace: 'normal' }}>{why}</Text>}
              </Menu.Item>
            </Fragment>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
