import { Alert } from '@mantine/core';
import { HealthShapes } from './icons.tsx';

/** Above what a stream shows, while that is cut. `of`: what it tells. */
export const CutStream = ({ of }: { of: string }) => <Alert color="yellow" p="sm" icon={<HealthShapes.warning size={18} />} role="alert">{`The stream of ${of} is cut: what you see is from before. Trying again by itself.`}</Alert>;
