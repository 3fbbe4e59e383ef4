'use client';
import { Button, FileButton, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useRef } from 'react';
import { useApi } from '~/app/api.tsx';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { saveFile } from '~/app/lib/save-file.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { ChevronDown } from '~/app/ui/icons.tsx';

const bytesMax = 8 * 1024 * 1024;

/** The whole cluster as one file, cluster.yml: read from any version, and applied with a plan. */
export function ClusterFile({ version }: { version: number }) {
  const api = useApi();
  const { open } = useOperations();
  const { role } = useSession();
  const reset = useRef<() => void>(null);
  const why = refusalFor('topology.apply', role);
  const save = async () => {
    try {
      const answer = await api.topology.export.query({ version });
      saveFile(`cluster-v${answer.version}.yml`, answer.document);
    } catch (error) {
      notifications.show({ color: 'red', title: 'Not downloaded', message: problemFrom(error).detail });
    }
  };
  const apply = async (file: File | null) => {
    reset.current?.();
    if (file === null) return;
    if (file.size > bytesMax) notifications.show({ color: 'red', title: `${file.name} is not taken`, message: 'It is larger than 8 MiB.' });
    else open('topology.apply', { document: await file.text() });
  };
  return (
    // Kept while it is closed: the file is chosen after the menu has gone.
    <Menu width={250} keepMounted>
      <Menu.Target><Button variant="default" rightSection={<ChevronDown size={13} />}>Cluster file</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save()}>Download cluster.yml of version {version}</Menu.Item>
        <FileButton resetRef={reset} accept=".yml,.yaml" onChange={(file) => void apply(file)} inputProps={{ 'aria-label': 'Cluster file' }}>
          {(props) => <Menu.Item {...props} disabled={why !== null} title={why ?? undefined}>Apply a cluster file…</Menu.Item>}
        </FileButton>
      </Menu.Dropdown>
    </Menu>
  );
}
