'use client';
import { useRef } from 'react';
import { cellClip, keyOf } from '~/app/lib/data.ts';
import { useWindowRows } from '~/app/ui/use-window-rows.ts';
import type { DataPage, DataRow } from '~/contract/shapes/data.ts';
import styles from './data.module.css';

const rowPx = 35;
const allMax = 200;

export const idOf = (page: DataPage, row: DataRow): string => `${row.replicaset?.alias ?? row.instance} ${keyOf(page, row)}`;

type Props = { readonly page: DataPage; readonly rows: readonly DataRow[]; readonly open: string | null; readonly onOpen: (row: DataRow) => void };

/** Rows as they come; of many only those in sight are in the document. */
export function RowsTable({ page, rows, open, onOpen }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const keys = rows.map((row) => idOf(page, row));
  const { rows: shown, onFocus } = useWindowRows({ keys, heightOf: () => rowPx, allMax, body });
  const width = Math.max(page.columns.length, ...rows.map(({ values }) => values.length), 1);
  const sharded = rows.some(({ bucket }) => bucket !== null);
  const visible = shown.getVirtualItems();
  const before = (visible[0]?.index ?? 0) * rowPx;
  const after = (rows.length - 1 - (visible.at(-1)?.index ?? rows.length - 1)) * rowPx;
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Rows of ${page.space}`}>
      <table className={styles.rows} aria-rowcount={rows.length}>
        <thead>
          <tr>
            {Array.from({ length: width }, (_, at) => <th key={at} scope="col">{page.columns[at]?.name ?? `field ${at + 1}`}<span>{page.columns[at]?.type}</span></th>)}
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody ref={body} onFocus={onFocus}>
          {before > 0 && <tr className={styles.spacer} aria-hidden><td style={{ height: before }} /></tr>}
          {visible.map(({ index }) => {
            const row = rows[index]!;
            const key = keys[index]!;
            return (
              <tr key={key} data-index={index} data-row={keyOf(page, row)} data-open={key === open || undefined} aria-rowindex={index + 1}>
                {Array.from({ length: width }, (_, at) => {
                  const value = row.values[at];
                  // What is left out at the end of a row is null to whoever reads it.
                  const text = value === undefined && page.columns[at] === undefined ? '' : cellClip(value);
                  return <td key={at} data-null={value == null || undefined}>{at === 0 ? <button type="button" className={styles.open} aria-label={`Row ${keyOf(page, row)}`} onClick={() => onOpen(row)}>{text === '' ? '""' : text}</button> : text}</td>;
                })}
                <td className={styles.where}>{row.replicaset?.alias ?? row.instance}{sharded && row.bucket !== null && ` · bucket ${row.bucket}`}</td>
              </tr>
            );
          })}
          {after > 0 && <tr className={styles.spacer} aria-hidden><td style={{ height: after }} /></tr>}
        </tbody>
      </table>
    </div>
  );
}
