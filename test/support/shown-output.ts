/** Shown output is exact but for `…`, which stands for anything, and runs of spaces. */
export const toPattern = (output: string): RegExp =>
  new RegExp(
    `^${output
      .split(/\s*…\s*/)
      .map((part) =>
        part
          .split(/\s+/)
          .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('\\s+'),
      )
      .join('[\\s\\S]*?')}\\s*$`,
  );
