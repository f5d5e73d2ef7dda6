/**
 * How jobs come in over HTTP and from files: reads requests and files within bounds, takes queue, key and id from where they may
 * stand and from nowhere else, and says what became of each. The routes that join these steps are YAML files in {@code routes/}.
 */
@NullMarked
package io.qbull.ingest;

import org.jspecify.annotations.NullMarked;
