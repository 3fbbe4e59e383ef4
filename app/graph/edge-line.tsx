import { BaseEdge, type EdgeProps } from '@xyflow/react';
import { strokes, type FlowEdge } from './flow.ts';

/** Straight from border to border. Broken ones are dashed as well as red, and say which way. */
export function EdgeLine({ data, markerStart, markerEnd }: EdgeProps<FlowEdge>) {
  if (!data) return null;
  const { from, to, health, label, sentence } = data.edge;
  const broken = health === 'critical';
  return (
    <g data-edge={data.edge.id} data-health={health}>
      <title>{sentence}</title>
      <BaseEdge
        path={`M ${from.x},${from.y} L ${to.x},${to.y}`}
        {...(markerStart === undefined ? {} : { markerStart })}
        {...(markerEnd === undefined ? {} : { markerEnd })}
        style={{ stroke: strokes[health], strokeWidth: health === 'ok' ? 1.5 : 2, ...(broken ? { strokeDasharray: '6 5' } : health === 'unknown' ? { strokeDasharray: '2 5' } : {}) }}
        interactionWidth={14}
        {...(label === null ? {} : { label, labelX: (from.x + to.x) / 2, labelY: (from.y + to.y) / 2 })}
        labelStyle={{ fill: strokes[health], fontWeight: 600, fontSize: 11.5 }}
        labelBgStyle={{ fill: 'var(--surface)', fillOpacity: 0.92 }}
        labelBgPadding={[5, 2]}
        labelBgBorderRadius={4}
        labelShowBg
      />
    </g>
  );
}
