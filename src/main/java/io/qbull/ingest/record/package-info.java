/** Turns lines into records: JSON, CSV and plain text. Decodes what is packed. */
@NullMarked
package io.qbull.ingest.record;

import org.jspecify.annotations.NullMarked;
