'use client';
import { ConsolePanel } from '~/app/console/console-panel.tsx';
import { refusalFor } from '~/app/lib/rights.ts';
import { refOf } from '~/app/lib/rows.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import type { TabProps } from './instance-page.tsx';
import { Nothing } from './nothing.tsx';

/** Lua and SQL on this instance. */
export function ConsoleTab({ instance, overview }: TabProps) {
  const { role } = useSession();
  const why = refusalFor('console.eval', role);
  if (why !== null) return <Nothing title="The console is for operators">{`${why}: it shows the data of users. What viewers need is on the other tabs: Storage & memory has the spaces, box.cfg the settings.`}</Nothing>;
  return <ConsolePanel name={instance.uuid} on={refOf(instance, overview.instances)} />;
}
