'use client';
import { ActionIcon, Button, Menu, Text } from '@mantine/core';
import Link from 'next/link';
import { Fragment, useCallback, useState, type Ref } from 'react';
import type { Action } from '~/app/lib/actions.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { ChevronDown, Dots } from '~/app/ui/icons.tsx';

type Props = { readonly label: string; readonly actions: readonly Action[]; readonly button?: string; /** Where the object's own page is. */ readonly page?: string };

/** What can be done to one object. Only a button until it is pressed: a long table has hundreds. */
export function ActionMenu(props: Props) {
  const [used, setUsed] = useState(false);
  if (props.actions.length === 0) return null;
  return used ? <OpenMenu {...props} /> : <Target {...props} aria-haspopup="menu" aria-expanded={false} onClick={() => setUsed(true)} />;
}

type TargetProps = Pick<Props, 'label' | 'button'> & { readonly ref?: Ref<HTMLButtonElement> } & Record<string, unknown>;

function Target({ label, button, actions: _actions, page: _page, ...rest }: TargetProps) {
  if (button === undefined) return <ActionIcon variant="subtle" color="gray" aria-label={label} {...rest}><Dots /></ActionIcon>;
  return <Button size="compact-sm" variant="default" rightSection={<ChevronDown size={13} />} style={{ flex: 'none' }} {...rest}>{button}</Button>;
}

/** What may not be done now says why, in the menu itself. */
function OpenMenu({ label, actions, button, page }: Props) {
  const { open } = useOperations();
  const { role } = useSession();
  const [opened, setOpened] = useState(false);
  // It stands where the plain button stood, which had the focus; the menu gives it back there.
  const begin = useCallback((target: HTMLButtonElement | null) => {
    target?.focus({ preventScroll: true });
    if (target !== null) setOpened(true);
  }, []);
  const firstDanger = actions.findIndex(({ danger }) => danger);
  const forbidden = actions.map(({ operation }) => refusalFor(operation, role));
  // One sentence for all rather than the same one under each.
  const mayNothing = forbidden.every((why) => why !== null);
  return (
    // It stays when a live update pushes its button out of sight.
    <Menu width={250} opened={opened} onChange={setOpened} hideDetached={false}>
      <Menu.Target><Target ref={begin} label={label} {...(button === undefined ? {} : { button })} /></Menu.Target>
      <Menu.Dropdown>
        {page !== undefined && (
          <>
            <Menu.Item component={Link} href={page}>Open its page</Menu.Item>
            <Menu.Divider />
          </>
        )}
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
