import type { PlacedReport } from '../audit/answer.ts';
import { TOOL_VERSION } from '../version.ts';
import { type AuditLook, renderAudit } from './audit.ts';
import { renderAnnotations } from './audit-github.ts';
import { renderAuditMarkdown } from './audit-markdown.ts';
import { toSarif } from './audit-sarif.ts';

/** How an audit can be printed, beside the document of `--json`. */
export const AUDIT_FORMATS = ['text', 'json', 'markdown', 'sarif', 'github'] as const;

/** True for a format that points at lines of files. */
export const pointsAtLines = (format: AuditFormat): boolean => format === 'sarif' || format === 'github';

/** One of {@link AUDIT_FORMATS}. */
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** An audit in the format that was asked for. `json` is the command's own document, which the shell writes. */
export function renderAuditAs(format: AuditFormat, placed: PlacedReport, look: AuditLook): readonly string[] {
  switch (format) {
    case 'text':
    case 'json':
      return renderAudit(placed.report, look);
    case 'markdown':
      return renderAuditMarkdown(placed.report, look);
    case 'sarif':
      return [JSON.stringify(toSarif({ ...placed, toolVersion: TOOL_VERSION }), null, 2)];
    case 'github':
      return renderAnnotations(placed.findings);
  }
}
