'use client';
import { ActionIcon, Button, CloseButton, TextInput, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useMemo, useRef, useState, type FormEvent } from 'react';
import { deleted, pathFault, renamed, roleOf, type Changes, type CodeFile } from '~/app/lib/code-files.ts';
import { hitsIn, type Hit } from '~/app/lib/code-search.ts';
import { closedAtFirst, revealing, treeOf, type Counts, type TreeRow } from '~/app/lib/code-tree.ts';
import { Cross, Pencil, Plus, Search } from '~/app/ui/icons.tsx';
import styles from './code.module.css';
import { FileTree } from './file-tree.tsx';
import treeStyles from './tree.module.css';

export type FilesProps = {
  readonly files: readonly CodeFile[];
  readonly counts: ReadonlyMap<string, Counts>;
  readonly chosen: string | null;
  readonly onOpen: (file: string, line?: number) => void;
  /** Absent: read-only. */
  readonly onEdit?: ((changes: Changes) => void) | undefined;
  readonly onNewFile: (name: string) => void;
  readonly onNewRole: () => void;
};

const hitsMax = 200;

/** The tree with what is done to files, and the search over all of them. */
export function FilesPanel({ files, counts, chosen, onOpen, onEdit, onNewFile, onNewRole }: FilesProps) {
  const [closed, setClosed] = useState(() => closedAtFirst(files, chosen));
  const [seen, setSeen] = useState(chosen);
  // Whatever leads to a file, a problem or a link, its row is in sight.
  if (seen !== chosen) {
    setSeen(chosen);
    setClosed(revealing(closed, chosen));
  }
  const [at, setAt] = useState<string | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const [query, setQuery] = useState('');
  const [undo, setUndo] = useState<{ readonly path: string; readonly changes: Changes } | null>(null);
  const search = useRef<HTMLInputElement>(null);
  useHotkeys([['mod+shift+F', () => search.current?.focus()]], [], true);
  const rows = useMemo(() => treeOf(files, { closed, counts }), [files, closed, counts]);
  const hits = useMemo(() => hitsIn(files, query, hitsMax), [files, query]);
  const row = rows.find(({ path }) => path === (at ?? chosen)) ?? null;
  const taken = files.filter(({ text }) => text !== null).map(({ name }) => name);
  const toggle = (path: string) => setClosed((before) => (before.has(path) ? new Set([...before].filter((one) => one !== path)) : new Set([...before, path])));
  const remove = (path: string) => {
    const changes = deleted(files, path);
    const texts = Object.fromEntries(Object.keys(changes).map((name) => [name, files.find((file) => file.name === name)?.text ?? null]));
    if (Object.keys(changes).length === 0) return;
    onEdit?.(changes);
    setUndo({ path, changes: texts });
  };
  const rename = ({ path: from }: TreeRow, path: string): string | null => {
    const fault = pathFault(roleOf(from), path, taken);
    if (fault !== null) return fault;
    const to = `roles/${roleOf(from)}/${path}`;
    onEdit?.(renamed(files, from, to));
    setRenaming(null);
    setAt(to);
    onOpen(to);
    return null;
  };
  const role = row === null ? null : roleOf(row.path);
  return (
    <div className={styles.files}>
      <div className={styles.filesHead}>
        <TextInput ref={search} size="xs" className={styles.find} aria-label="Search in all files" placeholder="Search in all files" leftSection={<Search size={13} />} spellCheck={false} value={query} rightSection={query !== '' && <CloseButton size="xs" aria-label="Clear the search" onClick={() => setQuery('')} />} onChange={(event) => setQuery(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Escape' && setQuery('')} />
        {onEdit && (
          <div className={styles.fileTools} role="toolbar" aria-label="Files">
            <Button size="compact-xs" variant="default" leftSection={<Plus size={12} />} onClick={onNewRole}>Role</Button>
            <Button size="compact-xs" variant="default" leftSection={<Plus size={12} />} disabled={role === null} onClick={() => setAdding(true)}>File</Button>
            <Tool label="Rename (F2)" disabled={row === null || row.kind !== 'file' || row.mark === 'deleted'} onClick={() => setRenaming(row!.path)}><Pencil size={14} /></Tool>
            <Tool label="Delete (Delete)" disabled={row === null || row.mark === 'deleted'} onClick={() => remove(row!.path)}><Cross size={14} /></Tool>
          </div>
        )}
        {adding && role !== null && <NewFile role={role} taken={taken} onDone={(name) => { setAdding(false); if (name !== null) { setAt(name); onNewFile(name); } }} />}
        {undo && onEdit && (
          <div className={styles.undo} role="status">
            <span>{undo.path.slice('roles/'.length)} is deleted in the draft.</span>
            <Button size="compact-xs" variant="subtle" onClick={() => { onEdit(undo.changes); setUndo(null); }}>Undo</Button>
          </div>
        )}
      </div>
      {query.trim() !== '' ? <Hits hits={hits} onOpen={onOpen} /> : (
        <FileTree rows={rows} chosen={chosen} at={at} onAt={setAt} onToggle={toggle} onOpen={onOpen} onDelete={onEdit && remove} renaming={renaming} onRenaming={setRenaming} onRename={rename} />
      )}
    </div>
  );
}

function Tool({ label, disabled, onClick, children }: { label: string; disabled: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label.replace(/ \(.*/, '')} disabled={disabled} onClick={onClick}>{children}</ActionIcon>
    </Tooltip>
  );
}

function NewFile({ role, taken, onDone }: { role: string; taken: readonly string[]; onDone: (name: string | null) => void }) {
  const [path, setPath] = useState('');
  const fault = path === '' ? null : pathFault(role, path, taken);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (path !== '' && fault === null) onDone(`roles/${role}/${path}`);
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextInput
        size="xs"
        label={`New file of ${role}`}
        description={`Such as functions/${role}.name.lua, util/dates.lua or migrations/0001-name.lua`}
        autoFocus
        spellCheck={false}
        autoComplete="off"
        value={path}
        error={fault}
        rightSection={<CloseButton size="xs" aria-label="No new file" onClick={() => onDone(null)} />}
        onChange={(event) => setPath(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), onDone(null))}
      />
    </form>
  );
}

function Hits({ hits, onOpen }: { hits: readonly Hit[]; onOpen: (file: string, line: number) => void }) {
  return (
    <>
      <p className={styles.found} role="status">{hits.length === 0 ? 'Nothing like that in the code.' : hits.length === hitsMax ? `The first ${hitsMax} lines` : `${hits.length} ${hits.length === 1 ? 'line' : 'lines'}`}</p>
      <ul className={treeStyles.hits} aria-label="Lines found">
        {hits.map((hit) => (
          <li key={`${hit.file} ${hit.line}`}>
            <button type="button" className={treeStyles.hit} onClick={() => onOpen(hit.file, hit.line)}>
              <b>{hit.file.slice('roles/'.length)}:{hit.line}</b>
              <span>{hit.before}<mark>{hit.match}</mark>{hit.after}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
