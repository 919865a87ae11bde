import { shortDigest } from '../../model/digest.ts';
import { finding, type Rule } from '../state.ts';

/** `pack-missing`, `size-mismatch`, `digest-mismatch`: the store does not have what a served manifest names. */
export const servedPacksRule: Rule = ({ channel }) =>
  channel.packs.flatMap(({ pack, sizeBytes, sha256 }) => {
    const say = (code: 'pack-missing' | 'size-mismatch' | 'digest-mismatch', message: string) =>
      finding(code, {
        subject: pack.id,
        message,
        fix: `${code === 'pack-missing' ? 'Put' : 'Remove that object by hand, then put'} the bytes back by publishing from a machine that has build ${pack.build} of "${pack.adapter}".`,
      });
    if (sizeBytes === null)
      return [say('pack-missing', `"${channel.name}" serves ${pack.key}, which is absent.`)];
    if (sizeBytes !== pack.downloadSize)
      return [
        say('size-mismatch', `${pack.key} has ${sizeBytes} bytes, expected ${pack.downloadSize} bytes.`),
      ];
    return sha256 === null || sha256 === pack.sha256
      ? []
      : [
          say(
            'digest-mismatch',
            `${pack.key} has SHA-256 ${shortDigest(sha256)}, expected ${shortDigest(pack.sha256)}.`,
          ),
        ];
  });
