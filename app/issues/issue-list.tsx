'use client';
import { Fragment, useMemo, useRef } from 'react';
import type { Explanation } from '~/app/lib/issues.ts';
import page from '~/app/ui/page.module.css';
import { useWindowRows } from '~/app/ui/use-window-rows.ts';
import type { Issue } from '~/contract/shapes/view.ts';
import { IssueRow } from './issue-row.tsx';
import styles from './issues.module.css';

/** Half of a big cluster down is hundreds of issues: beyond these, only those in sight are drawn. */
const allMax = 40;
const rowHeight = 105;

type Props = {
  readonly issues: readonly Issue[];
  /** All that are open: an issue is named by what sets it apart from them. */
  readonly all: readonly Issue[];
  readonly explanations: ReadonlyMap<string, Explanation>;
};

/** Issues one below the other, in their order. */
export function IssueList({ issues, all, explanations }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const keys = useMemo(() => issues.map(({ id }) => id), [issues]);
  const { rows, scrollMargin, onFocus } = useWindowRows({ keys, heightOf: () => rowHeight, allMax, body: list });
  const items = rows.getVirtualItems().filter(({ index }) => issues[index] !== undefined);
  const below = rows.getTotalSize() + scrollMargin - (items.at(-1)?.end ?? scrollMargin);
  return (
    <ul ref={list} className={`${page.frame} ${styles.list}`} onFocus={onFocus}>
      {items.map(({ index, key, start }, at) => (
        <Fragment key={key}>
          <Space height={start - (items[at - 1]?.end ?? scrollMargin)} />
          <IssueRow issue={issues[index]!} issues={all} explanation={explanations.get(issues[index]!.code)} place={{ measure: rows.measureElement, index, of: issues.length }} />
        </Fragment>
      ))}
      <Space height={below} />
    </ul>
  );
}

/** In place of the rows that are not in the document. */
const Space = ({ height }: { height: number }) => (height > 0 ? <li aria-hidden role="presentation" style={{ height }} /> : null);
