'use client';
import { Button, SegmentedControl, Select, Text } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import { Code, Compared } from '~/app/editor/code.tsx';
import { isCode } from '~/app/lib/code-files.ts';
import { languageOf } from '~/app/lib/config-documents.ts';
import { countText } from '~/app/lib/format.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { Conflict } from '~/app/sections/conflict.tsx';
import type { DraftState } from '~/app/sections/use-draft.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { ConfigVersion } from '~/contract/shapes/config.ts';
import { AddSection } from './add-section.tsx';
import styles from './config.module.css';
import { UploadButton } from './transfer.tsx';
import { Verdict } from './verdict.tsx';

type Props = { readonly state: DraftState; readonly now: ConfigVersion; readonly onClose: () => void };
const views = [{ value: 'edit', label: 'Edit' }, { value: 'diff', label: 'Differences' }];

/** Sections as they should become. Typing changes the draft only; the dialog shows the plan and applies it. */
export function DraftEditor({ state: { draft, kept, edit, rebase, resolve, discard }, now, onClose }: Props) {
  const { open } = useOperations();
  const { role } = useSession();
  const [view, setView] = useState('edit');
  const [wanted, setWanted] = useState<string | null>(null);
  const changed = draft?.sections ?? {};
  const old = now.config.sections;
  const all = [...new Set([...Object.keys(old), ...Object.keys(changed)])].toSorted();
  // Files of roles are written on the Code page; those of an upload are a part of this draft all the same.
  const names = all.filter((one) => !isCode(one) || one in changed);
  const name = names.find((one) => one === wanted) ?? Object.keys(changed).toSorted()[0] ?? names[0] ?? null;
  const behind = draft !== null && draft.baseVersion !== now.version;
  const why = refusalFor('config.upload', role) ?? (draft === null ? 'Nothing is changed yet.' : behind ? `First continue on version ${now.version}.` : null);
  const add = (sections: Readonly<Record<string, string>>) => {
    edit(sections);
    setWanted(Object.keys(sections)[0] ?? null);
    setView('edit');
  };
  return (
    <section className={styles.card} aria-labelledby="draft-title" data-testid="draft">
      <div className={styles.head}>
        <div className={styles.words}>
          <h2 id="draft-title">Draft on version {draft?.baseVersion ?? now.version}</h2>
          <div className={styles.quiet}>{kept ? 'Kept in this browser until it is applied or discarded.' : 'Larger than what this browser keeps: a reload loses it.'} Instances read nothing of it before.</div>
        </div>
        <div className={styles.tools}><UploadButton onSections={add} /></div>
      </div>
      {names.length < all.length && <Text size="sm" c="dimmed">{countText(all.length - names.length, 'file')} of roles: see <Link href="/code">Code</Link>.</Text>}
      {behind && <Conflict draft={draft} now={now} noun="section" onRebase={rebase} onResolve={resolve} onLook={(one) => { setWanted(one); setView('diff'); }} />}
      <div className={styles.bar}>
        {name !== null && <Select className={styles.grow} label="Section" searchable allowDeselect={false} data={names.map((one) => ({ value: one, label: `${one}${markOf(changed, old, one)}` }))} value={name} onChange={(one) => one !== null && setWanted(one)} />}
        <AddSection taken={all} onAdd={(one) => add({ [one]: '' })} />
        {name !== null && <SegmentedControl aria-label="View" size="sm" data={views} value={view} onChange={setView} />}
      </div>
      {name === null ? <Text size="sm" c="dimmed">There are no sections yet. Add one by its name, or upload a file: roles read them by these names.</Text> : <Body key={name} name={name} changed={changed} old={old} view={view} onText={(text) => edit({ [name]: text })} />}
      <Verdict sections={draft?.sections ?? null} version={now.version} />
      <div className={styles.footer}>
        <div className={styles.tools}>{name !== null && <SectionTools name={name} changed={changed} onDelete={() => edit({ [name]: null })} onUndo={() => draft && edit({ [name]: draft.base[name] ?? null })} />}</div>
        {draft && <Button variant="default" onClick={discard}>Discard draft</Button>}
        <Button variant="default" onClick={onClose}>Close</Button>
        <WhyDisabled why={why}>
          <Button disabled={why !== null} onClick={() => draft && open('config.upload', { sections: draft.sections, expectedVersion: draft.baseVersion })}>Plan and apply</Button>
        </WhyDisabled>
      </div>
    </section>
  );
}

const markOf = (changed: Table, old: Table, name: string) => (!(name in changed) ? '' : changed[name] === null ? ' (deleted)' : name in old ? ' (changed)' : ' (new)');
type Table = Readonly<Record<string, string | null>>;
type Section = { readonly name: string; readonly changed: Table; readonly old: Table };

/** An own component, so that the editor stays while the draft changes around it. */
function Body({ name, changed, old, view, onText }: Section & { view: string; onText: (text: string) => void }) {
  const text = name in changed ? (changed[name] ?? null) : (old[name] ?? '');
  if (view === 'diff') {
    if (text === old[name]) return <Text size="sm" c="dimmed">{name} is as it was.</Text>;
    return <Compared before={{ label: `${name}, now`, text: old[name] ?? '' }} after={{ label: `${name}, in the draft`, text: text ?? '' }} language={languageOf(name)} />;
  }
  if (text === null) return <Text size="sm" c="dimmed">{name} is deleted in this draft.</Text>;
  return <Code label={`Text of ${name}`} value={text} language={languageOf(name)} onChange={onText} />;
}

function SectionTools({ name, changed, onDelete, onUndo }: Omit<Section, 'old'> & { onDelete: () => void; onUndo: () => void }) {
  return (
    <>
      {name in changed && <Button variant="subtle" color="gray" onClick={onUndo}>Undo changes of {name}</Button>}
      {changed[name] !== null && <Button variant="subtle" color="red" onClick={onDelete}>Delete {name}</Button>}
    </>
  );
}
