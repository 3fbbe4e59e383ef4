'use client';
import { ActionIcon, Button, Group, Stack, Title } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import type { Action } from '~/app/lib/actions.ts';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { mapText, markOfRouter, percentilesText, rateText } from '~/app/lib/routers.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { CutStream } from '~/app/ui/cut-stream.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ChevronDown, ChevronRight, Nodes } from '~/app/ui/icons.tsx';
import { Listing, type Column, type Row } from '~/app/ui/listing.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { RouterRow } from '~/contract/shapes/router-view.ts';
import { RouterDetails } from './router-details.tsx';
import styles from './routers.module.css';
import { useRouters } from './use-routers.ts';

const columns: readonly Column[] = [
  { label: 'Router', kind: 'title', width: '12%' },
  { label: 'Address', width: 190 },
  { label: 'State', width: 112 },
  { label: 'Requests/s', kind: 'number', width: 96 },
  { label: 'p50 / p95 / p99', kind: 'number', width: 168 },
  { label: 'Errors/s', kind: 'number', width: 82 },
  { label: 'Clients', kind: 'number', width: 78 },
  { label: 'Map' },
  { label: 'Storages', width: 92 },
  { label: 'Actions', kind: 'menu', width: 88 },
];

/** Where clients connect: each router with what it serves, how fast, and what it knows. */
export function Routers() {
  const { status, following, problem } = useRouters();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = (uuid: string) =>
    setOpened((before) => {
      const next = new Set(before);
      if (!next.delete(uuid)) next.add(uuid);
      return next;
    });
  const rows = status?.map((row) => rowOf(row, { open: opened.has(row.uuid), onToggle: () => toggle(row.uuid) })) ?? null;
  const groups = [...new Set(status?.map(({ group }) => group))].toSorted();
  return (
    <section aria-label="Routers">
      <Stack gap="xs">
        <Group gap="sm" justify="space-between">
          <Title order={2} size={16}>Routers</Title>
          <Group gap={6}>{groups.map((group) => <Settings key={group} group={group} label={groups.length > 1 ? `Settings of ${group}` : 'Settings'} />)}</Group>
        </Group>
        {status !== null && !following && <CutStream of="routers" />}
        <Listing
          caption="Routers"
          rows={rows}
          columns={columns}
          problem={status === null && problem !== null ? { code: 'UNAVAILABLE', title: 'The server does not tell of routers', detail: problem, data: {} } : null}
          empty={{ icon: <Nodes size={32} />, title: 'No routers yet', text: <>Clients of sharded data connect to a router. Give role <b>router</b> to a replicaset on the <Link href="/" className={styles.link}>Cluster page</Link>: each of its instances starts one, with a port 1000 above that of its Tarantool. It needs no data of its own.</> }}
        />
      </Stack>
    </section>
  );
}

function Settings({ group, label }: { group: string; label: string }) {
  const { open } = useOperations();
  const { role } = useSession();
  const why = refusalFor('router.configure', role);
  return <WhyDisabled why={why}><Button variant="default" size="xs" disabled={why !== null} onClick={() => open('router.configure', { group })}>{label}</Button></WhyDisabled>;
}

const actionsOf = ({ instance, state }: RouterRow): Action[] => [
  { operation: 'router.restart', label: 'Restart', input: { instance }, ...(state === 'unknown' ? { unfit: 'Its agent is not heard' } : {}) },
  { operation: 'instance.edit', label: 'Change its address', input: { instance } },
];

function rowOf(row: RouterRow, { open, onToggle }: { open: boolean; onToggle: () => void }): Row {
  const { uuid, instance, address, state, sentence, health, zone, group, requestsPerSecond, errorsPerSecond, connections, poolsUp, pools } = row;
  return {
    key: uuid,
    cells: {
      Router: <><Link href={instancePath(instance)} className={styles.link}>{instance}</Link><div className={styles.quiet}>{[zone, group === 'default' ? null : `group ${group}`].filter((word) => word !== null).join(', ')}</div></>,
      Address: <span className={styles.address}><span className="mono">{address}</span><CopyIcon value={address} what={`the address of the router of ${instance}`} /></span>,
      State: <span title={sentence}><HealthMark health={markOfRouter(row)} size={14}>{state === 'ready' && health !== 'ok' ? 'blind' : state}</HealthMark></span>,
      'Requests/s': rateText(requestsPerSecond),
      'p50 / p95 / p99': <span className={styles.together}>{percentilesText(row)}</span>,
      'Errors/s': <span data-bad={(errorsPerSecond ?? 0) > 0 || undefined} className={styles.errors}>{rateText(errorsPerSecond)}</span>,
      Clients: connections ?? '–',
      Map: mapText(row),
      Storages: pools === null || poolsUp === null ? '–' : poolsUp === pools ? (pools === 0 ? 'none' : `all ${pools} up`) : <HealthMark health="warning" size={13}>{`${poolsUp} of ${pools} up`}</HealthMark>,
      Actions: <span className={styles.buttons}><ActionMenu label={`Actions on the router of ${instance}`} actions={actionsOf(row)} /><ActionIcon variant="subtle" color="gray" aria-expanded={open} aria-label={`Details of the router of ${instance}`} onClick={onToggle}>{open ? <ChevronDown /> : <ChevronRight />}</ActionIcon></span>,
    },
    ...(open || health !== 'ok' ? { below: <>{health !== 'ok' && <p className={styles.sentence}>{sentence}</p>}{open && <RouterDetails instance={instance} />}</> } : {}),
  };
}
