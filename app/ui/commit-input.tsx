'use client';
import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';

type Props = Omit<TextInputProps, 'value' | 'onChange'> & { readonly value: string; readonly onCommit: (value: string) => void; /** Null: it may be so. */ readonly refuse?: (value: string) => string | null };

/** A word that counts when it is whole: on Enter, and when the field is left. What it would be refused for is told meanwhile; Escape brings back what it was. */
export function CommitInput({ value, onCommit, refuse, error, ...rest }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  const why = typed === null || typed === value ? null : (refuse?.(typed) ?? null);
  const commit = () => {
    if (typed !== null && typed !== value && why === null) onCommit(typed);
    setTyped(null);
  };
  return (
    <TextInput
      {...rest}
      spellCheck={false}
      value={shown}
      error={why ?? error}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && why === null) commit();
        if (event.key === 'Escape' && typed !== null) { event.stopPropagation(); setTyped(null); }
      }}
    />
  );
}
