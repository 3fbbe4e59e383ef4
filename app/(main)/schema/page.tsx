import type { Metadata } from 'next';
import { Suspense } from 'react';
import { SchemaPage } from '~/app/schema/schema-page.tsx';

export const metadata: Metadata = { title: 'Schema · Coterie' };

export default function Page() {
  return <Suspense><SchemaPage /></Suspense>;
}
