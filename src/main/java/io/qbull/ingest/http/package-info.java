/** HTTP requests as jobs: single bodies and streams of NDJSON. */
@NullMarked
package io.qbull.ingest.http;

import org.jspecify.annotations.NullMarked;
