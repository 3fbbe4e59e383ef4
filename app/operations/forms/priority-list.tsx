'use client';
import { ActionIcon, Input, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { moved } from '~/app/lib/draft.ts';
import { ArrowDown, ArrowUp, Cross, Crown, Grip } from '~/app/ui/icons.tsx';
import styles from './forms.module.css';

type Item = { readonly ref: string; readonly label: string; readonly note: string };
type Props = { readonly items: readonly Item[]; readonly onChange: (refs: string[]) => void; readonly allWritable: boolean; readonly removable?: boolean };

/** Failover priority: by dragging, by the arrow keys on the handle, or by the buttons. */
export function PriorityList({ items, onChange, allWritable, removable = false }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const focus = useRef<string | null>(null);
  const refs = items.map(({ ref }) => ref);

  const move = (ref: string, to: number) => {
    const from = refs.indexOf(ref);
    const next = moved(refs, from, to);
    if (next.indexOf(ref) === from) return;
    onChange(next);
    setSaid(`${items[from]?.label} is now number ${next.indexOf(ref) + 1} of ${next.length}`);
  };
  const onKeyDown = (event: KeyboardEvent, ref: string) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    focus.current = ref;
    move(ref, refs.indexOf(ref) + step);
  };
  // Moving a row in the document takes the focus from its handle.
  useEffect(() => {
    if (focus.current === null) return;
    list.current?.querySelector<HTMLElement>(`[data-handle="${CSS.escape(focus.current)}"]`)?.focus();
    focus.current = null;
  });

  return (
    <Input.Wrapper label="Failover priority" description={allWritable ? 'Every instance is writable; the order counts again when that is turned off' : 'The first that is enabled and electable is the master'} labelElement="div">
      <ol ref={list} className={styles.priority} data-testid="priority">
        {items.map(({ ref, label, note }, index) => (
          <li
            key={ref}
            draggable
            data-ref={ref}
            data-dragged={dragged === ref || undefined}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              event.dataTransfer.setData('text/plain', label);
              setDragged(ref);
            }}
            onDragOver={(event) => {
              if (dragged === null) return;
              event.preventDefault();
              if (dragged !== ref) move(dragged, index);
            }}
            onDrop={(event) => event.preventDefault()}
            onDragEnd={() => setDragged(null)}
          >
            <button type="button" className={styles.grip} data-handle={ref} aria-label={`Move ${label}: arrow keys up and down`} onKeyDown={(event) => onKeyDown(event, ref)}><Grip size={15} /></button>
            <span className={styles.place}>{index + 1}</span>
            <span className={styles.label}>{label} <span className={styles.note}>{note}</span></span>
            {index === 0 && !allWritable && <span className={styles.first}><Crown size={12} /> master</span>}
            <ActionIcon variant="subtle" color="gray" size="sm" disabled={index === 0} aria-label={`Move ${label} up`} onClick={() => move(ref, index - 1)}><ArrowUp size={14} /></ActionIcon>
            <ActionIcon variant="subtle" color="gray" size="sm" disabled={index === items.length - 1} aria-label={`Move ${label} down`} onClick={() => move(ref, index + 1)}><ArrowDown size={14} /></ActionIcon>
            {removable && <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Leave ${label} out`} onClick={() => onChange(refs.filter((other) => other !== ref))}><Cross size={13} /></ActionIcon>}
          </li>
        ))}
      </ol>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </Input.Wrapper>
  );
}
