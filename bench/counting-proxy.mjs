// An HTTP proxy in front of an S3 server that counts requests and the bytes of their bodies, and tells when.
import { Agent, createServer, request as send } from 'node:http';

/**
 * Starts the proxy on a free port.
 *
 * @param {string} upstream - the server's endpoint
 * @param {(bodyBytes: number) => void} [onBytes] - called with all body bytes so far whenever some arrive
 */
export async function startCountingProxy(upstream, onBytes = () => {}) {
  const { hostname, port } = new URL(upstream);
  const agent = new Agent({ keepAlive: true });
  const seen = { requests: 0, bodyBytes: 0 };
  const server = createServer((request, response) => {
    seen.requests += 1;
    const { method, url: path, headers } = request;
    const onward = send({ hostname, port, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.on('data', (chunk) => {
      seen.bodyBytes += chunk.length;
      onBytes(seen.bodyBytes);
    });
    request.on('close', () => {
      if (!request.complete) onward.destroy();
    });
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    seen,
    close: () => {
      server.closeAllConnections();
      agent.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
