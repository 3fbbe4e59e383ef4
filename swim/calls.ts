/** A call from the main thread, done on a node. */

import type { SwimNode } from './node.ts';
import type { Call } from './worker-messages.ts';

export async function perform(node: SwimNode, call: Call): Promise<unknown> {
  switch (call.kind) {
    case 'start':
      return node.start();
    case 'stop':
      return node.stop();
    case 'leave':
      return node.leave();
    case 'members':
      return node.members();
    case 'self':
      return node.self();
    case 'stats':
      return node.stats();
    case 'setPayload':
      return node.setPayload(call.payload);
    case 'probe':
      return node.probe(call.address);
    case 'keyList':
      return node.keyring().list();
    case 'keySurvey':
      return node.rotation().survey();
    case 'keyExport':
      return node.keyring().export();
    case 'keyInstall':
      return node.rotation().install(call.key);
    case 'keyTake':
      return node.rotation().take(call.keys);
    case 'keyUse':
      return node.rotation().use(call.id);
    case 'keyRemove':
      return node.rotation().remove(call.id);
  }
}
