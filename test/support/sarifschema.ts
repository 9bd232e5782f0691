/** The schema of SARIF 2.1.0 by OASIS, in JSON Schema draft 4. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv-draft-04';
import formats from 'ajv-formats';
import { FIXTURES } from './fixtures.ts';

const ajv = new Ajv.default({ strict: false, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(path.join(FIXTURES, 'ci/sarif-schema-2.1.0.json'), 'utf8')));

/** What is wrong with a document, none of it if it is valid. */
export function sarifErrors(document: unknown): string[] {
  return validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
