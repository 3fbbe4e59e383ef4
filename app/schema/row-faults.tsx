'use client';
import type { Path } from '~/app/lib/schema-form.ts';
import styles from './form.module.css';

type Props = { readonly errorAt: (...path: Path) => string | undefined; readonly of: Path; readonly fields: readonly string[] };

/** What is wrong in a row of the form, below it: the controls themselves have no room for sentences. */
export function RowFaults({ errorAt, of, fields }: Props) {
  const found = fields.flatMap((field) => errorAt(...of, field) ?? []);
  return found.length === 0 ? null : <p className={styles.rowError} role="alert">{found.join(' ')}</p>;
}
