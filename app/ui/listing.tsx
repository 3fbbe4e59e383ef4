'use client';
import { Button, EmptyState, Table } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import type { Shown } from '~/app/lib/problem.ts';
import styles from './listing.module.css';
import { ProblemAlert } from './problem-alert.tsx';
import { Waiting } from './waiting.tsx';

/** `label` stands over the column, and before the value where there is no room for columns. */
export type Column = { readonly label: string; readonly width?: string | number; readonly kind?: 'title' | 'menu' | 'number' };

/** Cells by the label of their column, null where there is nothing to say; `below` is what is open below the row. */
export type Row = { readonly key: string; readonly cells: Readonly<Record<string, ReactNode>>; readonly below?: ReactNode };

type Props = {
  readonly caption: string;
  readonly rows: readonly Row[] | null;
  readonly columns: readonly Column[];
  readonly problem: Shown | null;
  /** Without it, it is tried again by itself. */
  readonly onRetry?: () => void;
  readonly empty: { readonly icon: ReactNode; readonly title: string; readonly text: ReactNode };
};

/** A table of records with its loading, error and empty states; cards on a phone. */
export function Listing({ caption, rows, columns, problem, onRetry, empty }: Props) {
  const failed = problem && <ProblemAlert problem={problem}>{onRetry && <Button size="compact-sm" variant="default" mt={8} onClick={onRetry}>Try again</Button>}</ProblemAlert>;
  if (rows === null) return failed ?? <Waiting label={`Loading: ${caption}`} height={220} />;
  return (
    <>
      {failed}
      <div className={styles.frame}>
        {rows.length === 0 ? (
          <EmptyState py="xl" px="md" icon={empty.icon} title={empty.title} description={empty.text} />
        ) : (
          <Table className={styles.table} verticalSpacing={0} horizontalSpacing={14} withRowBorders={false}>
            <caption className={styles.hidden}>{caption}</caption>
            <colgroup>{columns.map(({ label, width }) => <col key={label} style={width === undefined ? {} : { width }} />)}</colgroup>
            <thead>
              <tr>{columns.map(({ label, kind }) => <th key={label} scope="col" className={kind === 'number' ? styles.number : undefined}>{kind === 'menu' ? <span className={styles.hidden}>{label}</span> : label}</th>)}</tr>
            </thead>
            <tbody>
              {rows.map(({ key, cells, below }) => (
                <Fragment key={key}>
                  <tr className={styles.row} data-row={key}>
                    {columns.map(({ label, kind }) =>
                      kind === 'title' ? <th key={label} scope="row" className={styles.title}>{cells[label]}</th> : <td key={label} data-label={label} data-none={cells[label] === null || undefined} className={kind === 'menu' || kind === 'number' ? styles[kind] : undefined}>{cells[label] === null ? <span className={styles.none}>—</span> : cells[label]}</td>,
                    )}
                  </tr>
                  {below && <tr className={styles.below} data-below={key}><td colSpan={columns.length}>{below}</td></tr>}
                </Fragment>
              ))}
            </tbody>
          </Table>
        )}
      </div>
    </>
  );
}
