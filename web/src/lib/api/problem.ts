// What goes wrong, as the server says it (docs/protocol.md, "Errors").

/** The body of an error answer. */
export interface ErrorBody {
  code: string;
  message: string;
  details?: unknown;
  requestId?: string;
}

/** A refusal of the server, or `offline` when it could not be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId?: string,
    readonly field?: string,
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** Reads the body of an error answer; anything else becomes `fault`. */
export function problemOf(status: number, body: unknown, headers?: Headers): Problem {
  const said = (body ?? {}) as Partial<ErrorBody>;
  const field = (said.details as { field?: string } | undefined)?.field;
  const wait = Number(headers?.get("retry-after") ?? "") || undefined;
  const id = said.requestId || headers?.get("x-request-id") || undefined;
  return new Problem(status, said.code ?? "fault", said.message ?? `HTTP ${status}`, id, field, wait);
}

/** Any thrown thing as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError) return new Problem(0, "offline", "");
  return new Problem(0, "unknown", thrown instanceof Error ? thrown.message : String(thrown));
}
