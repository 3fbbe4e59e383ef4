import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ConfigPage } from '~/app/config/config-page.tsx';

export const metadata: Metadata = { title: 'Configuration · Coterie' };

export default function Page() {
  return <Suspense><ConfigPage /></Suspense>;
}
