'use client';
import type { ReactNode } from 'react';
import { SearchField } from '~/app/ui/search-field.tsx';
import styles from './access.module.css';

export type Searching = { readonly search: string; readonly onSearch: (search: string) => void };

export const SearchBar = ({ search, onSearch, label, children }: Searching & { label: string; children?: ReactNode }) => (
  <div className={styles.toolbar}>
    <SearchField label={label} placeholder={label} value={search} onChange={onSearch} />
    {children}
  </div>
);
