/** Tests of {@code io.qbull.ingest.http}. */
@NullMarked
package io.qbull.ingest.http;

import org.jspecify.annotations.NullMarked;
