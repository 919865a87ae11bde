import type { Finding } from '../../model/finding.ts';
import { objectPlace } from '../../release/layout.ts';
import { finding, type Rule, type ServedPack } from '../state.ts';

/** `pack-missing`, `size-mismatch`, `digest-mismatch`: the store does not have what a served manifest names. */
export const servedPacksRule: Rule = ({ channel }) =>
  channel.packs.flatMap((served): readonly Finding[] => {
    const { pack, sizeBytes, sha256 } = served;
    if (sizeBytes === null) {
      return [
        finding('pack-missing', {
          subject: pack.id,
          message: `"${channel.name}" serves ${pack.key}, which is absent.`,
          fix: `Run \`fmrelease publish\` on ${machineOf(served)}: it puts the bytes back.`,
        }),
      ];
    }
    const remove = `Remove ${objectPlace(channel.place, pack.key)} with the tools of that store, then run \`fmrelease publish\` on ${machineOf(served)}.`;
    if (sizeBytes !== pack.downloadSize) {
      return [
        finding('size-mismatch', {
          subject: pack.id,
          message: `${pack.key} has ${sizeBytes} bytes, expected ${pack.downloadSize} bytes.`,
          fix: remove,
        }),
      ];
    }
    if (sha256 === null || sha256 === pack.sha256) return [];
    return [
      finding('digest-mismatch', {
        subject: pack.id,
        message: `${pack.key} has SHA-256 ${sha256}, expected ${pack.sha256}.`,
        fix: remove,
      }),
    ];
  });

const machineOf = ({ pack }: ServedPack): string =>
  `a machine that has build ${pack.build} of "${pack.adapter}"`;
