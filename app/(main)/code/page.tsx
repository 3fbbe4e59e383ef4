import type { Metadata } from 'next';
import { Suspense } from 'react';
import { CodePage } from '~/app/code/code-page.tsx';

export const metadata: Metadata = { title: 'Code · Coterie' };

export default function Page() {
  return <Suspense><CodePage /></Suspense>;
}
