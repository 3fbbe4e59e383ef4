'use client';
import { TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { moveIn, type TreeRow } from '~/app/lib/code-tree.ts';
import { ChevronDown, ChevronRight, HealthShapes } from '~/app/ui/icons.tsx';
import styles from './tree.module.css';

const indentPx = 14;
const markWords = { new: 'new', changed: 'changed', deleted: 'deleted' } as const;

type Props = {
  readonly rows: readonly TreeRow[];
  /** The file that is open. */
  readonly chosen: string | null;
  /** Where the keyboard is. */
  readonly at: string | null;
  readonly onAt: (path: string) => void;
  readonly onToggle: (path: string) => void;
  readonly onOpen: (path: string) => void;
  /** Absent: read-only. */
  readonly onDelete?: ((path: string) => void) | undefined;
  readonly renaming: string | null;
  readonly onRenaming: (path: string | null) => void;
  /** What is wrong with the new path below the role; null when it was done. */
  readonly onRename: (row: TreeRow, path: string) => string | null;
};

/** Roles, folders and files. Arrows walk, Enter opens, F2 renames, Delete deletes; the page gets one stop of Tab for it. */
export function FileTree({ rows, chosen, at, onAt, onToggle, onOpen, onDelete, renaming, onRenaming, onRename }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const stop = rows.some(({ path }) => path === at) ? at : (rows.find(({ path }) => path === chosen) ?? rows[0])?.path;
  const focusOn = (path: string) => {
    onAt(path);
    rowAt(path)?.focus();
  };
  const rowAt = (path: string | undefined | null) => (path == null ? null : list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`));
  // What had the focus may be gone after this: it stays in the tree.
  const back = useRef(false);
  useEffect(() => {
    if (!back.current || renaming !== null) return;
    back.current = false;
    rowAt(stop)?.focus();
  });
  const press = (event: KeyboardEvent) => {
    const row = rows.find(({ path }) => path === stop);
    if (!row || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moveIn(rows, row.path, event.key);
    if (move && 'focus' in move) focusOn(move.focus);
    else if (move) onToggle(move.toggle);
    else if (event.key === 'Enter' || event.key === ' ') act(row);
    else if (event.key === 'F2' && onDelete && row.kind === 'file' && row.mark !== 'deleted') onRenaming(row.path);
    else if (event.key === 'Delete' && onDelete && row.mark !== 'deleted') { back.current = true; onDelete(row.path); }
    else return;
    event.preventDefault();
  };
  const act = (row: TreeRow) => (row.kind === 'file' ? onOpen(row.path) : onToggle(row.path));
  return (
    <ul ref={list} role="tree" aria-label="Files" className={styles.tree} onKeyDown={press}>
      {rows.map((row) => (
        <li
          key={`${row.kind} ${row.path}`}
          role="treeitem"
          data-path={row.path}
          data-kind={row.kind}
          data-mark={row.mark ?? undefined}
          aria-level={row.level}
          aria-posinset={row.position}
          aria-setsize={row.siblings}
          aria-expanded={row.open ?? undefined}
          aria-selected={row.path === chosen}
          aria-label={wordsOf(row)}
          tabIndex={row.path === stop ? 0 : -1}
          className={styles.row}
          style={{ paddingLeft: 8 + (row.level - 1) * indentPx }}
          onFocus={(event) => event.target === event.currentTarget && onAt(row.path)}
          onClick={() => { onAt(row.path); act(row); }}
        >
          <span className={styles.turn}>{row.open === null ? null : row.open ? <ChevronDown size={13} /> : <ChevronRight size={13} />}</span>
          {renaming === row.path ? (
            <NameField row={row} onDone={(path, byKey) => {
              back.current = byKey;
              if (path !== null) return onRename(row, path);
              onRenaming(null);
              return null;
            }} />
          ) : (
            <>
              <span className={styles.label}>{row.label}</span>
              <Marks row={row} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function wordsOf({ label, mark, errors, warnings, kind }: TreeRow): string {
  return [kind === 'role' ? `role ${label}` : label, mark && markWords[mark], errors > 0 && `${errors} errors`, warnings > 0 && `${warnings} warnings`].filter(Boolean).join(', ');
}

function Marks({ row: { kind, mark, errors, warnings, open } }: { row: TreeRow }) {
  // An open folder shows them at its files.
  if (kind !== 'file' && open) return null;
  return (
    <span className={styles.marks} aria-hidden>
      {errors > 0 ? <span className={styles.count} data-health="critical"><HealthShapes.critical size={13} />{errors}</span> : warnings > 0 && <span className={styles.count} data-health="warning"><HealthShapes.warning size={13} />{warnings}</span>}
      {mark !== null && <span className={styles.unsaved} title={`${markWords[mark]}, not applied`}>{mark === 'new' ? 'N' : mark === 'deleted' ? 'D' : kind === 'file' ? 'M' : '•'}</span>}
    </span>
  );
}

/** The path below the role, as a person changes it. */
function NameField({ row, onDone }: { row: TreeRow; onDone: (path: string | null, byKey: boolean) => string | null }) {
  const old = row.path.split('/').slice(2).join('/');
  const [path, setPath] = useState(old);
  const [fault, setFault] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(old.lastIndexOf('/') + 1, old.includes('.') ? old.lastIndexOf('.') : old.length);
  }, [old]);
  return (
    <TextInput
      ref={field}
      size="xs"
      className={styles.name}
      aria-label={`New name of ${row.label}`}
      spellCheck={false}
      value={path}
      error={fault}
      onClick={(event) => event.stopPropagation()}
      onChange={(event) => { setPath(event.currentTarget.value); setFault(null); }}
      onBlur={() => onDone(null, false)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape' || (event.key === 'Enter' && path === old)) onDone(null, true);
        else if (event.key === 'Enter') setFault(onDone(path, true));
      }}
    />
  );
}
