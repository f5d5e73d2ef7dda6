/** Turns lines into records: JSON, CSV and plain text. */
@NullMarked
package io.qbull.ingest.record;

import org.jspecify.annotations.NullMarked;
