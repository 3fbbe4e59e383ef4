'use client';
import { ActionIcon, Input, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { moved, placeAt } from '~/app/lib/draft.ts';
import { ArrowDown, ArrowUp, Cross, Crown, Grip } from '~/app/ui/icons.tsx';
import styles from './forms.module.css';

type Item = { readonly ref: string; readonly label: string; readonly note: string };
/** What is dragged, by which pointer, and the order to go back to when the system takes the pointer away. */
type Drag = { readonly ref: string; readonly pointer: number; readonly before: readonly string[] };
type Props = { readonly items: readonly Item[]; readonly onChange: (refs: string[]) => void; readonly allWritable: boolean; /** The master is appointed: the order moves none. */ readonly appointed?: boolean; readonly removable?: boolean };

/** Failover priority: by dragging (with a finger on the handle, with a mouse anywhere on the row), by the arrow keys on the handle, or by the buttons. */
export function PriorityList({ items, onChange, allWritable, appointed = false, removable = false }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
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

  // The list keeps the pointer: a row that moves in the document would lose it.
  const grab = (event: PointerEvent, ref: string) => {
    if (drag !== null || !event.isPrimary || event.button !== 0 || !grabs(event)) return;
    list.current?.setPointerCapture(event.pointerId);
    setDrag({ ref, pointer: event.pointerId, before: refs });
  };
  const onPointerMove = ({ pointerId, clientY }: PointerEvent) => {
    if (drag?.pointer !== pointerId) return;
    const middles = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect()).map(({ top, height }) => top + height / 2);
    move(drag.ref, placeAt(middles, refs.indexOf(drag.ref), clientY));
  };
  const drop = ({ pointerId }: PointerEvent) => drag?.pointer === pointerId && setDrag(null);
  const cancel = (event: PointerEvent) => {
    if (drag?.pointer === event.pointerId) onChange([...drag.before]);
    drop(event);
  };

  return (
    <Input.Wrapper label="Failover priority" description={allWritable ? 'Every instance is writable; the order counts again when that is turned off' : appointed ? 'A preference, which moves no master: who is taken among equals when one is appointed, and to whom autoreturn goes back. To change the master now, switch over' : 'The first that is enabled and electable is the master'} labelElement="div">
      <ol ref={list} className={styles.priority} data-testid="priority" data-dragging={drag !== null || undefined} onPointerMove={onPointerMove} onPointerUp={drop} onPointerCancel={cancel}>
        {items.map(({ ref, label, note }, index) => (
          <li key={ref} data-ref={ref} data-dragged={drag?.ref === ref || undefined} onPointerDown={(event) => grab(event, ref)}>
            <button type="button" className={styles.grip} data-handle={ref} aria-label={`Move ${label}: arrow keys up and down`} onKeyDown={(event) => onKeyDown(event, ref)}><Grip size={15} /></button>
            <span className={styles.place}>{index + 1}</span>
            <span className={styles.label}>{label} <span className={styles.note}>{note}</span></span>
            {index === 0 && !allWritable && (appointed ? <span className={styles.preferred}>preferred</span> : <span className={styles.first}><Crown size={12} /> master</span>)}
            <ActionIcon className={styles.step!} variant="subtle" color="gray" size="sm" disabled={index === 0} aria-label={`Move ${label} up`} onClick={() => move(ref, index - 1)}><ArrowUp size={14} /></ActionIcon>
            <ActionIcon className={styles.step!} variant="subtle" color="gray" size="sm" disabled={index === items.length - 1} aria-label={`Move ${label} down`} onClick={() => move(ref, index + 1)}><ArrowDown size={14} /></ActionIcon>
            {removable && <ActionIcon className={styles.step!} variant="subtle" color="gray" size="sm" aria-label={`Leave ${label} out`} onClick={() => onChange(refs.filter((other) => other !== ref))}><Cross size={13} /></ActionIcon>}
          </li>
        ))}
      </ol>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </Input.Wrapper>
  );
}

/** A finger on the row itself scrolls; a press on a button is the button's. */
function grabs({ target, pointerType }: PointerEvent): boolean {
  const button = target instanceof Element ? target.closest('button') : null;
  return button === null ? pointerType === 'mouse' : button.hasAttribute('data-handle');
}
