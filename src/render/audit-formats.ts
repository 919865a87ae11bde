import type { PlacedFinding } from '../audit/locate.ts';
import type { AuditReport } from '../audit/run.ts';
import { type AuditLook, renderAudit } from './audit.ts';
import { renderAnnotations } from './audit-github.ts';
import { renderAuditMarkdown } from './audit-markdown.ts';
import { type SarifFacts, toSarif } from './audit-sarif.ts';

/** How an audit can be printed, beside the document of `--json`. */
export const AUDIT_FORMATS = ['text', 'json', 'markdown', 'sarif', 'github'] as const;

/** One of {@link AUDIT_FORMATS}. */
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** An audit, and the places that the formats for machines point at. */
export interface PlacedReport extends Pick<SarifFacts, 'waived' | 'toolVersion'> {
  readonly report: AuditReport;
  readonly findings: readonly PlacedFinding[];
}

/** An audit in the format that was asked for. `json` is the command's own document, which the shell writes. */
export function renderAuditAs(format: AuditFormat, placed: PlacedReport, look: AuditLook): readonly string[] {
  switch (format) {
    case 'text':
    case 'json':
      return renderAudit(placed.report, look);
    case 'markdown':
      return renderAuditMarkdown(placed.report);
    case 'sarif':
      return [JSON.stringify(toSarif(placed), null, 2)];
    case 'github':
      return renderAnnotations(placed.findings);
  }
}
