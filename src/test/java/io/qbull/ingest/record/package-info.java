/** Tests of {@code io.qbull.ingest.record}. */
@NullMarked
package io.qbull.ingest.record;

import org.jspecify.annotations.NullMarked;
