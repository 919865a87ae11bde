import { MAX_MESSAGE_BYTES, preAuthEncoding, writeEnvelope } from './envelope.ts';
import type { Signer } from './signer.ts';
import { PAYLOAD_TYPES, type Statement, writeStatement } from './statement.ts';

/** Signs one statement; returns its envelope as text. */
export async function signStatement(statement: Statement, signer: Pick<Signer, 'sign'>): Promise<string> {
  const unsigned = { payloadType: PAYLOAD_TYPES[statement.kind], payload: writeStatement(statement) };
  const message = preAuthEncoding(unsigned);
  if (message.length > MAX_MESSAGE_BYTES) throw new Error('a statement outgrew what key services sign');
  return writeEnvelope({ ...unsigned, signatures: [await signer.sign(message)] });
}
