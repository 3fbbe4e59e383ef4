'use client';
import { Button, Loader } from '@mantine/core';
import { gridOf, rowsMax, summaryOf, tookText, valueTexts, type Entry, type Grid } from '~/app/lib/console.ts';
import { timeText } from '~/app/lib/format.ts';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import type { EvalResult } from '~/contract/shapes/status.ts';
import styles from './instance.module.css';

/** One command and its answer. */
export function ConsoleEntry({ entry, onAgain }: { entry: Entry; onAgain: () => void }) {
  const { language, code, at, outcome, number } = entry;
  return (
    <article className={styles.entry} data-entry={number} data-outcome={outcome.kind === 'answered' ? (outcome.result.ok ? 'ok' : 'error') : outcome.kind} aria-label={`Command ${number}`}>
      <div className={styles.entryHead}>
        <span className={styles.quiet}>{language.toUpperCase()}</span>
        <span className="number">{timeText(at)}</span>
        <span role="status"><Verdict entry={entry} /></span>
        <span className={styles.menu}>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onAgain} aria-label={`Edit command ${number} again`}>Edit again</Button>
          {outcome.kind === 'answered' && outcome.result.ok && <CopyIcon value={copyText(outcome.result)} what="the answer" />}
        </span>
      </div>
      <pre className={styles.code} tabIndex={0} aria-label={`Command ${number}`}>{code}</pre>
      {outcome.kind === 'failed' && <ProblemAlert problem={outcome.problem} />}
      {outcome.kind === 'answered' && <Answer result={outcome.result} />}
    </article>
  );
}

function Verdict({ entry: { outcome } }: { entry: Entry }) {
  switch (outcome.kind) {
    case 'running':
      return <span className={styles.who}><Loader size={13} /> running</span>;
    case 'failed':
      return <HealthMark health="critical" size={13}>no answer</HealthMark>;
    case 'answered': {
      const { result } = outcome;
      if (!result.ok) return <HealthMark health="critical" size={13}>{`error after ${tookText(result.tookMs)}`}</HealthMark>;
      return <HealthMark health={result.truncated ? 'warning' : 'ok'} size={13}>{`${summaryOf(result)} in ${tookText(result.tookMs)}${result.truncated ? ', cut' : ''}`}</HealthMark>;
    }
  }
}

function Answer({ result }: { result: EvalResult }) {
  if (!result.ok) return <pre className={styles.error} tabIndex={0} aria-label="Error">{result.error}</pre>;
  const grid = gridOf(result);
  return (
    <>
      {grid ? <Rows grid={grid} /> : valueTexts(result).map((text, index) => <pre key={`${index} ${text.slice(0, 20)}`} className={styles.value} tabIndex={0} aria-label={`Value ${index + 1}`}>{text}</pre>)}
      {result.truncated && <p className={styles.cut}>The answer was cut: at most {rowsMax} values at each level and 2 MiB come back. Ask for less, with LIMIT or a smaller range.</p>}
    </>
  );
}

function Rows({ grid: { columns, rows } }: { grid: Grid }) {
  return (
    <div className={styles.grid} tabIndex={0} role="region" aria-label="Rows">
      <table>
        <thead><tr>{columns.map(({ name, type }, index) => <th key={`${index} ${name}`} scope="col">{name} <span className={styles.quiet}>{type}</span></th>)}</tr></thead>
        <tbody>{rows.map((row, index) => <tr key={`${index} ${row[0]}`}>{row.map((cell, column) => <td key={`${column} ${cell.slice(0, 20)}`} data-null={cell === 'NULL' || undefined}>{cell}</td>)}</tr>)}</tbody>
      </table>
      {rows.length === 0 && <p className={styles.cut}>No row fits.</p>}
    </div>
  );
}

/** Rows for a spreadsheet, values as JSON. */
function copyText(result: EvalResult): string {
  const grid = gridOf(result);
  return grid ? [grid.columns.map(({ name }) => name), ...grid.rows].map((row) => row.join('\t')).join('\n') : valueTexts(result).join('\n');
}
