@NullMarked
package io.qbull.ingest;

import org.jspecify.annotations.NullMarked;
