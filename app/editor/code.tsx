'use client';
import { useMediaQuery } from '@mantine/hooks';
import dynamic from 'next/dynamic';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { MergeProps } from './code-merge.tsx';

/** The editor comes when it is shown: no other page loads it. */
const Loading = () => <Waiting label="Loading the editor" height={240} />;

export const Code = dynamic(() => import('./code-mirror.tsx'), { ssr: false, loading: Loading });
const Merge = dynamic(() => import('./code-merge.tsx'), { ssr: false, loading: Loading });

export function Compared(props: Omit<MergeProps, 'narrow'>) {
  const narrow = useMediaQuery('(max-width: 760px)', undefined, { getInitialValueInEffect: false }) ?? false;
  return <Merge {...props} narrow={narrow} />;
}
