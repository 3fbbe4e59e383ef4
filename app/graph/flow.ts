import { MarkerType, Position, type Edge, type Node } from '@xyflow/react';
import type { Graph, GraphEdge, GraphGroup, GraphNode } from '~/app/lib/graph.ts';
import type { Health } from '~/contract/shapes/view.ts';

/** Our graph as React Flow takes it. Sizes are given, so nothing is measured and nothing jumps. */

export type InstanceFlowNode = Node<{ instance: GraphNode['instance'] }, 'instance'>;
export type BoxFlowNode = Node<{ group: GraphGroup['group'] }, 'box'>;
export type FlowNode = InstanceFlowNode | BoxFlowNode;
export type FlowEdge = Edge<{ edge: GraphEdge }, 'link'>;

/** Lines end where our own arithmetic says; React Flow only wants to know that there is something to hold on to. */
const handles = [
  { type: 'source', position: Position.Right, x: 0, y: 0, width: 1, height: 1 },
  { type: 'target', position: Position.Left, x: 0, y: 0, width: 1, height: 1 },
] satisfies Node['handles'];

export function flowOf({ groups, nodes, edges }: Graph): { nodes: FlowNode[]; edges: FlowEdge[] } {
  const boxes = groups.map(({ id, box, group }): BoxFlowNode => ({ id: `box ${id}`, type: 'box', position: { x: box.x, y: box.y }, width: box.width, height: box.height, data: { group }, zIndex: -2 }));
  const instances = nodes.map(({ id, box, instance }): InstanceFlowNode => ({ id, type: 'instance', position: { x: box.x, y: box.y }, width: box.width, height: box.height, data: { instance }, handles, zIndex: 2 }));
  return { nodes: [...boxes, ...instances], edges: edges.map(flowEdge) };
}

export const strokes: Readonly<Record<Health, string>> = { ok: 'var(--graph-line)', warning: 'var(--warning)', critical: 'var(--critical)', unknown: 'var(--unknown)' };

function flowEdge(edge: GraphEdge): FlowEdge {
  const marker = { type: MarkerType.ArrowClosed, color: strokes[edge.health], width: 16, height: 16 };
  return { id: edge.id, type: 'link', source: edge.source, target: edge.target, data: { edge }, zIndex: 1, ...(edge.forward ? { markerEnd: marker } : {}), ...(edge.backward ? { markerStart: marker } : {}) };
}
