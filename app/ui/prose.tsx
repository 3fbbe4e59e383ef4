import Link from 'next/link';
import { Fragment } from 'react';
import { pieces } from '~/app/lib/prose.ts';
import styles from './ui.module.css';

type Props = { readonly text: string; readonly name?: string | undefined; readonly onName?: (() => void) | undefined; readonly href?: string | undefined };

/** A sentence of the server: commands between back-ticks as code, the first mention of `name` as the way to it. */
export function Prose({ text, name, onName, href }: Props) {
  return pieces(text, name).map((piece, index) => {
    const key = `${index} ${piece.kind}`;
    switch (piece.kind) {
      case 'text':
        return <Fragment key={key}>{piece.text}</Fragment>;
      case 'code':
        return <code key={key} className={styles.code}>{piece.text}</code>;
      case 'name':
        if (href !== undefined) return <Link key={key} href={href} className={styles.link}>{piece.text}</Link>;
        return onName ? <button key={key} type="button" className={styles.link} onClick={onName}>{piece.text}</button> : <b key={key} className={styles.strong}>{piece.text}</b>;
    }
  });
}
