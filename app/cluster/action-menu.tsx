'use client';
import { ActionIcon, Menu, Text } from '@mantine/core';
import type { Action } from '~/app/lib/actions.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Dots } from '~/app/ui/icons.tsx';

/** What can be done to one object. What may not be done now says why, in the menu itself. */
export function ActionMenu({ label, actions }: { label: string; actions: readonly Action[] }) {
  const { open } = useOperations();
  const { role } = useSession();
  if (actions.length === 0) return null;
  const firstDanger = actions.findIndex(({ danger }) => danger);
  return (
    <Menu width={250}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={label}><Dots /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map((action, index) => {
          const why = refusalFor(action.operation, role) ?? action.unfit ?? null;
          return (
            <div key={action.label}>
              {index === firstDanger && index > 0 && <Menu.Divider />}
              <Menu.Item {...(action.danger ? { color: 'red' } : {})} disabled={why !== null} onClick={() => open(action.operation, action.input)} title={why ?? undefined}>
                {action.label}
                {why !== null && <Text size="xs" c="dimmed" style={{ whiteSpace: 'normal' }}>{why}</Text>}
              </Menu.Item>
            </div>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
