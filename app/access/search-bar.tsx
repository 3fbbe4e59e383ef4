'use client';
import { CloseButton, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useRef, type ReactNode } from 'react';
import { Search } from '~/app/ui/icons.tsx';
import styles from './access.module.css';

export type Searching = { readonly search: string; readonly onSearch: (search: string) => void };

export function SearchBar({ search, onSearch, label, children }: Searching & { label: string; children?: ReactNode }) {
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => input.current?.focus()]]);
  return (
    <div className={styles.toolbar}>
      <TextInput
        ref={input}
        className={styles.search}
        aria-label={label}
        placeholder={`${label}  /`}
        leftSection={<Search size={15} />}
        rightSection={search === '' ? null : <CloseButton size="sm" aria-label="Clear the search" onClick={() => onSearch('')} />}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onSearch('')}
      />
      {children}
    </div>
  );
}
