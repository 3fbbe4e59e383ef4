'use client';
import { Button, Checkbox, Group, Skeleton, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '~/app/api.tsx';
import { countText, dateTimeText } from '~/app/lib/format.ts';
import { lostFileName, rangesOf, rowText, type ShownRow } from '~/app/lib/lost-rows.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { saveFile } from '~/app/lib/save-file.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Download } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { LostRowsRow } from '~/contract/shapes/incident.ts';
import styles from './lost.module.css';

const pageRows = 50;
const exportRows = 1000;
/** A browser holds no more; the command line takes out any file. */
const exportMax = 100_000;

/** The rows of one file, page by page: look, choose, write them again. */
export function LostFile({ file }: { file: LostRowsRow }) {
  const api = useApi();
  const { open } = useOperations();
  const { role } = useSession();
  const [offset, setOffset] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [exporting, setExporting] = useState<string | null>(null);
  const subject = { instance: file.instance.alias, name: file.name };
  const mayNot = refusalFor('failover.readLostRows', role);
  const rows = useQuery({ queryKey: ['failover', 'readLostRows', subject, offset], queryFn: () => api.failover.readLostRows.query({ ...subject, offset, limit: pageRows }), placeholderData: keepPreviousData, staleTime: Infinity, enabled: mayNot === null });
  if (mayNot !== null) return <Text size="sm" c="dimmed">These rows are data of users. {mayNot}.</Text>;
  const whyNot = refusalFor('failover.replayLostRows', role);
  const shown = rows.data?.rows ?? [];
  const whole = shown.length > 0 && shown.every(({ number }) => chosen.has(number));
  const choose = (numbers: readonly number[], on: boolean) => setChosen((before) => { const next = new Set(before); for (const number of numbers) { if (on) next.add(number); else next.delete(number); } return next; });
  const take = async () => {
    const all: ShownRow[] = [];
    try {
      for (let from = 0; from < Math.min(file.rows, exportMax); from += exportRows) {
        setExporting(`${from} of ${file.rows}`);
        all.push(...(await api.failover.readLostRows.query({ ...subject, offset: from, limit: exportRows })).rows);
      }
      saveFile(lostFileName(file), JSON.stringify({ ...subject, replicaset: file.replicaset.alias, epoch: file.epoch, why: file.why, complete: file.complete && file.rows <= exportMax, rows: all }, null, 1), 'application/json');
    } finally {
      setExporting(null);
    }
  };
  return (
    <div className={styles.file} data-testid="lost-file">
      <div className={styles.bar}>
        <Text size="sm" c="dimmed" component="span">{chosen.size === 0 ? `${countText(file.rows, 'row')}; choose those to write again` : `${chosen.size} of ${countText(file.rows, 'row')} chosen`}</Text>
        <Group gap={6} ml="auto">
          <Button size="compact-sm" variant="default" leftSection={<Download size={14} />} loading={exporting !== null} onClick={() => void take()}>Export JSON</Button>
          <WhyDisabled why={whyNot ?? (chosen.size === 0 ? 'Choose rows first' : null)}><Button size="compact-sm" disabled={whyNot !== null || chosen.size === 0} onClick={() => open('failover.replayLostRows', { ...subject, rows: rangesOf(chosen) })}>Write chosen again</Button></WhyDisabled>
        </Group>
      </div>
      {file.rows > exportMax && <Text size="xs" c="dimmed">Here the first {exportMax} rows can be taken out; all of them by <code>coterie failover export-lost-rows {subject.instance} {subject.name}</code>.</Text>}
      {rows.error && <ProblemAlert problem={problemFrom(rows.error)} />}
      {rows.isPending ? <Skeleton height={160} /> : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Rows of ${file.name}`}>
          <table className={styles.rows}>
            <thead><tr><th scope="col"><Checkbox size="xs" aria-label="Choose this page" checked={whole} indeterminate={!whole && shown.some(({ number }) => chosen.has(number))} onChange={(event) => choose(shown.map(({ number }) => number), event.currentTarget.checked)} /></th><th scope="col">Row</th><th scope="col">Written</th><th scope="col">Operation</th><th scope="col">Space</th><th scope="col">What</th></tr></thead>
            <tbody>{shown.map((row) => <Row key={row.number} row={row} chosen={chosen.has(row.number)} onChoose={(on) => choose([row.number], on)} />)}</tbody>
          </table>
        </div>
      )}
      {file.rows > pageRows && (
        <Group gap={8}>
          <Button size="compact-sm" variant="default" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - pageRows))}>Earlier</Button>
          <Text size="sm" c="dimmed" component="span" className="number">{offset + 1} to {Math.min(offset + pageRows, file.rows)} of {file.rows}</Text>
          <Button size="compact-sm" variant="default" disabled={offset + pageRows >= file.rows} onClick={() => setOffset(offset + pageRows)}>Later</Button>
        </Group>
      )}
    </div>
  );
}

function Row({ row, chosen, onChoose }: { row: ShownRow; chosen: boolean; onChoose: (on: boolean) => void }) {
  const { number, at, operation, space, lsn, origin, transaction } = row;
  return (
    <tr data-row={number} data-chosen={chosen || undefined}>
      <td><Checkbox size="xs" aria-label={`Choose row ${number}`} checked={chosen} onChange={(event) => onChoose(event.currentTarget.checked)} /></td>
      <td className="number" title={`lsn ${lsn} of replica ${origin}${transaction === null ? '' : `, transaction ${transaction}`}`}>{number}</td>
      <td className="number">{dateTimeText(at)}</td>
      <td>{operation}</td>
      <td>{space}</td>
      <td className={styles.what}>{rowText(row)}</td>
    </tr>
  );
}
