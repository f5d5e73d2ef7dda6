/** Tests of {@code io.qbull.ingest.file}. */
@NullMarked
package io.qbull.ingest.file;

import org.jspecify.annotations.NullMarked;
