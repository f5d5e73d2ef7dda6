/** HTTP requests as jobs: a single body is one job, a stream of NDJSON is many. */
@NullMarked
package io.qbull.ingest.http;

import org.jspecify.annotations.NullMarked;
