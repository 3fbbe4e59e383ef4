'use client';
import { Menu } from '@mantine/core';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { PageLabel } from './page-label.tsx';
import { isCurrent, type Page } from './pages.ts';

/** Pages as entries of a menu, the one that is open marked. */
export function PageItems({ pages }: { pages: readonly Page[] }) {
  const path = usePathname();
  return pages.map((page) => {
    const current = isCurrent(page, path);
    const props = { href: page.href, 'aria-current': current ? 'page' : undefined, fw: current ? 600 : 400, children: <PageLabel page={page} /> } as const;
    return page.document ? <Menu.Item key={page.href} component="a" {...props} /> : <Menu.Item key={page.href} component={Link} {...props} />;
  });
}
