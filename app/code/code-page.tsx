'use client';
import { Button, Drawer, Skeleton, Text } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import { exampleFiles, exampleRole } from '~/app/lib/code-example.ts';
import { chosenFile, definitionFile, filesOf, replacing, rolesOf, startTextOf, type Changes } from '~/app/lib/code-files.ts';
import { countsOf, errorsIn } from '~/app/lib/code-faults.ts';
import type { SectionsDraft } from '~/app/lib/config-draft.ts';
import { functionOfFile, withSettings } from '~/app/lib/code-function.ts';
import { countText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { Conflict } from '~/app/sections/conflict.tsx';
import { Bars } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { CodePlace } from '~/app/editor/code-mirror.tsx';
import { AddRole } from './add-role.tsx';
import { CodeHistory } from './code-history.tsx';
import styles from './code.module.css';
import { EmptyCode } from './empty-code.tsx';
import { FilePane } from './file-pane.tsx';
import { FilesPanel } from './files-panel.tsx';
import { FunctionPanel } from './function-panel.tsx';
import { Problems } from './problems.tsx';
import { useCheck, useCode } from './use-code.ts';

const linesIn = (text: string | null) => (text !== null && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : null);

/** The files of the roles: a draft of them, what is wrong with it, and the way to the cluster. */
export function CodePage() {
  const { newest, current, running, drafting, readOnly } = useCode();
  const { open } = useOperations();
  const { draft, edit } = drafting;
  const [address, setAddress] = useAddress(['file', 'line']);
  const [jump, setJump] = useState<{ readonly file: string; readonly place: CodePlace } | null>(() => (address.file !== null && linesIn(address.line) !== null ? { file: address.file, place: { line: linesIn(address.line)!, column: null } } : null));
  const [view, setView] = useState<'edit' | 'diff'>('edit');
  const [discarded, setDiscarded] = useState<SectionsDraft | null>(null);
  const [shown, setShown] = useState<'role' | 'files' | 'history' | null>(null);
  const narrow = useMediaQuery('(max-width: 900px)', undefined, { getInitialValueInEffect: false }) ?? false;
  const files = useMemo(() => filesOf(running, draft), [running, draft]);
  const check = useCheck(draft?.sections ?? null, { version: current.data?.version ?? 0, enabled: readOnly === null && files.length > 0 && current.data !== undefined });
  const counts = useMemo(() => countsOf(check.faults), [check.faults]);
  const file = chosenFile(files, address.file);
  const faults = useMemo(() => check.faults.filter((fault) => fault.file === file?.name), [check.faults, file?.name]);
  if (newest === null || (newest > 0 && current.data === undefined && !current.error)) return <Loading />;
  if (current.data === undefined && current.error) return <ProblemAlert problem={problemFrom(current.error)}><Button size="compact-sm" variant="default" mt={8} onClick={() => void current.refetch()}>Try again</Button></ProblemAlert>;

  const go = (name: string, line?: number, column: number | null = null) => {
    setAddress({ file: name, line: line === undefined ? null : String(line) });
    setJump(line === undefined ? null : { file: name, place: { line, column } });
    if (line !== undefined) setView('edit');
    setShown((before) => (before === 'files' ? null : before));
  };
  const change = readOnly === null ? (changes: Changes) => {
    setDiscarded(null);
    edit(changes);
  } : undefined;
  const add = (texts: Readonly<Record<string, string>>, first: string) => {
    change?.(texts);
    setView('edit');
    go(first);
  };
  const addFile = (name: string) => {
    const func = functionOfFile(name);
    const definition = func && files.find((one) => one.name === definitionFile(func.role))?.text;
    add({ [name]: startTextOf(name), ...(func && definition != null ? { [definitionFile(func.role)]: withSettings(definition, func.name, {}) } : {}) }, name);
  };
  const regret = draft === null && discarded !== null && (
    <div className={styles.undo} role="status">
      <span>The draft of {countText(Object.keys(discarded.sections).length, 'file')} is discarded.</span>
      <Button size="compact-sm" variant="default" onClick={() => { drafting.bringBack(discarded); setDiscarded(null); }}>Bring it back</Button>
    </div>
  );
  const dialog = <AddRole opened={shown === 'role'} taken={rolesOf(files)} onClose={() => setShown(null)} onAdd={(texts) => add(texts, Object.keys(texts)[0]!)} />;
  if (file === null || current.data === undefined) {
    return <div className={styles.page}>{regret}<EmptyCode configured={newest > 0} readOnly={readOnly} onExample={() => add(exampleFiles, definitionFile(exampleRole))} onAdd={() => setShown('role')} />{dialog}</div>;
  }

  const now = current.data;
  const behind = draft !== null && draft.baseVersion !== now.version;
  const errors = check.state === 'checked' ? errorsIn(check.faults) : 0;
  const why = readOnly ?? (draft === null ? 'Nothing is changed yet.' : behind ? `First decide what becomes of version ${now.version}.` : errors > 0 ? `First mend ${countText(errors, 'error')}: see Problems.` : null);
  const func = functionOfFile(file.name);
  const definition = func && definitionFile(func.role);
  const panel = <FilesPanel files={files} counts={counts} chosen={file.name} onOpen={go} onEdit={change} onNewFile={addFile} onNewRole={() => setShown('role')} />;
  const changed = Object.keys(draft?.sections ?? {}).length;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1 className={styles.title}>Code</h1>
        <span className={styles.quiet}>{countText(rolesOf(files).length, 'role')}, {countText(files.filter(({ text }) => text !== null).length, 'file')} · version {now.version}{readOnly === null ? '' : ' · read-only'}</span>
        <div className={styles.tools}>
          {narrow && <Button variant="default" leftSection={<Bars size={15} />} onClick={() => setShown('files')}>Files</Button>}
          <Button variant="default" component={Link} href="/code/migrations">Migrations</Button>
          <Button variant="default" onClick={() => setShown('history')}>History</Button>
          {draft !== null && <Button variant="default" onClick={() => { setDiscarded(draft); drafting.discard(); }}>Discard draft</Button>}
          <ApplyButton why={why} label={changed > 0 ? `Apply ${countText(changed, 'file')}…` : 'Apply…'} onApply={() => draft && open('code.push', { files: draft.sections, expectedVersion: draft.baseVersion })} />
        </div>
      </div>
      {draft !== null && !drafting.kept && <Text size="sm" c="dimmed" role="status">The draft is larger than what this browser keeps: a reload would lose it.</Text>}
      {regret}
      {address.file !== null && address.file !== file.name && <Text size="sm" c="dimmed" role="status">There is no file {address.file}{draft === null ? '' : ', nor does the draft have one'}.</Text>}
      {behind && draft && <Conflict draft={draft} now={now} noun="file" onRebase={drafting.rebase} onResolve={drafting.resolve} onLook={(name) => { go(name); setView('diff'); }} />}
      <div className={styles.columns} data-function={func !== null || undefined}>
        {!narrow && <div className={styles.side}>{panel}</div>}
        <div className={styles.work}>
          <FilePane file={file} faults={faults} place={jump?.file === file.name ? jump.place : null} view={view} onView={setView} onText={change && ((text) => { setView('edit'); if (address.file !== file.name) setAddress({ file: file.name, line: null }); change({ [file.name]: text }); })} onUndo={() => change?.({ [file.name]: draft?.base[file.name] ?? null })} />
          {readOnly === null && <Problems check={check} onOpen={go} />}
        </div>
        {func && definition && (
          <FunctionPanel
            role={func.role}
            name={func.name}
            text={files.find(({ name }) => name === definition)?.text ?? null}
            onText={change && ((text) => change({ [definition]: text }))}
            uncallable={file.running === null ? 'It can be called once it is applied' : null}
            onDefinition={() => go(definition)}
          />
        )}
      </div>
      {narrow && <Drawer opened={shown === 'files'} onClose={() => setShown(null)} title="Files" size={330} closeButtonProps={{ 'aria-label': 'Close' }}>{panel}</Drawer>}
      <CodeHistory
        opened={shown === 'history'}
        newest={newest}
        changed={changed}
        onClose={() => setShown(null)}
        onRestore={readOnly !== null ? undefined : (wanted) => {
          drafting.discard();
          edit(replacing(filesOf(running, null), wanted));
          // What differs is what one wants to see of it.
          setView('diff');
        }}
      />
      {dialog}
    </div>
  );
}

/** Saving, as the hand knows it, leads to the plan; nothing is applied by a key alone. */
function ApplyButton({ why, label, onApply }: { why: string | null; label: string; onApply: () => void }) {
  useHotkeys([['mod+S', () => why === null && onApply()]], [], true);
  return <WhyDisabled why={why}><Button disabled={why !== null} onClick={onApply}>{label}</Button></WhyDisabled>;
}

function Loading() {
  return (
    <Waiting label="Loading the code">
      <div className={styles.columns}>
        <Skeleton height={320} radius="lg" />
        <Skeleton height={420} radius="lg" />
      </div>
    </Waiting>
  );
}
