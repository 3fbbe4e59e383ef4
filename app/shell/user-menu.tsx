'use client';
import { ActionIcon, Menu, Text, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { mutate, useApi } from '~/app/api.tsx';
import { problemFrom } from '~/app/lib/problem.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Check, Lock, Moon, Screen, SignOut, Sun, User } from '~/app/ui/icons.tsx';

const schemes = [
  { value: 'light', label: 'Light', Icon: Sun },
  { value: 'dark', label: 'Dark', Icon: Moon },
  { value: 'auto', label: 'As the system', Icon: Screen },
] as const satisfies readonly { value: MantineColorScheme; label: string; Icon: unknown }[];

export function UserMenu() {
  const { user, role } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const api = useApi();
  const { open } = useOperations();
  const signOut = async () => {
    try {
      await mutate(api, 'session.logout', {});
      window.location.replace('/login');
    } catch (error) {
      notifications.show({ color: 'red', title: 'Still signed in', message: problemFrom(error).detail });
    }
  };
  return (
    <Menu width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account: ${user}, ${role}`}>
          <User size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)" truncate>{user}</Text>
          <Text size="xs" c="dimmed">Role: {role}</Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>Appearance</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(schemes.find((scheme) => scheme.value === value)?.value ?? 'auto')}>
          {schemes.map(({ value, label, Icon }) => (
            <Menu.RadioItem key={value} value={value} checkIcon={<Check size={14} />} rightSection={<Icon />}>{label}</Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<Lock />} onClick={() => open('session.changePassword')}>Change password</Menu.Item>
        <Menu.Item leftSection={<SignOut />} onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
