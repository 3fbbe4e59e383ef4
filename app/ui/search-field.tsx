'use client';
import { CloseButton, Group, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useRef, type ReactNode } from 'react';
import { Search } from './icons.tsx';
import styles from './search-field.module.css';

type Props = { readonly label: string; readonly placeholder: string; readonly value: string; readonly onChange: (value: string) => void; /** Stands at the end of the field. */ readonly help?: ReactNode };

/** A page has one: the slash key leads to it, Escape empties it. */
export function SearchField({ label, placeholder, value, onChange, help }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => input.current?.focus()]]);
  return (
    <TextInput
      ref={input}
      className={styles.search}
      aria-label={label}
      placeholder={`${placeholder}  /`}
      leftSection={<Search size={15} />}
      {...(help !== undefined && value !== '' ? { rightSectionWidth: 62 } : {})}
      rightSection={
        <Group gap={0} wrap="nowrap">
          {value !== '' && <CloseButton size="sm" aria-label="Clear the search" onClick={() => onChange('')} />}
          {help}
        </Group>
      }
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && onChange('')}
    />
  );
}
