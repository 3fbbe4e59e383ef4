import type { Metadata } from 'next';
import { Suspense } from 'react';
import { DataPage } from '~/app/data/data-page.tsx';

export const metadata: Metadata = { title: 'Data · Coterie' };

export default function Page() {
  return <Suspense><DataPage /></Suspense>;
}
