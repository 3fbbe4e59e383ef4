'use client';
import '@xyflow/react/dist/style.css';
import { useComputedColorScheme, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Background, BackgroundVariant, Controls, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from '@xyflow/react';
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { aspects, graphOf, nodeTowards, type GraphNode } from '~/app/lib/graph.ts';
import type { Group } from '~/app/lib/groups.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { useOpenInstance } from '~/app/cluster/use-filter.ts';
import type { ClusterOverview, InstanceHealth } from '~/contract/shapes/view.ts';
import { EdgeLine } from './edge-line.tsx';
import { flowOf, type FlowNode } from './flow.ts';
import styles from './graph.module.css';
import { GroupBox } from './group-box.tsx';
import { InstanceNode } from './instance-node.tsx';
import { useReplication } from './use-replication.ts';

const nodeTypes = { instance: InstanceNode, box: GroupBox };
const edgeTypes = { link: EdgeLine };
/** More than a screen of them. */
const miniMapFrom = 24;
const fit = { padding: 0.06, maxZoom: 1.1, duration: 0 };
/** Below this the words cannot be read anyway. */
const farBelow = 0.42;
const focusTriesMax = 20;
/** More than a scroll bar that comes or goes. */
const refitFromPx = 40;

type Flow = ReturnType<typeof useReactFlow<FlowNode>>;

type Props = { readonly overview: ClusterOverview; readonly groups: readonly Group[] };

/** Who stands where and who follows whom. The table says the same in words; this is for the eye. */
export function ClusterGraph(props: Props) {
  // Only who is there and in which group moves the view; what happens to them does not.
  const shape = props.groups.map(({ key, instances }) => [key, ...instances.map(({ uuid }) => uuid).toSorted()].join(' ')).toSorted().join('\n');
  return (
    <ReactFlowProvider key={shape}>
      <Graph {...props} />
    </ReactFlowProvider>
  );
}

function Graph({ overview, groups }: Props) {
  const scheme = useComputedColorScheme('light');
  const replication = useReplication(overview);
  const [, openInstance] = useOpenInstance();
  const flow = useReactFlow<FlowNode>();
  const far = useStore(({ transform }) => transform[2] < farBelow);
  const canvas = useRefit(flow);
  const aspect = useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false }) ? aspects.phone : aspects.screen;
  const graph = useMemo(() => graphOf(groups, replication.data ?? [], aspect), [groups, replication.data, aspect]);
  const { nodes, edges } = useMemo(() => flowOf(graph), [graph]);

  const onKeyDown = (event: KeyboardEvent) => {
    const id = (event.target as Element).closest<HTMLElement>('[data-node]')?.dataset.node;
    const { key } = event;
    if (id === undefined || (key !== 'ArrowLeft' && key !== 'ArrowRight' && key !== 'ArrowUp' && key !== 'ArrowDown')) return;
    event.preventDefault();
    const next = nodeTowards(graph.nodes, id, key);
    if (next) goTo(next, flow);
  };
  return (
    <section aria-label="Graph of the cluster" className={styles.frame} data-testid="graph" data-far={far || undefined}>
      <div ref={canvas} className={styles.canvas} onKeyDown={onKeyDown}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          colorMode={scheme}
          fitView
          fitViewOptions={fit}
          minZoom={0.04}
          maxZoom={2}
          onlyRenderVisibleElements
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          zoomOnScroll={false}
          preventScrolling={false}
          onNodeClick={(_event, node) => node.type === 'instance' && openInstance(node.data.instance.uuid)}
        >
          <Background variant={BackgroundVariant.Dots} gap={22} size={1} />
          <Controls position="top-right" orientation="horizontal" showInteractive={false} fitViewOptions={fit} />
          {graph.nodes.length >= miniMapFrom && <MiniMap pannable zoomable className={styles.map!} nodeColor={colourOf} nodeStrokeWidth={0} ariaLabel="Small map of the graph" />}
        </ReactFlow>
      </div>
      <div className={styles.foot}>
        {replication.error ? (
          <Text size="sm" c="var(--warning)">Replication could not be read: {problemFrom(replication.error).detail}</Text>
        ) : (
          <span>A line is replication: an arrow points to the one that follows; dashed and red is broken.</span>
        )}
        <span>Enter opens an instance, arrow keys go on to the next; pinch or Ctrl and wheel zooms. The table has the same in words.</span>
      </div>
    </section>
  );
}

/** A phone that is turned, a window that is pulled: all of it is seen again. */
function useRefit(flow: Flow) {
  const canvas = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!canvas.current) return;
    let width = canvas.current.clientWidth;
    const observer = new ResizeObserver(([entry]) => {
      const now = entry?.contentRect.width ?? width;
      if (Math.abs(now - width) < refitFromPx) return;
      width = now;
      // React Flow has to hear of the new size first.
      requestAnimationFrame(() => void flow.fitView(fit));
    });
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, [flow]);
  return canvas;
}

const colours: Readonly<Record<InstanceHealth, string>> = { ok: 'var(--ok)', warning: 'var(--warning)', critical: 'var(--critical)', unknown: 'var(--unknown)', disabled: 'var(--line)' };
const colourOf = (node: FlowNode) => (node.type === 'instance' ? colours[node.data.instance.health] : 'var(--line)');

/** Brings a node into view and gives it the focus once it is drawn. */
function goTo({ id, box }: GraphNode, flow: Flow): void {
  const find = () => document.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`);
  const place = find()?.getBoundingClientRect();
  const canvas = document.querySelector('[data-testid="graph"] .react-flow')?.getBoundingClientRect();
  const inView = place && canvas && place.left >= canvas.left && place.right <= canvas.right && place.top >= canvas.top && place.bottom <= canvas.bottom;
  if (!inView) void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom: Math.max(flow.getZoom(), farBelow), duration: 0 });
  const focus = (triesLeft: number) => {
    const found = find();
    if (found) found.focus({ preventScroll: true });
    else if (triesLeft > 0) requestAnimationFrame(() => focus(triesLeft - 1));
  };
  focus(focusTriesMax);
}
