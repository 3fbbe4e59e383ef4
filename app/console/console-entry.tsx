'use client';
import { Button, Loader } from '@mantine/core';
import { gridOf, outcomeWord, rowsMax, summaryOf, tookText, valueTexts, type Entry, type Grid } from '~/app/lib/console.ts';
import { timeText } from '~/app/lib/format.ts';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import type { ConsoleAnswer } from '~/contract/console.ts';
import type { EvalResult } from '~/contract/shapes/status.ts';
import styles from './console.module.css';

/** One command and what each of those that ran it answered, side by side. */
export function ConsoleEntry({ entry, onAgain }: { entry: Entry; onAgain: () => void }) {
  const { language, code, at, outcome, number, on, write } = entry;
  return (
    <article className={styles.entry} data-entry={number} data-outcome={outcomeWord(entry)} aria-label={`Command ${number}`}>
      <div className={styles.entryHead}>
        <span className={styles.quiet}>{language.toUpperCase()} on {on}{write ? ', with full rights' : ''}</span>
        <span className="number">{timeText(at)}</span>
        <span role="status"><Verdict entry={entry} /></span>
        <span className={styles.menu}>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onAgain} aria-label={`Edit command ${number} again`}>Edit again</Button>
        </span>
      </div>
      <pre className={styles.code} tabIndex={0} aria-label={`Command ${number}`}>{code}</pre>
      {outcome.kind === 'failed' && <ProblemAlert problem={outcome.problem} />}
      {outcome.kind === 'answered' && <div className={styles.answers}>{outcome.answers.map((answer) => <Answer key={answer.instance} answer={answer} alone={outcome.answers.length === 1} />)}</div>}
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
      const [first] = outcome.answers;
      if (outcome.answers.length === 1 && first) return <AnswerMark answer={first} />;
      const done = outcome.answers.filter(({ ok }) => ok).length;
      return <HealthMark health={done === outcome.answers.length ? 'ok' : 'critical'} size={13}>{`${done} of ${outcome.answers.length} answered`}</HealthMark>;
    }
  }
}

const faults = { failed: 'error', late: 'too late', unreachable: 'no answer' } as const;

function AnswerMark({ answer }: { answer: ConsoleAnswer }) {
  const { state, tookMs, truncated } = answer;
  if (state !== 'done') return <HealthMark health="critical" size={13}>{tookMs === 0 ? 'not asked' : `${faults[state]} after ${tookText(tookMs)}`}</HealthMark>;
  return <HealthMark health={truncated ? 'warning' : 'ok'} size={13}>{`${summaryOf(answer)} in ${tookText(tookMs)}${truncated ? ', cut' : ''}`}</HealthMark>;
}

function Answer({ answer, alone }: { answer: ConsoleAnswer; alone: boolean }) {
  const { instance, replicaset, leadership, ok, error, truncated } = answer;
  const grid = gridOf(answer);
  return (
    <section className={styles.answer} aria-label={`Answer of ${instance}`} data-answer={instance} data-state={answer.state}>
      <div className={styles.answerHead}>
        <b>{instance}</b>
        <span className={styles.quiet}>{[replicaset, leadership === 'none' ? null : leadership].filter((word) => word !== null).join(', ')}</span>
        {!alone && <AnswerMark answer={answer} />}
        {ok && <span className={styles.menu}><CopyIcon value={copyText(answer)} what={`the answer of ${instance}`} /></span>}
      </div>
      {!ok ? <pre className={styles.error} tabIndex={0} aria-label="Error">{error}</pre> : grid ? <Rows grid={grid} /> : valueTexts(answer).map((text, index) => <pre key={`${index} ${text.slice(0, 20)}`} className={styles.value} tabIndex={0} aria-label={`Value ${index + 1}`}>{text}</pre>)}
      {truncated && <p className={styles.cut}>The answer was cut: at most {rowsMax} values at each level and 2 MiB come back, and 16 MiB of all together. Ask for less, with LIMIT or a smaller range.</p>}
    </section>
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
