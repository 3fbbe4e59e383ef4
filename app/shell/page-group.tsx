'use client';
import { Menu } from '@mantine/core';
import { usePathname } from 'next/navigation';
import { ChevronDown } from '~/app/ui/icons.tsx';
import { PageItems } from './page-items.tsx';
import { isCurrent, type PageGroup as Group } from './pages.ts';
import styles from './shell.module.css';

/** Several pages under one word of the header: opened by a click, or Enter and the arrows. */
export function PageGroup({ group: { label, pages } }: { group: Group }) {
  const path = usePathname();
  const current = pages.find((page) => isCurrent(page, path));
  return (
    <Menu width={180} position="bottom-start" offset={2} loop>
      <Menu.Target>
        <button type="button" className={styles.group} data-current={current !== undefined || undefined} aria-label={current && `${label}, ${current.label} is open`}>
          {label}
          <ChevronDown size={13} />
        </button>
      </Menu.Target>
      <Menu.Dropdown><PageItems pages={pages} /></Menu.Dropdown>
    </Menu>
  );
}
