'use client';
import { useOpenInstance } from '~/app/cluster/use-filter.ts';
import { placeOf } from '~/app/lib/object-ways.ts';
import type { ObjectRef } from '~/contract/shapes/view.ts';
import { Prose } from './prose.tsx';

/** A sentence about an object, whose name in it leads there. The cluster itself needs no way: one is in it. */
export function ObjectProse({ text, object }: { text: string; object: ObjectRef }) {
  const [, openInstance] = useOpenInstance();
  if (object.kind === 'cluster') return <Prose text={text} />;
  return <Prose text={text} name={object.name} href={placeOf(object) ?? undefined} onName={object.kind === 'instance' ? () => openInstance(object.id) : undefined} />;
}
