import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { type Answer, ReleaseCommand } from '../src/cli/command.ts';
import { openConfig, pickTarget } from '../src/cli/session.ts';
import { ReleaseError } from '../src/errors.ts';
import { policiesFor, policyNotes } from '../src/policy/policies.ts';
import { renderPolicies } from '../src/render/policies.ts';

export default class Policy extends ReleaseCommand {
  static override summary =
    'Print the least that publishing, pruning and serving need on the bucket, as policies.';
  static override examples = [
    '<%= config.bin %> policy --target cdn',
    '<%= config.bin %> policy --target cdn --json',
  ];
  static override flags = {
    'janitor-arn': string({
      description: 'Whoever may prune.',
      default: 'arn:aws:iam::123456789012:role/fmrelease-janitor',
    }),
    'administrator-arn': string({
      description: 'Whoever may change the bucket itself.',
      default: 'arn:aws:iam::123456789012:role/break-glass',
    }),
  };

  protected async answer(): Promise<Answer> {
    const parsed = await this.parse(Policy);
    const flags: Interfaces.InferredFlags<typeof Policy.flags & typeof ReleaseCommand.baseFlags> =
      parsed.flags;
    this.prepare(flags);
    const opening = this.opening(flags);
    const target = pickTarget(await openConfig(opening), opening);
    if (target.kind !== 's3')
      throw new ReleaseError(
        'USAGE',
        `Target "${target.name}" is of kind "${target.kind}": policies are for buckets.`,
        {
          fix: 'Pass --target with a target of kind `s3`.',
        },
      );
    const policies = policiesFor(target, {
      janitorArn: flags['janitor-arn'],
      administratorArn: flags['administrator-arn'],
    });
    const notes = policyNotes(target);
    return {
      result: { target: target.name, bucket: target.bucket, prefix: target.prefix, policies, notes },
      lines: () => renderPolicies(policies, notes, this.style),
    };
  }
}
