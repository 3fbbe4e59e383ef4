/** Where an agent's HTTP listener answers streams, and what a connection for calls is upgraded to. */
export const agentPath = '/agent';
export const callProtocol = 'coterie-calls';
