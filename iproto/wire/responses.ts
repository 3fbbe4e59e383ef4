/** What a server answered: raw first, and decoded only by who asks for it. */
import { ProtocolError, TarantoolError, type ErrorEntry } from '../errors.ts';
import { Reader } from '../msgpack/reader.ts';
import type { Value } from '../values/value.ts';
import { bodyKeys, statuses } from './constants.ts';

/** An answer as it came. `body` is a view of the bytes received: copy it to keep it for long. */
export type Response = {
  /** 0, or 0x8000 and the error code. */
  readonly status: number;
  readonly schemaVersion: number;
  /** A msgpack map, empty when there was none. */
  readonly body: Buffer;
};

export type SqlColumn = {
  readonly name: string;
  readonly type: string;
  /** The rest comes where the session setting `sql_full_metadata` is on. */
  readonly collation?: string;
  readonly nullable?: boolean;
  readonly autoincrement?: boolean;
  readonly span?: string;
};

export type SqlResult =
  | { readonly kind: 'rows'; readonly columns: readonly SqlColumn[]; readonly rows: readonly Value[][] }
  | { readonly kind: 'changed'; readonly rowCount: number; readonly autoincrementIds: readonly (number | bigint)[] };

export type PreparedStatement = {
  readonly statementId: number;
  readonly bindCount: number;
  readonly bindColumns: readonly SqlColumn[];
  /** Empty for a statement that returns no rows. */
  readonly columns: readonly SqlColumn[];
};

export type ServerIdentity = {
  /** Version of the protocol, not of Tarantool. */
  readonly version: number;
  readonly features: readonly number[];
  readonly authType: string | undefined;
};

/** The error of a response that is one. */
export function responseError(response: Response): TarantoolError {
  const body = readBody(response);
  const message = text(body.get(bodyKeys.errorMessage));
  const stack = asMap(body.get(bodyKeys.errorStack)).get(0);
  const errors = Array.isArray(stack) ? stack.map((entry) => errorEntry(asMap(entry))) : [];
  return new TarantoolError(response.status & 0x7fff, message, errors);
}

/** The body as a map by its integer keys. Throws the server's error when the response is one. */
export function decodeBody(response: Response): Map<Value, Value> {
  if (response.status >= statuses.error) throw responseError(response);
  return readBody(response);
}

/** Tuples of a SELECT or a change, results of a CALL or EVAL: an array each. */
export function decodeData(response: Response): Value[] {
  const data = decodeBody(response).get(bodyKeys.data);
  return data === undefined ? [] : asArray(data);
}

export function decodeSql(response: Response): SqlResult {
  const body = decodeBody(response);
  const metadata = body.get(bodyKeys.metadata);
  if (metadata !== undefined) {
    const rows = asArray(body.get(bodyKeys.data) ?? []).map(asArray);
    return { kind: 'rows', columns: columns(metadata), rows };
  }
  const info = asMap(body.get(bodyKeys.sqlInfo));
  const ids = asArray(info.get(1) ?? []).filter((id) => typeof id === 'number' || typeof id === 'bigint');
  return { kind: 'changed', rowCount: asNumber(info.get(0) ?? 0), autoincrementIds: ids };
}

export function decodePrepared(response: Response): PreparedStatement {
  const body = decodeBody(response);
  return {
    statementId: asNumber(body.get(bodyKeys.statementId)),
    bindCount: asNumber(body.get(bodyKeys.bindCount) ?? 0),
    bindColumns: columns(body.get(bodyKeys.bindMetadata)),
    columns: columns(body.get(bodyKeys.metadata)),
  };
}

export function decodeIdentity(response: Response): ServerIdentity {
  const body = decodeBody(response);
  const authType = body.get(bodyKeys.authType);
  return {
    version: asNumber(body.get(bodyKeys.version)),
    features: asArray(body.get(bodyKeys.features) ?? []).map(asNumber),
    authType: authType === undefined ? undefined : text(authType),
  };
}

function readBody(response: Response): Map<Value, Value> {
  return response.body.length === 0 ? new Map() : asMap(new Reader(response.body).read());
}

function errorEntry(entry: Map<Value, Value>): ErrorEntry {
  return {
    type: text(entry.get(0)),
    file: text(entry.get(1)),
    line: asNumber(entry.get(2) ?? 0),
    message: text(entry.get(3)),
    errno: asNumber(entry.get(4) ?? 0),
    code: asNumber(entry.get(5) ?? 0),
    fields: asMap(entry.get(6)),
  };
}

function columns(metadata: Value | undefined): SqlColumn[] {
  return asArray(metadata ?? []).map((item) => {
    const column = asMap(item);
    const [collation, nullable, autoincrement, span] = [2, 3, 4, 5].map((key) => column.get(key));
    return {
      name: text(column.get(0)),
      type: text(column.get(1)),
      ...(collation == null ? {} : { collation: text(collation) }),
      ...(typeof nullable === 'boolean' ? { nullable } : {}),
      ...(typeof autoincrement === 'boolean' ? { autoincrement } : {}),
      ...(span == null ? {} : { span: text(span) }),
    };
  });
}

function text(value: Value | undefined): string {
  return value == null ? '' : String(value);
}

function asMap(value: Value | undefined): Map<Value, Value> {
  if (value === undefined) return new Map();
  if (value instanceof Map) return value;
  throw new ProtocolError('expected a map in an answer');
}

function asArray(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  throw new ProtocolError('expected an array in an answer');
}

function asNumber(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  throw new ProtocolError('expected a number in an answer');
}
