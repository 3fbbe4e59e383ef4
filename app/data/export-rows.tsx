'use client';
import { Alert, Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { questionOf, type DataAddress } from '~/app/lib/data.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { saveFile } from '~/app/lib/save-file.ts';
import { Download } from '~/app/ui/icons.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';

const rowsMax = 10_000;

/** What is asked for as a file, up to a limit that is told when it was reached. */
export function ExportRows({ address, disabled }: { address: DataAddress; disabled: string | null }) {
  const api = useApi();
  const taken = useMutation({
    mutationFn: async (format: 'csv' | 'json') => {
      const answer = await api.data.export.query({ ...questionOf(address)!, format, limit: rowsMax });
      saveFile(`${address.space}.${format}`, answer.text, format === 'csv' ? 'text/csv' : 'application/x-ndjson');
      return answer;
    },
  });
  const note = taken.error ? problemFrom(taken.error).detail : taken.data && (taken.data.cut || taken.data.missing.length > 0) ? `${taken.data.cut ? `Cut after ${taken.data.rows} rows: the rest by the command line, with --cursor. ` : ''}${taken.data.missing.map(({ sentence }) => sentence).join(' ')}` : null;
  return (
    <>
      {note !== null && <Alert color="yellow" p={6} role="status" withCloseButton closeButtonLabel="Dismiss" onClose={() => taken.reset()}>{note}</Alert>}
      <Menu position="bottom-end">
        <WhyDisabled why={disabled}><Menu.Target><Button size="compact-sm" variant="default" leftSection={<Download size={14} />} disabled={disabled !== null} loading={taken.isPending}>Export</Button></Menu.Target></WhyDisabled>
        <Menu.Dropdown>
          <Menu.Item onClick={() => taken.mutate('csv')}>CSV, for spreadsheets</Menu.Item>
          <Menu.Item onClick={() => taken.mutate('json')}>JSON, one row a line</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
