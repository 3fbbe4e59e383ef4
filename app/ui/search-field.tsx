'use client';
import { CloseButton, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useRef } from 'react';
import { Search } from './icons.tsx';
import styles from './search-field.module.css';

/** A page has one: the slash key leads to it, Escape empties it. */
export function SearchField({ label, placeholder, value, onChange }: { label: string; placeholder: string; value: string; onChange: (value: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => input.current?.focus()]]);
  return (
    <TextInput
      ref={input}
      className={styles.search}
      aria-label={label}
      placeholder={`${placeholder}  /`}
      leftSection={<Search size={15} />}
      rightSection={value === '' ? null : <CloseButton size="sm" aria-label="Clear the search" onClick={() => onChange('')} />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && onChange('')}
    />
  );
}
